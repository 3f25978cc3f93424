from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "quanxin.intake"
    label = "intake"

    def ready(self) -> None:
        """Register the effects that are of this room."""
        from quanxin.intake import effects  # noqa: F401
