"""Measures on pages: what a department could apply and proposes, what stands beside a record, figures, one's own page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.archive.models import Record, Restriction
from quanxin.archive.restrictions import restrict
from quanxin.calendar import now, travel
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.measures import due
from quanxin.measures.models import Application, Due
from quanxin.policy.model import Basis
from tests.city import CODES, NAMES
from tests.desk.people import signed_in
from tests.measures.life import DAY, ENFORCER, MEASURE, applied, listed, record
from tests.my.people import owner, text
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
PROVIDER = "market-regulation"


def _build(folder: Path) -> Path:
    listed(folder)
    with travel(morning(DAY)):
        due.refresh()
    return folder


folder_of, _built = city(_build, autouse=True)


@pytest.fixture
def ground() -> Record:
    return record()


def enforcer() -> Client:
    return signed_in(Role.DECIDER, provider=PROVIDER, name="enforcer")


def test_a_department_finds_what_it_could_apply_and_proposes_it(ground: Record) -> None:
    with travel(morning(DAY)):
        client = enforcer()
        page = text(client, "/desk/measures/due")
        assert NAMES[0] in page
        assert "纳入重点监管" in page
        sent = {"record": f"{ground.subject_id}-{ground.id}", "measure": MEASURE}
        form = client.post("/desk/measures/propose", sent).content.decode()
        assert "事实和理由" in form
        made = client.post("/desk/measures/propose", sent | {"confirmed": "1", "facts": "列入名单。"})
        assert (made.status_code, Case.objects.get().kind) == (302, "measure-restraint")
        assert "拟实施" in text(client, made["Location"].partition("?")[0])
        assert (
            client.post("/desk/measures/propose", sent | {"measure": "procurement-ban", "confirmed": "1"}).status_code
            == 404
        )


def test_another_department_finds_nothing_and_a_stranger_is_turned_away(ground: Record) -> None:
    with travel(morning(DAY)):
        other = signed_in(Role.DECIDER, provider="science-technology", name="other")
        assert "纳入重点监管" not in text(other, "/desk/measures/due")
        assert "没有实施过措施" in text(other, "/desk/measures/applied")
        assert signed_in(Role.WINDOW, name="window").get("/desk/measures").status_code == 403


def test_what_follows_is_read_for_a_purpose_and_stands_beside_the_record(ground: Record) -> None:
    with travel(morning(DAY)):
        client = enforcer()
        asked = {"code": CODES[0], "purpose": "supervision"}
        page = client.post("/desk/measures", asked).content.decode()
        assert "纳入重点监管" in page
        assert "2029年5月12日" in page
        beside = client.post("/desk/reading", asked | {"how": "department"}).content.decode()
        assert "依法产生的后果" in beside
        assert client.post("/desk/measures", asked | {"code": "91370100MA00000000"}).status_code == 422
        assert client.post("/desk/measures", asked | {"purpose": "no-such"}).status_code == 403


def test_whoever_decides_for_every_department_sees_what_each_applies(ground: Record) -> None:
    applied(ground)
    with travel(morning(DAY)):
        client = signed_in(Role.DECIDER, name="all")
        assert NAMES[0] in text(client, "/desk/measures/applied")
        assert "历下区" in text(client, "/desk/measures/board")


def test_a_case_shows_how_its_measure_stands_before_it_has_followed(ground: Record) -> None:
    case = applied(ground).case
    with travel(morning(DAY)), transaction.atomic():
        basis = [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]
        restrict(ENFORCER, [ground], Restriction.Kind.REPAIRED, case="case:1", basis=basis, at=now())
    with travel(morning(DAY)):
        for client, face in ((enforcer(), "desk"), (owner(), "my")):
            assert "措施正在实施" not in text(client, f"/{face}/cases/{case.number}")
            assert "已解除" in text(client, f"/{face}/cases/{case.number}")
            assert "已解除" in text(client, f"/{face}/cases?open=0" if face == "desk" else "/my/cases")
    assert Case.objects.get(pk=case.pk).state == "in-force"


def test_figures_and_the_list_of_what_is_applied(ground: Record) -> None:
    applied(ground)
    with travel(morning(DAY)):
        client = enforcer()
        assert NAMES[0] in text(client, "/desk/measures/applied?state=in-force")
        assert NAMES[0] not in text(client, "/desk/measures/applied?state=lifted")
        csv = client.get("/desk/measures/applied?as=csv").content.decode("utf-8-sig")
        assert NAMES[0] in csv
        board = text(client, "/desk/measures/board")
        assert NAMES[0] not in board
        assert "历下区" in board
        assert client.get("/desk/measures/board?table=months&as=csv").status_code == 200
        assert client.get("/desk/measures/board?table=nothing").status_code == 404


def test_the_board_counts_what_was_applied_contested_told_and_lifted_and_how_soon(ground: Record) -> None:
    case, basis = applied(ground).case, [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]

    def tables(asked: str = "") -> dict[str, list[str]]:
        return {
            key: client.get(f"/desk/measures/board?table={key}&as=csv{asked}").content.decode("utf-8-sig").splitlines()
            for key in ("departments", "measures", "districts", "months", "causes")
        }

    with travel(morning(DAY)):
        client = signed_in(Role.CENTRE, name="centre")
        assert tables()["districts"][1] == "历下区,1,0,0,0,0,0,0.0"
        engine.perform(ENFORCER, case.number, "record-effect", {"effect": "按季度检查"})
        with transaction.atomic():
            restrict(ENFORCER, [ground], Restriction.Kind.DISPUTED, case="case:2", basis=basis, at=now())
        held = tables()
        assert held["departments"][1] == "市场监督管理局,0,1,1,0,0,1,100.0"
        assert held["measures"][1] == "纳入重点监管范围,0,1,1,0,0,1,100.0,0,2027-11-30"
        assert held["months"][1:] == ["2026-06,1,0,1,100.0"]
        assert len(held["causes"]) == 1
    with travel(morning(dt.date(2026, 7, 2))):
        client = signed_in(Role.CENTRE, name="centre-in-july")
        with transaction.atomic():
            restrict(ENFORCER, [ground], Restriction.Kind.REPAIRED, case="case:1", basis=basis, at=now())
        gone = tables()
        assert gone["districts"][1] == "历下区,0,0,0,1,0,1,100.0"
        assert gone["months"][1:] == ["2026-07,0,1,0,", "2026-06,1,0,1,100.0"]
        assert gone["causes"][1:] == ["信用修复,1,1,0"]
        for each in ("&district=370102", "&enforcer=market-regulation", "&month=2026-06"):
            assert tables(each) == gone, each
        assert tables("&district=370102&enforcer=market-regulation&month=2026-06") == gone
        for nothing in ("&district=370103", "&enforcer=taxation", "&month=2026-05", "&month=x"):
            assert {len(one) for one in tables(nothing).values()} == {1}
        assert "区县" in text(client, "/desk/measures/board")


def test_one_s_own_page_says_what_is_applied_and_what_ends_it(ground: Record) -> None:
    with travel(morning(DAY)):
        client = owner()
        assert "没有对您实施过措施" in text(client, "/my/measures")
        assert "纳入重点监管" in text(client, "/my/measures")
    applied(ground)
    with travel(morning(DAY)):
        assert "实施中" in text(client, "/my/measures")
        assert "这条记录的后果" in text(client, f"/my/records/{ground.subject_id}-{ground.id}")


def test_the_list_of_what_could_be_applied_follows_and_holds_no_person(ground: Record) -> None:
    before = set(Due.objects.values_list("measure", "subject_id"))
    assert before
    with travel(morning(DAY)):
        assert due.refresh({ground.subject_id}) == len(before)
    assert set(Due.objects.values_list("measure", "subject_id")) == before
    assert not Application.objects.exists()
