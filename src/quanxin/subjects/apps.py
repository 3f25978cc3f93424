from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    name = "quanxin.subjects"
    label = "subjects"
