"""Where the desk's pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.casework.desk import agenda, statistics, window

PAGES: list[URLPattern] = [
    path("window", window.window, name="window"),
    path("statistics", statistics.figures, name="statistics"),
    path("agenda", agenda.agenda, name="agenda"),
]
