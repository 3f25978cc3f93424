"""Where the pages of plans, of the published list and of the library of inspectors are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.supervision.planning import desk, lines_desk, portal

DESK: list[URLPattern] = [
    path("inspectors", desk.inspectors, name="inspectors"),
    path("inspectors/file", desk.take, name="inspectors-file"),
    path("inspectors/add", desk.entry, name="inspector-add"),
    path("inspectors/<int:number>", desk.inspector, name="inspector"),
    path("inspectors/<int:number>/change", desk.entry, name="inspector-change"),
    path("inspectors/<int:number>/leave", desk.leave, name="inspector-leave"),
    path("plans/<str:number>", lines_desk.plan_lines, name="plan-lines"),
]
PORTAL: list[URLPattern] = [
    path("inspections/items", portal.items, name="inspection-items"),
    path("inspections/plans", portal.plans, name="inspection-plans"),
    path("inspections/plans/<str:number>", portal.plan, name="inspection-plan"),
]
