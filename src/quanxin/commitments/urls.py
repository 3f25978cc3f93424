"""Where the pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.commitments import mine, portal
from quanxin.commitments.desk import lists, offering

MY: list[URLPattern] = [
    path("commitments", mine.listed, name="commitments"),
    path("commitments/<str:number>", mine.one, name="commitment"),
    path("commitments/<str:number>/sign", mine.sign, name="commitment-sign"),
]
DESK: list[URLPattern] = [
    path("commitments", lists.commitments, name="commitments"),
    path("commitments/checks", lists.checks, name="commitment-checks"),
    path("commitments/statistics", lists.statistics, name="commitment-statistics"),
    path("commitments/offer", offering.offers, name="commitment-offers"),
    path("commitments/offer/<slug:key>", offering.offer, name="commitment-offer"),
]
PORTAL: list[URLPattern] = [
    path("commitments", portal.commitments, name="commitments"),
    path("commitments/<slug:key>", portal.template, name="commitment"),
]
