"""A small city with a penalty, and the people who have to do with it."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive.models import Record
from quanxin.attachments.accept import accept
from quanxin.attachments.models import Attachment
from quanxin.calendar import ZONE
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import find
from tests.attachments.making import printed
from tests.casework.acts import cases, objections, repairs
from tests.city import CODES, hand_in, penalty, register

PROVIDER = "market-regulation"
OWNER = Actor("user:owner", frozenset())
WINDOW = Actor("user:window", frozenset({Role.WINDOW}))
DECIDER = Actor("user:decider", [Assignment(Role.DECIDER, PROVIDER)])
OTHER_DECIDER = Actor("user:other", [Assignment(Role.DECIDER, "taxation")])
REVIEWER = Actor("user:reviewer", frozenset({Role.REVIEWER}))
DECIDED = dt.date(2026, 5, 12)  # a decision under the tiers of Order 36: at least three months
EARLY, LATER = dt.date(2026, 6, 1), dt.date(2026, 9, 1)


def morning(day: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), ZONE)


def company(n: int = 0) -> Subject:
    found = find(CODES[n])
    assert found is not None
    return found


def owner(n: int = 0) -> Party:
    return Party(OWNER, company(n))


def penalised(folder: Path, **changes: str | None) -> Record:
    """Register the companies and take in a penalty of the first."""
    register(folder)
    hand_in(folder, "administrative-penalty", [penalised_row(**changes)], name="penalty.csv")
    return Record.objects.get(resource="administrative-penalty", superseded_at=None)


def penalised_row(**changes: str | None) -> dict[str, str | None]:
    said: dict[str, str | None] = {
        "penalty_kinds": "罚款", "decision_date": DECIDED.isoformat(), "valid_until": "2027-05-12",
    }  # fmt: skip
    return penalty(0, "济历罚〔2026〕1号", **(said | changes))


def paper(record: Record, name: str = "缴款凭证.pdf") -> Attachment:
    """A proof of performance, uploaded by the owner."""
    return accept(OWNER, BytesIO(printed()), name=name, kind="proof-of-performance", subject_id=record.subject_id)


def applied(record: Record) -> Case:
    """An application for repair of a record, as its subject makes it."""
    return repairs.apply(owner(), record, committed=True, ask_department=True)


def granted(record: Record) -> Case:
    """The same, taken through to a grant."""
    case = applied(record)
    cases.forward(WINDOW, case.number)
    repairs.accept(DECIDER, case.number)
    return repairs.grant(DECIDER, case.number, performed=True)


def objected(record: Record, statement: str = "罚款金额有误，应为0.3万元。") -> Case:
    """An objection to a record, taken up by its provider."""
    case = objections.object_to(owner(), statement, record=record)
    cases.forward(WINDOW, case.number)
    return objections.take_up(DECIDER, case.number)
