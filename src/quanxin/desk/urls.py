"""Addresses of the desk, all under ``/desk/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.accounts.pages import sign_in
from quanxin.casework.desk import agenda
from quanxin.desk import (
    audit,
    beginning,
    cases,
    ending,
    home,
    notices,
    reading,
    set_aside,
    sign_out,
)
from quanxin.pages.gates import closed
from quanxin.runtime import slices

app_name = "desk"

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out.SignOut.as_view(), name="sign-out"),
    path("set-aside", set_aside.set_aside, name="set-aside"),
    path("cases", cases.queue, name="cases"),
    path("cases/forward", cases.forward, name="cases-forward"),
    path("cases/views", cases.views, name="cases-views"),
    path("cases/claim", cases.claim, name="cases-claim"),
    path("begin", beginning.begin, name="begin"),
    path("begin/<slug:kind>", beginning.begin_one, name="begin-one"),
    path("cases/<str:number>", cases.case, name="case"),
    path("cases/<str:number>/decision.pdf", cases.decision, name="decision"),
    path("cases/<str:number>/proof.json", cases.proof, name="case-proof"),
    path("cases/<str:number>/file", cases.print_file, name="case-file"),
    path("cases/<str:number>/<slug:what>", cases.act, name="case-act"),
    path("agenda/<str:secret>.ics", agenda.feed, name="feed"),  # opened by its secret, to no role
    path("attachments/<uuid:identity>", cases.attachment, name="attachment"),
    path("notices", notices.notices, name="notices"),
    path("notices/read", notices.read, name="notice-read"),
    path("reading", reading.reading, name="reading"),
    path("reading/consents/<int:number>", reading.consent, name="consent"),
    path("audit", audit.acts, name="audit"),
    path("accesses", audit.accesses, name="accesses"),
    path("sign-ins", audit.sign_ins, name="sign-ins"),
    path("clients", ending.clients_page, name="clients"),
    path("sessions", ending.sessions_page, name="sessions"),
]
urlpatterns += [closed(pattern) for pattern in slices.pages(slices.Face.DESK)]
