"""Where the pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern

from quanxin.supervision.inspecting import urls as inspecting

DESK: list[URLPattern] = [*inspecting.DESK]
MY: list[URLPattern] = [*inspecting.MY]
PORTAL: list[URLPattern] = [*inspecting.PORTAL]
