"""A small site with one form that brings files: settings, addresses and the web server's way in."""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.attachments.site"

from typing import TYPE_CHECKING

from quanxin.settings import *  # noqa: F403

ROOT_URLCONF = "tests.attachments.site_urls"

if not TYPE_CHECKING and os.environ.get("SERVE_SITE"):
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
