from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "quanxin.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what the sign-in library tells."""
        from quanxin.accounts.signals import connect

        connect()
