from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "quanxin.sharing"
    label = "sharing"
