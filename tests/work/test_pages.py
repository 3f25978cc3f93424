"""The page of a long work shows what changed, once, and does what its buttons say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Actor, Role
from quanxin.work import engine
from quanxin.work.pages import progress, steps
from tests.work.errands import Errand, Errands, table

CENTRE = Actor("user:lin", frozenset({Role.CENTRE}))
READER = Actor("user:wang", frozenset({Role.AUDITOR}))
KIND = Errands()

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def errands() -> Iterator[None]:
    with table():
        yield


def looked(work: Errand, *, actor: Actor = CENTRE, seen: str | None = None, act: str | None = None) -> HttpResponse:
    """The page of a work; ``seen`` is what the part that watches shows, ``act`` the button that was pressed."""
    work.refresh_from_db()
    headers = {"HX-Request": "true"} if seen is not None else {}
    make = RequestFactory(headers=headers)
    request = make.get("/errands/1", {"seen": seen or ""}) if act is None else make.post("/errands/1", {"act": act})
    return progress(request, actor, KIND, work, "work/_progress.html", {})


def test_the_page_says_how_far_it_is_in_a_live_region_that_stays() -> None:
    work = engine.begin(KIND, CENTRE, place="历下")
    page = looked(work).content.decode()
    assert '<div role="status"><div id="progress"' in page.replace("\n", "")
    assert 'hx-get="/errands/1?seen=waiting.."' in page
    assert '<noscript><p><a href="/errands/1">' in page
    assert "等待处理" in page
    Errand._default_manager.filter(pk=work.pk).update(state="running", step="walking")
    work.refresh_from_db()
    assert steps(KIND, work) == [("收拾", "done"), ("路上", "now"), ("交付", "later")]
    assert '<li class="step-now" aria-current="step">路上</li>' in looked(work).content.decode()


def test_what_did_not_change_is_not_said_again_and_what_is_over_gives_way_to_its_page() -> None:
    work = engine.begin(KIND, CENTRE, place="历下")
    assert looked(work, seen="waiting..").status_code == 204
    changed = looked(work, seen="").content.decode()
    assert changed.strip().startswith('<div id="progress"')
    engine.perform(KIND, work.pk)
    assert looked(work, seen="waiting..")["HX-Redirect"] == "/errands/1"


def test_its_buttons_are_for_who_may() -> None:
    work = engine.begin(KIND, CENTRE, place="历下")
    assert 'value="cancel"' in looked(work).content.decode()
    assert "<button" not in looked(work, actor=READER).content.decode()
    with pytest.raises(NotAllowed):
        looked(work, actor=READER, act="cancel")
    assert looked(work, act="cancel").status_code == 302
    page = looked(work).content.decode()
    assert "已由lin取消" in page
    assert 'role="alert"' in page
    assert 'value="again"' in page
    assert "hx-get" not in page
    assert looked(work, act="again").status_code == 302
    assert "等待处理" in looked(work).content.decode()
    assert looked(work, act="nonsense").status_code == 422
    engine.perform(KIND, work.pk)
    over = looked(work, act="cancel")
    assert (over.status_code, "不能取消" in over.content.decode()) == (409, True)
    assert "<button" not in looked(work).content.decode()
