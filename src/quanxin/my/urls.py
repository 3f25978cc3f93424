"""Addresses of a subject's own pages, all under ``/my/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.casework.representation import closed
from quanxin.my import acts, agents, applications, cases, consents, downloads, notices, overview, readings, records
from quanxin.runtime import slices

app_name = "my"

urlpatterns: list[URLPattern] = [
    path("", overview.home, name="home"),
    path("score", overview.score, name="score"),
    path("score/<slug:model>/objection", applications.object_to_score, name="object-to-score"),
    path("acting", overview.acting, name="acting"),
    path("counter/end", overview.leave_counter, name="leave-counter"),
    path("records", records.records, name="records"),
    path("records/<int:subject>-<int:number>", records.record, name="record"),
    path("records/<int:subject>-<int:number>/repair", applications.repair, name="repair"),
    path("records/<int:subject>-<int:number>/objection", applications.objection, name="objection"),
    path("records/<int:subject>-<int:number>/<slug:kind>", acts.begin_about, name="begin-about"),
    path("cases", cases.listed, name="cases"),
    path("cases/<str:number>", cases.case, name="case"),
    path("cases/<str:number>/decision.pdf", cases.decision, name="decision"),
    path("cases/<str:number>/proof.json", cases.proof, name="case-proof"),
    path("cases/<str:number>/<slug:what>", acts.act, name="act"),
    path("begin", acts.begin, name="begin"),
    path("begin/<slug:kind>", acts.begin_one, name="begin-one"),
    path("consents", consents.listed, name="consents"),
    path("consents/give/<slug:key>", consents.give, name="give"),
    path("consents/<int:number>", consents.one, name="consent"),
    path("consents/<int:number>/narrow", consents.narrow, name="narrow"),
    path("consents/<int:number>/revoke", consents.revoke, name="revoke"),
    path("readings", readings.listed, name="readings"),
    path("notices", notices.listed, name="notices"),
    path("notices/read", notices.read, name="read"),
    path("agents", agents.listed, name="agents"),
    path("agents/<int:number>/end", agents.end, name="end-agency"),
    path("export.json", downloads.everything, name="export"),
    path("attachments/<uuid:number>", downloads.paper, name="paper"),
]
urlpatterns += [closed(pattern) for pattern in slices.pages(slices.Face.MY)]
