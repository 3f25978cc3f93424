"""Whatever a slice refuses is a refusal through the interface: in words, with its status, never a failure of ours."""

from __future__ import annotations

from typing import NoReturn

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import include, path
from ninja import NinjaAPI

from quanxin.accounts.errors import NotAllowed
from quanxin.accounts.lookups import TooManyMissed
from quanxin.accounts.own_matters import OwnMatter
from quanxin.api.problems import CONTENT_TYPE, handle
from quanxin.archive.errors import NoSuchSubject
from quanxin.runtime.problems import Problem
from tests.runtime.test_problems import EVERY, particulars_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
BARE = {kind.__name__: kind for kind in (NotAllowed, OwnMatter, TooManyMissed, NoSuchSubject)}
SLICES = {kind.__name__: kind for kind, _ in EVERY}

refusing = NinjaAPI(urls_namespace="refusing")
handle(refusing)


def made(kind: str, code: str) -> Problem:
    """The problem of a code, or the one that a kind without codes is."""
    return BARE[kind]() if kind in BARE else SLICES[kind](code, **particulars_of(SLICES[kind].wordings[code]))


@refusing.get("/{kind}/{code}")
def refuse(request: HttpRequest, kind: str, code: str) -> NoReturn:
    """Refuse whatever is asked."""
    raise made(kind, code)


urlpatterns = [path("refusing/", refusing.urls), path("", include("quanxin.web.urls"))]


@pytest.mark.parametrize(
    ("kind", "code"), [*((k.__name__, c) for k, c in EVERY), *((k, "it") for k in BARE)], ids=lambda part: str(part)
)
def test_a_refusal_of_any_slice_is_a_problem_in_both_languages(kind: str, code: str) -> None:
    error = made(kind, code)
    answer = Client().get(f"/refusing/{kind}/{code}")
    body = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (error.status, CONTENT_TYPE)
    assert (body["code"], body["title"], body["title_en"]) == (error.code, error.zh, error.en)
    assert (body["hint"], body["hint_en"], body["status"]) == (error.hint, error.hint_en, error.status)


def test_only_a_broken_store_is_a_failure_of_ours() -> None:
    failures = {code for kind, code in EVERY if kind.wordings[code].status >= 500}
    assert failures == {
        "internal", "study-broke", "disk-full", "memory-short", "attachment-busy", "attachment-altered",
        "attachment-disk-full", "attachment-store-failed", "list-given-up", "font-missing",
        "document-kind-unknown", "document-damaged", "document-key-unusable", "database-away",
    }  # fmt: skip
