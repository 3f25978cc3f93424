from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "quanxin.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Register the effects that are of this room."""
        from quanxin.exchange import effects  # noqa: F401
