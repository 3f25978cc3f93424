"""The portal as a Django application; it has no tables, only pages."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers templates, static files, tags and the English catalogue of the portal."""

    name = "quanxin.web"
    label = "web"
    verbose_name = "泉信公示门户"
