"""Addresses of the desk, all under ``/desk/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.accounts.pages import sign_in
from quanxin.desk import (
    batches,
    consumers,
    entry,
    quality,
    records,
    scores,
    session,
    stewards,
    studying,
    uploads,
    window,
    workbench,
)

app_name = "desk"

urlpatterns: list[URLPattern] = [
    path("", uploads.home, name="home"),
    path("sign-in", sign_in, name="sign-in"),
    path("window", window.window, name="window"),
    path("sign-out", session.SignOut.as_view(), name="sign-out"),
    path("upload", uploads.upload, name="upload"),
    path("forms", entry.forms, name="forms"),
    path("forms/<str:resource>.xlsx", entry.template, name="template"),
    path("forms/<str:resource>.json", entry.schema, name="schema"),
    path("entry/<str:provider>/<str:resource>", entry.entry, name="entry"),
    path("submissions/<str:number>", uploads.submission, name="submission"),
    path("batches", batches.batches, name="batches"),
    path("batches/<str:number>", batches.batch, name="batch"),
    path("batches/<str:number>/held.xlsx", batches.annotated, name="annotated"),
    path("batches/<str:number>/rows/<int:row_no>", batches.row, name="row"),
    path("batches/<str:number>/replay", batches.replay_all, name="replay"),
    path("batches/<str:number>/take-back", batches.take_back, name="take-back"),
    path("records", records.records, name="records"),
    path("records/<int:subject>/<int:number>", records.record, name="record"),
    path("unlinked", stewards.unlinked, name="unlinked"),
    path("unlinked/<int:number>", stewards.entry, name="unlinked-entry"),
    path("decisions", stewards.decisions, name="decisions"),
    path("decisions/<int:number>/undo", stewards.undo, name="undo-decision"),
    path("quality", quality.quality, name="quality"),
    path("consumers", consumers.consumers, name="consumers"),
    path("scores", scores.scores, name="scores"),
    path("subjects/<str:code>/score", scores.score, name="score"),
    path("models", workbench.models, name="models"),
    path("models/<str:key>", workbench.model, name="model"),
    path("models/<str:key>/propose", workbench.propose, name="propose"),
    path("models/<str:key>/runs", workbench.runs, name="runs"),
    path("models/<str:key>/<str:what>", studying.ask, name="ask"),
    path("editions/<int:number>", workbench.edition, name="edition"),
    path("studies/<int:number>", studying.study, name="study"),
    path("studies/<int:number>/movers", studying.movers, name="movers"),
    path("studies/<int:number>/<str:table>.<str:kind>", studying.export, name="export"),
]
