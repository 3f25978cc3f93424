from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "quanxin.rights.attachments"
    label = "attachments"
