from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "quanxin.checks"
    label = "checks"
