from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "quanxin.rights"
    label = "rights"

    def ready(self) -> None:
        """Listen to who comes to stand for whom, and register the effects that are of this room."""
        from quanxin.rights import effects, standing_notices  # noqa: F401

        standing_notices.connect()
