from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "quanxin.archive"
    label = "archive"
