from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "quanxin.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Register the effects that are of this room."""
        from quanxin.supervision.classing import effects as classing  # noqa: F401
        from quanxin.supervision.drawing import effects as drawing  # noqa: F401
        from quanxin.supervision.inspecting import effects as inspecting  # noqa: F401
        from quanxin.supervision.planning import effects as planning  # noqa: F401
