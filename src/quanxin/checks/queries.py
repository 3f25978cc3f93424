"""Checks as those may see them who made them: their department, or the personnel authority that asked.

Invariant: nobody sees another department's checks; a person's check is seen where it was asked for, and nowhere else.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import refused_line
from quanxin.archive.own_matters import expect_others
from quanxin.calendar import today
from quanxin.checks import items
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, ListRequest, Result
from quanxin.runtime.pack import current_pack


def visible(actor: Actor) -> QuerySet[Check]:
    """The checks that an actor may see."""
    departments = items.departments_of(actor)
    own = Q() if departments is None else Q(department__in=departments)
    of_departments = ~Q(source=Check.Source.PERSON) & own if actor.by(*items.ASKING) else Q(pk=None)
    return Check.objects.filter(of_departments | of_persons(actor))


def of_persons(actor: Actor) -> Q:
    """The checks of persons that an actor may see: those of its own authority."""
    if not actor.by(Role.PERSONNEL):
        return Q(pk=None)
    return Q(source=Check.Source.PERSON, organisation__in=organisations(actor))


def organisations(actor: Actor) -> list[str]:
    """The personnel authorities that an actor belongs to; "" for one that the role is held in without naming it."""
    return sorted({one.organisation for one in actor.by(Role.PERSONNEL)})


def one_of(actor: Actor, number: str) -> Check:
    """A check by its number; ``CheckError`` for one that is not there or not the actor's, which leaves a line."""
    found = visible(actor).filter(number=number).first()
    if found is None:
        line = refused_line(actor, f"check:{number[:24]}", "no such check of this actor's")
        raise CheckError("check-unknown", line)
    return found


def result_of(actor: Actor, number: str, position: int) -> Result:
    """One result of a check, not about a subject that the actor stands for; raises as ``one_of`` does."""
    check = one_of(actor, number)
    found = Result.objects.select_related("check_of", "use").filter(check_of=check, position=position).first()
    if found is None:
        raise CheckError("check-unknown")
    if found.subject_id is not None:
        expect_others(actor, [found.subject_id], f"check:{number}")
    return found


def lists_of(actor: Actor) -> QuerySet[ListRequest]:
    """The lists that an actor may watch: those of items of its departments."""
    departments = items.departments_of(actor)
    if not actor.by(*items.ASKING):
        return ListRequest.objects.none()
    keys = {one.key for one in current_pack().check_items if departments is None or one.department in departments}
    return ListRequest.objects.filter(item__in=keys)


def expired(check: Check) -> bool:
    """Whether a check may be used no more."""
    return check.valid_until < today()
