from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "quanxin.rights"
    label = "rights"
