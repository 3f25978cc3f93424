"""Visits at the counter: they begin, end, and are told; and they leave the clerk nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.agency import Scope, authorise
from quanxin.accounts.binding import Principal, bind, bind_person
from quanxin.accounts.models import Agency, AuditLine
from quanxin.calendar import now, travel
from quanxin.casework.models import Notice, Visit
from quanxin.casework.rendering import rendered
from tests.accounts.people import ADULT
from tests.city import CODES
from tests.my.people import browser, natural, window
from tests.once import city
from tests.rights.life import company, penalised

pytestmark = pytest.mark.django_db
CAME = {"code": CODES[0], "who": "张三，法定代表人", "paper": "营业执照副本"}


_penalised, _built = city(penalised, autouse=True)


def served(client: Client, **said: str) -> Visit:
    assert client.post("/desk/window", CAME | said).headers["Location"] == "/my/"
    return Visit.objects.latest("pk")


def test_a_visit_is_recorded_with_its_paper_and_told_to_its_subject() -> None:
    visit = served(window())
    assert (visit.subject_id, visit.clerk, visit.ended_at) == (company().pk, "user:window", None)
    assert visit.who == "张三，法定代表人（营业执照副本）"
    told = Notice.objects.get(key="window-visit")
    assert told.subject_id == company().pk
    for language in ("zh", "en"):
        assert "张三" in rendered(told, language)[1]
    assert AuditLine.objects.get(act="rights.counter.begin").particulars["visit"] == visit.pk


@pytest.mark.parametrize("how", ["sign-out", "end", "another"])
def test_a_visit_ends_with_a_line_and_opens_nothing_afterwards(how: str) -> None:
    client = window()
    visit, copied = served(client), client.session.session_key
    assert client.get("/my/").status_code == 200
    if how == "sign-out":
        client.post("/desk/sign-out")
    elif how == "end":
        client.post("/my/counter/end")
    else:
        other = window()
        assert served(other, code=CODES[1]).subject_id == company(1).pk
        assert other.get("/my/").status_code == 200
    visit.refresh_from_db()
    assert visit.ended_at is not None
    assert AuditLine.objects.filter(act="rights.counter.end", particulars__visit=visit.pk).count() == 1
    if how == "another":  # the session still names the visit
        assert client.session["counter"] == visit.pk
        assert client.session.session_key == copied
        assert client.get("/my/records").status_code == 403
        assert client.get("/my/records").status_code == 403


def test_a_visit_expires_by_itself() -> None:
    client = window()
    visit = served(client)
    begun = now()
    with travel(begun + dt.timedelta(minutes=15)):  # so that the session is not what ends
        assert client.get("/my/records").status_code == 200
    with travel(begun + dt.timedelta(minutes=31)):
        assert client.get("/my/records").status_code == 403
    visit.refresh_from_db()
    assert visit.ended_at == visit.ends_at


def test_a_clerk_serves_one_visit_at_a_time() -> None:
    visit = served(window())
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(
            subject_id=visit.subject_id,
            code=CODES[0],
            clerk=visit.clerk,
            who="x",
            began_at=now(),
            ends_at=now() + dt.timedelta(minutes=1),
        )


def test_a_visit_leaves_the_clerk_no_power_that_lasts() -> None:
    client = window()
    served(client)
    sent = {"agent": "window", "scope": [Scope.ARCHIVE.value], "until": "2099-01-01", "document": "授1号"}
    answer = client.post("/my/agents", sent)
    assert answer.status_code == 403
    assert "同事" in answer.content.decode()
    assert not Agency.objects.exists()
    assert AuditLine.objects.filter(actor="user:window", act="access.refused").count() == 1
    browser("helper")
    assert client.post("/my/agents", sent | {"agent": "helper"}).status_code == 302
    assert Agency.objects.get().agent.username == "helper"


def test_a_subject_is_told_of_every_binding_and_agency(tmp_path: Path) -> None:
    for name in ("owner", "helper"):
        browser(name)
    made = bind(operator(), "owner", CODES[0], reason="执照")
    bind(operator(), "owner", CODES[0], reason="执照")  # the same again is no other
    authorise(operator(), Principal(code=CODES[0]), "helper", [Scope.REPAIR], dt.date(2099, 1, 1), document="授2号")
    told = Notice.objects.filter(subject_id=company().pk, key__in=["binding-made", "agency-made"])
    assert {one.once for one in told} == {f"binding:{made.pk}", f"agency:{Agency.objects.get().pk}"}
    for one in told:
        assert {"binding-made": "owner", "agency-made": "helper"}[one.key] in rendered(one, "zh")[1]
        assert rendered(one, "en")[1]
    subject, _ = natural(tmp_path)
    bind_person(operator(), "helper", ADULT, reason="身份证")
    assert Notice.objects.filter(subject_id=subject.pk, key="binding-made").count() == 1
