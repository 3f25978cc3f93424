"""The organisation's own pages as a Django application; it has no tables, only pages."""

from django.apps import AppConfig


class MyConfig(AppConfig):
    name = "quanxin.my"
    label = "my"
