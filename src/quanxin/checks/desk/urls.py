"""Where the desk's pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.checks.desk import begin, persons, results, statistics

PAGES: list[URLPattern] = [
    path("checks", results.checks, name="checks"),
    path("checks/begin", begin.begin, name="check-begin"),
    path("checks/statistics", statistics.statistics, name="check-statistics"),
    path("checks/persons", persons.requests, name="check-persons"),
    path("checks/lists/<str:number>", begin.watched, name="check-list"),
    path("checks/<str:number>", results.check, name="check"),
    path("checks/<str:number>/<int:position>", results.result, name="check-result"),
    path("checks/<str:number>/file.<str:kind>", results.as_document, name="check-file"),
]
