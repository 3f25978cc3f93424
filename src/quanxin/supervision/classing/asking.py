"""Classes of an organisation, for whoever asks by its code: at the desk, by machine, by command.

Invariant: they are read as at the desk, through the accessor, and leave their line; who is not there, who is out of reach and
whoever is natural look the same, and each such try is counted. Nobody natural, and no sole trader, has any.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.engine.classes import Ground
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for
from quanxin.supervision.classing.reckoning import Class, classes_of

DEPARTMENTS = (Role.DECIDER, Role.SUPERVISOR)
SEEING = (*DEPARTMENTS, Role.CENTRE, Role.AUDITOR)
PURPOSE = "分级分类监管"


def ask(
    actor: Actor, code: str, on: dt.date | None = None, known_at: dt.datetime | None = None
) -> tuple[Subject, dict[str, Class]]:
    """The subject of a code, and those of its classes that the actor may see, by scheme, on a day (today) as known at a moment
    (now). Raises ``NoSuchSubject``, and ``NotAllowed`` for who sees no classes at all."""
    viewer = _viewer(actor)
    subject = asked_for(actor, code)
    if subject is None:
        raise NoSuchSubject(code)
    return subject, classes_of(subject, viewer, on, known_at)


def as_json(
    subject: Subject, found: dict[str, Class], on: dt.date | None = None, known_at: dt.datetime | None = None
) -> dict[str, Any]:
    """The answer, for machines and for commands."""
    return {
        "code": subject.code,
        "name": subject.name,
        "on": (on or today()).isoformat(),
        "known_at": (known_at or now()).astimezone(dt.UTC).isoformat(),
        "classes": [_one(one) for _, one in sorted(found.items())],
    }


def _viewer(actor: Actor) -> Viewer:
    if actor.by(*DEPARTMENTS):
        return viewers.department(actor, PURPOSE, *DEPARTMENTS)
    return viewers.centre(actor, PURPOSE) if actor.by(Role.CENTRE) else viewers.auditor(actor, PURPOSE)


def _one(one: Class) -> dict[str, Any]:
    level = one.scheme.level(one.level)
    return {
        "scheme": one.scheme.key,
        "title": one.scheme.title.zh,
        "kind": one.scheme.kind,
        "level": one.level,
        "level_title": level.title.zh,
        "stratum": one.stratum,
        "visits": level.share.visits,
        "review": one.case,
        "grounds": [_ground(ground) for ground in one.grounds if ground.id is not None],
        "basis": [basis.model_dump(mode="json", exclude_none=True) for basis in one.scheme.basis],
    }


def _ground(ground: Ground) -> dict[str, Any]:
    return {
        "ground": ground.ground,
        "level": ground.grounded,
        "resource": ground.resource,
        "record": f"{ground.subject}-{ground.id}",
        "since": ground.since.isoformat() if ground.since else None,
        "until": ground.until.isoformat() if ground.until else None,
        "decides": ground.decides,
    }
