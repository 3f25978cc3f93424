from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "quanxin.evaluation"
    label = "evaluation"
