"""What follows for a subject, for whoever asks by its code: at the desk, by machine, by command.

Invariant: it is read through the accessor, for a purpose, and leaves its line; who is not there and who is out of reach look the
same, and each such try is counted.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanxin.accounts import Actor
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.measures.reckoning import Consequence, consequences_of
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for


def ask(
    actor: Actor, code: str, viewer: Viewer, on: dt.date | None = None, known_at: dt.datetime | None = None
) -> tuple[Subject, list[Consequence]]:
    """The subject of a code, and what may or must be applied to it on a day (today) as known at a moment (now).

    Raises ``NoSuchSubject``.
    """
    subject = asked_for(actor, code)
    if subject is None:
        raise NoSuchSubject(code)
    return subject, consequences_of(subject, viewer, on, known_at)


def as_json(
    subject: Subject, found: list[Consequence], on: dt.date | None = None, known_at: dt.datetime | None = None
) -> dict[str, Any]:
    """The answer, for machines and for commands."""
    return {
        "code": subject.code,
        "name": subject.name,
        "on": (on or today()).isoformat(),
        "known_at": (known_at or now()).astimezone(dt.UTC).isoformat(),
        "consequences": [_one(one) for one in found],
    }


def _one(one: Consequence) -> dict[str, Any]:
    rule = one.rule
    return {
        "measure": rule.key,
        "title": rule.title.zh,
        "nature": rule.nature,
        "must": rule.must,
        "enforcers": list(rule.enforcers),
        "ground": one.ground,
        "resource": one.resource,
        "record": f"{one.subject}-{one.record}",
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "suspended": one.suspended,
        "basis": [basis.model_dump(mode="json", exclude_none=True) for basis in rule.basis],
    }
