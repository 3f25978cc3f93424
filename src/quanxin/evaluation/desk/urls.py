"""Where the desk's pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.evaluation.desk import scores, studies, workbench

PAGES: list[URLPattern] = [
    path("scores", scores.scores, name="scores"),
    path("subjects/<str:code>/score", scores.score, name="score"),
    path("models", workbench.models, name="models"),
    path("models/<str:key>", workbench.model, name="model"),
    path("models/<str:key>/propose", workbench.propose, name="propose"),
    path("models/<str:key>/runs", workbench.runs, name="runs"),
    path("models/<str:key>/<str:what>", studies.ask, name="ask"),
    path("editions/<int:number>", workbench.edition, name="edition"),
    path("studies/<int:number>", studies.study, name="study"),
    path("studies/<int:number>/movers", studies.movers_page, name="movers"),
    path("studies/<int:number>/<str:table>.<str:kind>", studies.export, name="export"),
]
