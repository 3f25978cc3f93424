"""Where the pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern

from quanxin.supervision.classing import desk as classes_desk
from quanxin.supervision.classing import my_pages as my_classes
from quanxin.supervision.drawing import urls as drawing
from quanxin.supervision.inspecting import urls as inspecting
from quanxin.supervision.planning import urls as planning

DESK: list[URLPattern] = [*classes_desk.PAGES, *planning.DESK, *drawing.DESK, *inspecting.DESK]
MY: list[URLPattern] = [*my_classes.PAGES, *drawing.MY, *inspecting.MY]
PORTAL: list[URLPattern] = [*planning.PORTAL, *drawing.PORTAL, *inspecting.PORTAL]
