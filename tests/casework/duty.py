"""One duty of care, its company, and whoever acts on it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive.models import Record
from quanxin.calendar import travel
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from tests.city import CODES, NAMES, hand_in, register
from tests.rights.life import company, morning

PROVIDER = "market-regulation"
OWNER = Actor("user:owner")
DECIDER = Actor("user:decider", [Assignment(Role.DECIDER, PROVIDER)])
FOREIGN = Actor("user:foreign", [Assignment(Role.DECIDER, "taxation")])
REVIEWER = Actor("user:reviewer", frozenset({Role.REVIEWER}))
SECOND = Actor("user:second", frozenset({Role.REVIEWER}))
WINDOW = Actor("user:window", frozenset({Role.WINDOW}))
AGREED, DUE = dt.date(2026, 5, 1), dt.date(2026, 6, 30)
MAY = morning(dt.date(2026, 5, 6))


def duty(folder: Path) -> Record:
    """A duty of the first company, as its department hands it in."""
    with travel(MAY - dt.timedelta(hours=1)):
        return _handed_in(folder)


def _handed_in(folder: Path) -> Record:
    register(folder)
    row = {
        "subject_name": NAMES[0], "uscc": CODES[0], "document_number": "养护〔2026〕1号", "duty": "行道树养护",
        "decision_date": AGREED.isoformat(), "due_on": DUE.isoformat(), "state": "履行中",
    }  # fmt: skip
    hand_in(folder, "care-duty", [row], name="duty.csv")
    return Record.objects.get(resource="care-duty", superseded_at=None)


def owner() -> Party:
    """The company itself."""
    return Party(OWNER, company())


def registered(record: Record) -> Case:
    """The case of a duty, registered by its department."""
    return file("care-duty", Filed(Party(DECIDER, company(), Case.Channel.WINDOW), Thing(record)))


def reference(record: Record) -> dict[str, str]:
    """What a machine names to register the duty."""
    return {"procedure": "care-duty", "record": f"{record.subject_id}-{record.id}"}
