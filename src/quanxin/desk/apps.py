"""The desk as a Django application; it has no tables, only pages."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "quanxin.desk"
    label = "desk"
