"""Where the pages of plans, of the published list and of the library of inspectors are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.supervision.planning import portal

PORTAL: list[URLPattern] = [
    path("inspections/items", portal.items, name="inspection-items"),
    path("inspections/plans", portal.plans, name="inspection-plans"),
    path("inspections/plans/<str:number>", portal.plan, name="inspection-plan"),
]
