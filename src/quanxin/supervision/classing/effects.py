"""The effects of a review: asked for by the subject of a class, decided by the department of its scheme.

Invariant: a review makes no class worse; what it sets knows the grounds that there were, and ends with the first new one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanxin.calendar import day_of
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.models import Case
from quanxin.policy.supervision import Scheme
from quanxin.runtime import locks
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.supervision.classing.errors import ClassError
from quanxin.supervision.classing.reckoning import Class, reckoned
from quanxin.supervision.classing.reviews import OF_RECORDS
from quanxin.supervision.classing.standings import TABLES


@effect("supervision.ask-review")
def ask_review(performing: Performing, _given: Given) -> None:
    """Give the case to the department of the ``scheme`` that the form names, with the class as it stands.

    Raises ``ClassError`` where the subject has no class by it.
    """
    case, scheme = performing.case, _scheme(performing)
    found = _class(performing, scheme)
    if found is None:
        raise ClassError("class-none", title=scheme.title)
    case.provider = str(scheme.department)
    case.particulars |= {
        "scheme": scheme.title.model_dump(),
        "level": found.level,
        "basis": [basis.model_dump(mode="json", exclude_none=True) for basis in scheme.basis],
    }


@effect("supervision.set-class")
def set_class(performing: Performing, _given: Given) -> None:
    """Let the ``level`` of the form stand from today. Raises ``ClassError`` for a level that there is not, or that is no
    better."""
    locks.hold(locks.Kind.CLASSES)
    scheme = _scheme(performing)
    found, wanted = _class(performing, scheme), str(performing.fields["level"]).strip()
    if found is None:
        raise ClassError("class-none", title=scheme.title)
    if wanted not in scheme.places:
        raise ClassError("class-level-unknown", title=scheme.title, level=wanted, levels="、".join(scheme.places))
    if scheme.places[wanted] >= scheme.places[found.level]:
        raise ClassError("class-not-better", level=wanted, now=found.level)
    _stand(performing.case, scheme, wanted, grounds_of(found), performing.at)
    performing.kept |= {"level": wanted, "before": found.level}


def _scheme(performing: Performing) -> Scheme:
    """The scheme of the case, in force on the day of the act."""
    key = str(performing.fields.get("scheme") or performing.case.named)
    found = current_pack().on(day_of(performing.at)).schemes.get(key)
    if found is None:
        raise ClassError("class-unknown")
    return found


def _class(performing: Performing, scheme: Scheme) -> Class | None:
    subject = Subject.objects.get(pk=performing.case.subject_id)
    return reckoned(subject, day_of(performing.at), performing.at, [scheme.key]).get(scheme.key)


def grounds_of(found: Class) -> list[dict[str, Any]]:
    """The records that speak for a class, as a standing keeps them."""
    return [
        {
            "rule": one.ground,
            "resource": one.resource,
            "record": one.id,
            "level": one.grounded,
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
        }
        for one in found.grounds
        if one.part in OF_RECORDS
    ]


def _stand(case: Case, scheme: Scheme, level: str, grounds: list[dict[str, Any]], at: dt.datetime) -> None:
    table, day = TABLES[scheme.kind], day_of(at)
    standing = table.objects.filter(scheme=scheme.key, subject_id=case.subject_id, until=None)
    standing.filter(since__gte=day).delete()
    standing.update(until=day - dt.timedelta(days=1))
    table.objects.create(
        scheme=scheme.key, subject_id=case.subject_id, level=level, since=day, grounds=grounds,
        edition=current_pack().edition, case=case, reckoned_at=at,
    )  # fmt: skip
