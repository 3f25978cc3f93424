from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "quanxin.rights"
    label = "rights"

    def ready(self) -> None:
        """Listen to who comes to stand for whom."""
        from quanxin.rights import standing_notices

        standing_notices.connect()
