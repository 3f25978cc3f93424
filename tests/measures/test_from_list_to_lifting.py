"""A company is told, heard and listed; it is restrained; a check finds it; its repair is granted, and it is clear everywhere.

Each step goes by the acts and pages by which people do it: the listing and the restraint by their procedures, the check by its
item, the repair by the record's own.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive.models import Record
from quanxin.calendar import travel
from quanxin.casework import beginning, engine
from quanxin.casework.filing import Filed, Thing, file
from quanxin.checks.checking import check
from quanxin.checks.models import Result
from quanxin.measures import due
from quanxin.measures.models import Application, Due
from tests.city import CODES, NAMES, register
from tests.my.people import owner as owner_browser
from tests.my.people import text
from tests.once import city
from tests.rights.life import WINDOW, company, morning, owner

pytestmark = pytest.mark.django_db
LIST, ITEM, MEASURE = "procurement-severe", "procurement-qualification", "procurement-ban"
FINANCE = Actor("user:finance", [Assignment(Role.DECIDER, "finance")])
BUYER = Actor("user:buyer", [Assignment(Role.INTAKE, "finance")])
BEGUN, LISTED, LATER = dt.date(2026, 5, 6), dt.date(2026, 5, 18), dt.date(2027, 9, 1)

registered, _built = city(lambda folder: (registering(folder), folder)[1], autouse=True)


def registering(folder: Path) -> None:
    with travel(morning(BEGUN)):
        register(folder)


def listed() -> Record:
    """Company 0, told, heard and listed by finance."""
    with travel(morning(BEGUN)):
        form = {"list": LIST, "facts": "提供虚假材料谋取中标。", "legal_basis": "政府采购法第七十七条"}
        case = beginning.begin(FINANCE, "list-entry", subject=CODES[0], form=form)
        engine.perform(FINANCE, case.number, "tell", {"reason": "事实、理由和依据"})
        engine.perform(owner(), case.number, "answer", {"reason": "请从轻"})
    with travel(morning(LISTED)):
        said = {
            "document_number": "济财采〔2026〕1号",
            "decision_date": LISTED.isoformat(),
            "authority_name": "济南市财政局",
        }
        engine.perform(FINANCE, case.number, "enter", said | {"reason": "意见不成立"})
    return Record.objects.get(resource=LIST, superseded_at=None)


def restrained(found: Record) -> Application:
    with travel(morning(LISTED, 11)):
        form = {"measure": MEASURE, "facts": "列入政府采购严重违法失信行为记录名单。"}
        case = beginning.begin(FINANCE, "measure-restraint", record=f"{found.subject_id}-{found.id}", form=form)
        engine.perform(FINANCE, case.number, "tell", {"reason": "政府采购法第七十七条"})
        engine.perform(owner(), case.number, "answer", {"reason": "没有意见"})
        engine.perform(FINANCE, case.number, "apply", {"reason": "依法实施"})
    return Application.objects.get(case=case)


def verdict(n: int = 0) -> Result:
    return check(BUYER, ITEM, [CODES[n]], words="办公设备采购", case_ref="JN-1").results.get()


def repaired(found: Record) -> None:
    """The record's repair, asked for by its company and granted by finance."""
    form = {"committed": "1", "ask_department": "1"}
    case = file("repair", Filed(owner(), Thing(found), "", "", form))
    engine.perform(WINDOW, case.number, "forward")
    engine.perform(FINANCE, case.number, "accept")
    engine.perform(FINANCE, case.number, "grant", {"confirmed": "1", "reason": ""})


def public_list() -> str:
    return text(Client(headers={"accept-language": "zh-CN"}), f"/lists/{LIST}")


def test_from_the_listing_to_the_lifting() -> None:
    with travel(morning(BEGUN)):
        assert verdict().verdict == "clear"
    found = listed()
    with travel(morning(LISTED, 10)):
        due.refresh()
        assert Due.objects.filter(measure=MEASURE, subject_id=company().pk).exists()
        assert NAMES[0] in public_list()
        result = verdict()
        assert (result.verdict, result.findings[0]["measures"][0]["measure"]) == ("restricted", MEASURE)
    application = restrained(found)
    with travel(morning(LATER)):
        browser = owner_browser()
        assert "实施中" in text(browser, "/my/measures")
        repaired(found)
        application.refresh_from_db()
        assert (application.state, application.cause) == ("lifted", "repaired")
        assert verdict().verdict == "clear"
        assert NAMES[0] not in public_list()
        mine = text(browser, "/my/measures")
        assert "已解除" in mine
        assert "没有。您的记录不产生惩戒后果" in mine
        due.refresh({company().pk})
        assert not Due.objects.filter(measure=MEASURE, subject_id=company().pk).exists()


def test_what_was_not_heard_is_not_listed_and_what_is_not_listed_restrains_nobody() -> None:
    with travel(morning(BEGUN)):
        form = {"list": LIST, "facts": "提供虚假材料谋取中标。", "legal_basis": "政府采购法第七十七条"}
        case = beginning.begin(FINANCE, "list-entry", subject=CODES[0], form=form)
        with pytest.raises(Exception, match="不能这样办理"):
            engine.perform(FINANCE, case.number, "enter", {"reason": "直接列入"})
        assert verdict().verdict == "clear"
        assert NAMES[0] not in public_list()
