"""A company on a list of the dishonest, and a department that restrains it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive import viewers
from quanxin.archive.models import Record
from quanxin.archive.viewers import Viewer
from quanxin.calendar import travel
from quanxin.casework import beginning, engine
from quanxin.casework.models import Case
from quanxin.measures.models import Application
from quanxin.measures.reckoning import Consequence, consequences_of
from tests.city import CODES, NAMES, hand_in, register
from tests.rights.life import company, morning, owner

LIST, MEASURE = "serious-violation", "key-supervision"
DAY = dt.date(2026, 6, 1)
ENFORCER = Actor("user:enforcer", [Assignment(Role.DECIDER, "market-regulation")])
STRANGER = Actor("user:stranger", [Assignment(Role.DECIDER, "taxation")])
CENTRE = Actor("user:centre", frozenset({Role.CENTRE}))


def centre() -> Viewer:
    return viewers.centre(CENTRE, "核对措施")


def listing(n: int = 0, number: str = "济市监列〔2026〕1号", **changes: str | None) -> dict[str, str | None]:
    """A row that lists company ``n``."""
    return {
        "subject_name": NAMES[n],
        "uscc": CODES[n],
        "document_number": number,
        "facts": "提供虚假材料取得登记。",
        "legal_basis": "《市场监督管理严重违法失信名单管理办法》",
        "decision_date": "2026-05-12",
        "authority_name": "济南市市场监督管理局",
    } | changes


def listed(folder: Path, **changes: str | None) -> Record:
    """Register the companies and list the first."""
    with travel(morning(dt.date(2026, 5, 20))):
        register(folder)
        hand_in(folder, LIST, [listing(**changes)], name="list.csv")
    return record()


def record() -> Record:
    return Record.objects.get(resource=LIST, superseded_at=None)


def follows(day: dt.date = DAY, n: int = 0, **asked: Any) -> list[Consequence]:
    """What follows for a company on a day of the restraint by market regulation."""
    with travel(morning(day)):
        return [c for c in consequences_of(company(n), centre(), **asked) if c.measure == MEASURE]


def proposed(found: Record, measure: str = MEASURE, by: Actor = ENFORCER) -> Case:
    form = {"measure": measure, "facts": "列入严重违法失信名单。"}
    return beginning.begin(by, "measure-restraint", record=f"{found.subject_id}-{found.id}", form=form)


def heard(case: Case) -> Case:
    """The case, told and answered; with the talk that some measures ask for."""
    talk = {"held_on": DAY.isoformat(), "attendees": "负责人", "outcome": "承诺改正"}
    engine.perform(ENFORCER, case.number, "talk", talk)
    engine.perform(ENFORCER, case.number, "tell", {"reason": "依据名单管理办法"})
    return engine.perform(owner(), case.number, "answer", {"reason": "正在改正"})


def applied(found: Record) -> Application:
    """The measure on a record, applied by the department after the hearing."""
    with travel(morning(DAY)):
        case = heard(proposed(found))
        engine.perform(ENFORCER, case.number, "apply", {"reason": "依法实施"})
    return Application.objects.get(case=case)
