from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "quanxin.measures"
    label = "measures"

    def ready(self) -> None:
        """Register the effects that are of this room, and which cases follow what happened already."""
        from quanxin.casework import ahead
        from quanxin.measures import effects, following  # noqa: F401

        ahead.FINDERS.append(following.to_come)
