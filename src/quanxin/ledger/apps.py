from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "quanxin.ledger"
    label = "ledger"
