from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "quanxin.commitments"
    label = "commitments"

    def ready(self) -> None:
        """Register the effects that are of this room."""
        from quanxin.commitments import effects  # noqa: F401
