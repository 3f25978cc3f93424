"""The HTTP interface as a Django application."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "quanxin.api"
    label = "api"
