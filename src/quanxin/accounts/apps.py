from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "quanxin.accounts"
    label = "accounts"
