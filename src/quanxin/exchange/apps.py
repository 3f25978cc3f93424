from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "quanxin.exchange"
    label = "exchange"
