"""Look-ups that find nobody: a line each, at most so many a day, shown to the auditor."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections
from pytest_django import Settings

from quanxin.accounts import lookups, operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import AuditLine
from quanxin.calendar import now, travel
from tests.accounts.people import ADULT
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db
READER = Actor("user:reader", frozenset({Role.PERSONNEL}))


def miss(actor: Actor = READER, asked: str = "9137") -> None:
    assert lookups.look_up(actor, "code", asked, lambda: None) is None


def test_what_finds_nobody_leaves_a_line_and_what_finds_somebody_none() -> None:
    miss()
    assert lookups.look_up(READER, "code", "x", lambda: "found") == "found"
    assert list(AuditLine.objects.values_list("actor", "act", "target")) == [
        ("user:reader", "lookup.missed", "code:9137")
    ]


def test_after_so_many_a_day_nobody_is_looked_up_until_the_next(settings: Settings) -> None:
    settings.MISSED_LOOKUPS = 3
    with travel(now().replace(hour=12)) as noon:
        for _ in range(3):
            miss()
        with pytest.raises(lookups.TooManyMissed):
            lookups.look_up(READER, "code", "x", lambda: pytest.fail("it was looked for"))
        assert AuditLine.objects.filter(act="lookup.refused").count() == 1
        miss(Actor("user:other", frozenset()))
        for _ in range(5):
            miss(operator())  # the person at the machine is counted, and not stopped
    with travel(noon + dt.timedelta(hours=13)):
        miss()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more(settings: Settings) -> None:
    settings.MISSED_LOOKUPS = 4
    refused = []

    def ask() -> None:
        try:
            for _ in range(3):
                miss()
        except lookups.TooManyMissed:
            refused.append(1)
        finally:
            connections.close_all()

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert AuditLine.objects.filter(act="lookup.missed").count() == 4
    assert refused


def test_a_persons_number_asked_for_in_vain_is_told_by_its_index_alone(settings: Settings) -> None:
    settings.MISSED_LOOKUPS = 2
    reader = signed_in(Role.PERSONNEL, name="reader")
    asked = {"how": "personnel", "purpose": "appointment", "identity": ADULT}
    window = signed_in(Role.WINDOW, name="clerk")
    answer = window.post("/desk/window", {"number": ADULT, "who": "本人", "paper": "身份证"})
    assert answer.status_code == 422
    line = AuditLine.objects.get(act="lookup.missed", actor="user:clerk")
    assert line.target.startswith("identity:")
    assert ADULT not in f"{line.target} {line.particulars}"
    reader.post("/desk/reading", asked)
    for _ in range(2):
        window.post("/desk/window", {"code": "91370100MA3AAAAA00", "who": "x", "paper": "x"})
    refused = window.post("/desk/window", {"code": "91370100MA3AAAAA00", "who": "x", "paper": "x"})
    assert "已达上限" in refused.content.decode()
    auditor = signed_in(Role.AUDITOR, name="auditor")
    page = auditor.get("/desk/audit?missed=1").content.decode()
    assert "lookup.missed" in page
    assert "user:clerk" in page


def test_personal_numbers_in_any_line_are_blotted_out() -> None:
    from quanxin.accounts.models import audit

    digest = "13812345678abcdef0" * 3 + "0123456789"
    line = audit(
        operator(), "t.act", f"x:{ADULT}", reason=f"电话13812345678，证件{ADULT}", many=[{"a": ADULT}], digest=digest
    )
    line.refresh_from_db()
    assert ADULT not in f"{line.target}{line.particulars}"
    assert "13812345678，" not in line.particulars["reason"]
    assert line.particulars["digest"] == digest
