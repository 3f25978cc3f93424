"""What is kept for a while goes when its while is over, every night, and the doctor says where it does not."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from pytest_django import Settings
from typer.testing import CliRunner

from quanxin.accounts import clients, operator, retention
from quanxin.accounts.models import ApiClient, AuditLine, SignIn
from quanxin.api import idempotency
from quanxin.api.models import Answer, Minute
from quanxin.calendar import ZONE, now, today, travel
from quanxin.cli.main import app
from quanxin.ledger import proving, removing, sealing
from tests.ledger.lines import lines_of

pytestmark = pytest.mark.django_db


def test_sign_ins_are_removed_after_their_days_as_far_as_they_are_sealed(settings: Settings) -> None:
    settings.KEEP_SIGN_INS_DAYS = 60
    old, young = today() - dt.timedelta(days=62), today() - dt.timedelta(days=60)
    lines_of(old)
    lines_of(young)
    assert removing.remove_sign_ins() == 0  # not sealed yet
    assert len(sealing.seal_days(operator())) == 2
    assert removing.remove_sign_ins() == 1
    assert removing.remove_sign_ins() == 0
    assert SignIn.objects.get().at.astimezone(ZONE).date() == young
    assert [proof.wrong for proof in proving.prove()] == [(), ()]


def test_a_shorter_term_than_the_database_allows_is_a_month(settings: Settings) -> None:
    settings.KEEP_SIGN_INS_DAYS = 1
    lines_of(today() - dt.timedelta(days=20))
    sealing.seal_days(operator())
    assert removing.remove_sign_ins() == 0


def test_answers_to_keys_and_counts_of_minutes_are_forgotten(settings: Settings) -> None:
    settings.KEEP_ANSWERS_DAYS = 5
    client = clients.add_client(operator(), "market", provider="market-regulation")[0]
    at = now()
    for days in (4, 6):
        Answer.objects.create(
            client=client, key=f"k{days}", fingerprint="f", status=200, body={}, at=at - dt.timedelta(days=days)
        )
    minute = int(at.timestamp() // 60)
    for ago in (10, 3 * 24 * 60):
        Minute.objects.create(client=client, minute=minute - ago, requests=1)
    assert idempotency.forget() == 1
    assert Answer.objects.get().key == "k4"
    assert Minute.objects.get().minute == minute - 10
    assert ApiClient.objects.count() == 1


def told() -> tuple[str, str]:
    ran = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    return next((f["state"], f["zh"]) for f in json.loads(ran.stdout) if f["check"] == "retention")


def test_the_doctor_says_when_nothing_was_removed_for_two_days() -> None:
    lines_of(today() - dt.timedelta(days=3))
    state, said = told()
    assert state == "attention"
    assert all(kind in said for kind in retention.KINDS)
    for kind in retention.KINDS:
        assert retention.keep_to_term(kind, lambda: 7)() == 7
    assert AuditLine.objects.filter(act=retention.ACT, particulars={"removed": 7}).count() == len(retention.KINDS)
    assert told()[0] == "ok"
    with travel(now() + dt.timedelta(days=3)):
        assert told()[0] == "attention"


def test_each_kind_that_has_a_term_has_its_job() -> None:
    import quanxin.accounts.jobs  # noqa: F401
    from quanxin.runtime.jobs import app as jobs

    names = {
        "accounts.sweep-sessions",
        "accounts.forget-tokens",
        "ledger.remove-sign-ins",
        "api.forget-answers",
        "ledger.seal",
    }
    assert names <= set(jobs.tasks)
    with pytest.raises(ValueError, match="others"):
        retention.keep_to_term("others", lambda: 0)
