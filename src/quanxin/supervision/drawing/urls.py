"""Where the pages of draws are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.supervision.drawing import desk, mine, portal

DESK: list[URLPattern] = [path("draws/<str:number>/check", desk.check, name="draw-check")]
MY: list[URLPattern] = [path("draws", mine.draws, name="draws")]
PORTAL: list[URLPattern] = [
    path("inspections/draws", portal.draws, name="inspection-draws"),
    path("inspections/draws/<str:number>", portal.draw, name="inspection-draw"),
    path("inspections/draws/<str:number>/<str:name>", portal.file, name="inspection-draw-file"),
]
