"""Where the desk's pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.measures.desk import board, pages

PAGES: list[URLPattern] = [
    path("measures", pages.measures, name="measures"),
    path("measures/due", pages.due, name="measures-due"),
    path("measures/applied", pages.applied, name="measures-applied"),
    path("measures/propose", pages.propose, name="measures-propose"),
    path("measures/board", board.board, name="measures-board"),
]
