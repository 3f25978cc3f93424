from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "quanxin.reports"
    label = "reports"

    def ready(self) -> None:
        """Register the effects that are of this room."""
        from quanxin.reports import effects  # noqa: F401
