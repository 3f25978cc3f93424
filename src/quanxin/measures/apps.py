from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "quanxin.measures"
    label = "measures"

    def ready(self) -> None:
        """Register the effects that are of this room."""
        from quanxin.measures import effects  # noqa: F401
