"""Long work as a Django application; it has no tables of its own, only a template and a job."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "quanxin.work"
    label = "work"
