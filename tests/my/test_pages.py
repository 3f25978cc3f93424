"""An organisation reads itself, and nobody else: bindings, refusals, lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.binding import bind, unbind
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import AuditLine, Binding, User
from quanxin.archive import access, definitions, viewers
from quanxin.archive.models import Access, Record
from quanxin.calendar import today
from quanxin.evaluation import explanation, runs, single
from quanxin.evaluation.models import Change, Run, Score
from quanxin.subjects.models import Subject
from tests.city import CODES, hand_in, penalty, register
from tests.evaluation.city import MODEL, centre, company, put_in_use
from tests.once import city

pytestmark = pytest.mark.django_db
REASON = "核验营业执照和授权书"


def scored(folder: Path) -> None:
    register(folder)
    hand_in(folder, "administrative-penalty", [penalty(0), penalty(0, "甲2号", fine="30")])
    put_in_use()
    runs.evaluate(operator(), [MODEL])


_scored, _built = city(scored, autouse=True)


@pytest.fixture
def owner() -> Client:
    User.objects.create(username="owner")
    bind(operator(), "owner", CODES[0], reason=REASON)
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get())
    return client


def page(client: Client, path: str = "/my/score") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_figures_on_the_page_are_those_of_the_explanation(owner: Client) -> None:
    said = explanation.explained(single.explain(company(0), centre(), MODEL))
    shown = page(owner)
    assert said["score"] in shown
    moved = [i for i in said["indicators"] if Decimal(i["points"])]
    assert moved
    for indicator in moved:
        assert escape(indicator["title"]["zh"]) in shown
        assert escape(indicator["reason"]["zh"]) in shown
        assert indicator["points"] in shown
    context = owner.get("/my/score").context["page"]
    assert sum(bar.points for bar in context.bars) == Decimal(said["score"]) == context.bars[-1].total
    assert "济历罚〔2025〕1号" in shown
    assert "济南市历下区城市管理局" in shown


def test_each_reading_leaves_one_line_which_the_organisation_sees(owner: Client) -> None:
    access.note_access(viewers.centre(operator(), "核对招标资格"), company(0))
    before = Access.objects.count()
    page(owner)
    assert Access.objects.filter(viewer="subject", actor="user:owner").count() == Access.objects.count() - before == 1
    readings = page(owner, "/my/readings")
    assert "核对招标资格" in readings
    assert "信用中心" in readings


def test_a_what_if_is_shown_beside_the_present_and_writes_nothing_but_its_line(owner: Client) -> None:
    tables = (Record, Score, Change, Run, AuditLine)
    before = [table.objects.count() for table in tables]
    numbers = list(Record.objects.filter(resource="administrative-penalty").values_list("id", flat=True))
    shown = owner.get("/my/score", {"repaired": numbers}).context["page"]
    changes = single.Changes(repaired=frozenset(numbers))
    then = explanation.explained(single.whatif(company(0), centre(), MODEL, changes))
    assert shown.supposed["score"] == then["score"]
    assert Decimal(shown.supposed["score"]) > Decimal(shown.said["score"])
    assert [table.objects.count() for table in tables] == before


@pytest.mark.parametrize(
    "asked", [{"repaired": "999999"}, {"day": "soon"}, {"day": "2001-01-01"}, {"day": "9999-12-31"}]
)
def test_what_cannot_be_supposed_is_said_in_words(owner: Client, asked: dict[str, str]) -> None:
    shown = owner.get("/my/score", asked)
    assert shown.context["page"].problem is not None
    assert 'role="alert"' in shown.content.decode()


def test_without_a_binding_that_stands_nothing_is_shown_or_read(owner: Client) -> None:
    lines = Access.objects.count()
    Binding.objects.update(until=today() - dt.timedelta(days=1))
    for path in ("/my/", "/my/score"):
        assert owner.get(path).status_code == 403
    Binding.objects.update(until=today())
    assert owner.get("/my/score").status_code == 200
    unbind(operator(), "owner", reason="离职")
    assert owner.get("/my/score").status_code == 403
    assert Access.objects.count() == lines + 1
    assert Client().get("/my/score").status_code == 302


def test_anothers_score_is_refused_and_the_try_is_on_record(owner: Client) -> None:
    viewer = viewers.itself(Actor("user:owner", frozenset()), company(0))
    with pytest.raises(NotAllowed):
        single.explain(company(1), viewer, MODEL)
    assert AuditLine.objects.filter(act="scores.refused", target=f"subject:{company(1).pk}").count() == 1
    assert owner.get(f"/desk/subjects/{CODES[1]}/score?purpose=x").status_code == 403
    assert owner.get(f"/my/score?code={CODES[1]}").context["subject"].code == CODES[0]


@pytest.mark.parametrize("kind", ["sole-trader", "person"])
def test_sole_traders_and_persons_have_no_score(owner: Client, kind: str) -> None:
    Subject.objects.filter(pk=company(0).pk).update(type=kind)
    shown = page(owner)
    assert "不评分、不定级、不排名" in shown
    assert 'class="score-now"' not in shown
    Subject.objects.filter(code=CODES[0]).update(natural=True)
    assert owner.get("/my/score").status_code == 403


def test_public_pages_show_no_score(owner: Client) -> None:
    score = explanation.explained(single.explain(company(0), centre(), MODEL))["score"]
    for path in ("/", f"/subject/{CODES[0]}", f"/subject/{CODES[0]}?print=1", "/penalties", "/search?q=济南甲样例"):
        for client in (Client(), owner):
            shown = client.get(path).content.decode()
            assert score not in shown
            assert 'class="score-now"' not in shown


@pytest.mark.parametrize("path", ["/my/", "/my/score"])
def test_a_page_asks_at_most_fifteen_times(owner: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page(owner, path)
    # what a process has not yet learnt of the batches' catalogue entries costs one question, however many they are
    for learnt, most in (({}, 16), (dict(definitions._by_batch), 15)):
        monkeypatch.setattr(definitions, "_by_batch", learnt)
        with CaptureQueriesContext(connection) as asked:
            page(owner, path)
        assert len(asked) <= most, "\n".join(q["sql"][:110] for q in asked.captured_queries)


@pytest.mark.parametrize(("said", "error"), [
    ({"by": Actor("clerk", frozenset({Role.INTAKE}))}, NotAllowed), ({"reason": " "}, AccountError),
    ({"username": "nobody"}, AccountError), ({"until": dt.date(2001, 1, 1)}, AccountError),
])  # fmt: skip
def test_only_the_centre_binds_and_for_a_reason(said: dict[str, Any], error: type[Exception]) -> None:
    User.objects.create(username="owner")
    given = {"by": operator(), "username": "owner", "code": CODES[0], "reason": REASON} | said
    with pytest.raises(error):
        bind(given.pop("by"), **given)
    assert not Binding.objects.exists()


def test_a_new_binding_ends_the_one_before_and_both_stay_on_record(owner: Client) -> None:
    bind(operator(), "owner", CODES[2], reason="调任")
    assert owner.get("/my/score").context["subject"].code == CODES[2]
    found = [(b.code, b.ended_at is None) for b in Binding.objects.order_by("id")]
    assert found == [(CODES[0], False), (CODES[2], True)]
    assert AuditLine.objects.filter(act__in=["accounts.bind", "accounts.unbind"]).count() == 3
