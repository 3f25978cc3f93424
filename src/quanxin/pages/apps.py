"""The parts of pages as a Django application; it has no tables, only templates."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "quanxin.pages"
    label = "pages"
