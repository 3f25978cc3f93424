from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "quanxin.documents"
    label = "documents"
