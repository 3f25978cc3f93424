from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "quanxin.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Register the effects that are of this room."""
        from quanxin.supervision.inspecting import effects  # noqa: F401
