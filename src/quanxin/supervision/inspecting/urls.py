"""Where the pages of inspections are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.supervision.inspecting import board, cases, field, mine, portal

DESK: list[URLPattern] = [
    path("inspections", cases.inspections, name="inspections"),
    path("inspections/begin", cases.begin, name="inspection-begin"),
    path("inspections/board", board.board, name="inspections-board"),
    path("inspections/<str:number>", cases.inspection, name="inspection"),
    path("field/", field.page, name="field"),
    path("field/worker.js", field.worker, name="field-worker"),
    path("field/tasks", field.tasks, name="field-tasks"),
    path("field/<str:number>/begin", field.begin, name="field-begin"),
    path("field/<str:number>/send", field.send, name="field-send"),
]
MY: list[URLPattern] = [
    path("inspections", mine.listed, name="inspections"),
    path("inspections/<str:number>", mine.one, name="inspection"),
]
PORTAL: list[URLPattern] = [path("inspections/results", portal.inspections, name="inspection-results")]
