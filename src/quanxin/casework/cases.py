"""Cases as they are found: by number, by what they are about, by whose matter they are.

Invariant: nobody handles or opens at the desk what concerns a subject that they stand for, or what they asked for
themselves; a case that an act is about to change is locked.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.accounts.own_matters import own_matter
from quanxin.archive.models import Record
from quanxin.archive.own_matters import own_subjects
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.subjects.queries import within

OVERSEEING = frozenset({Role.WINDOW, Role.REVIEWER, Role.CENTRE, Role.AUDITOR})  # who may open cases that others decide


def locked(number: str) -> Case:
    """The case of a number, locked until the transaction ends; raises ``RightsError`` for none."""
    found = Case.objects.select_for_update(of=("self",)).select_related("looks_at").filter(number=number).first()
    if found is None:
        raise RightsError("case-unknown")
    return found


def reaches(actor: Actor, case: Case, *roles: Role, provider: str | None = None) -> bool:
    """Whether one assignment of these roles reaches the district of a case (and the provider); asks for the subject only
    where a district is named."""
    held = [one for one in actor.by(*roles) if one.covers(provider)]
    return any(not one.district for one in held) or any(one.covers(region=case.subject.region) for one in held)


def is_own(actor: Actor, case: Case) -> bool:
    """Whether a case is an own matter of the actor's: about a subject that it stands for, or asked for by itself."""
    asked = case.filed_by == actor.name and case.channel != Case.Channel.WINDOW
    return asked or case.subject_id in own_subjects(actor)


def expect_others(actor: Actor, case: Case) -> None:
    """Raise ``OwnMatter``, with its line, for a case that is the actor's own matter."""
    if is_own(actor, case):
        raise own_matter(actor, case.reference)


def others(actor: Actor, found: QuerySet[Case]) -> QuerySet[Case]:
    """Those of the cases that are no own matter of the actor's."""
    asked = Q(filed_by=actor.name) & ~Q(channel=Case.Channel.WINDOW)
    return found.exclude(asked).exclude(subject_id__in=own_subjects(actor))


def in_district(assignment: Assignment) -> Q:
    """The cases whose subject lies in the district of an assignment."""
    return Q(subject_id__in=within([assignment.district])) if assignment.district else Q(pk__isnull=False)


def record_of(case: Case) -> Record | None:
    """The version of the case's record that stands now; None where it was withdrawn, and for a case about no record."""
    if case.key_hash is None:
        return None
    return Record.objects.filter(
        subject_id=case.subject_id, resource=case.resource, key_hash=case.key_hash, superseded_at=None
    ).first()


def items_of(case: Case) -> dict[str, Any]:
    """The items of the forms of a case, the latest that was said of each."""
    said: dict[str, Any] = {}
    for step in case.steps.order_by("pk"):
        said |= {key: value for key, value in step.particulars.get("form", {}).items() if value is not None}
    return said


def record_as_filed(case: Case) -> Record | None:
    """The version of the case's record that was looked at when it was filed; None for a case about no record."""
    if case.record_id is None:
        return None
    return Record.objects.get(subject_id=case.subject_id, id=case.record_id)
