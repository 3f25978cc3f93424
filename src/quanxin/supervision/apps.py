from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "quanxin.supervision"
    label = "supervision"
