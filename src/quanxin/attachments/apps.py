from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "quanxin.attachments"
    label = "attachments"
