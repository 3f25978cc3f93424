"""Cases as the people of the desk look for them: whose they are to act on, which they may see, how many press.

Invariant: a list holds no case that its reader may not open; narrowing a list never adds to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from quanxin.accounts import Actor
from quanxin.calendar import ZONE, day_of, now
from quanxin.casework import cases, permission, terms
from quanxin.casework.models import Case, Term
from quanxin.subjects.queries import within


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a list is wanted; what is empty narrows nothing. ``mine`` is the name of who claimed it, ``district`` the code
    of a division."""

    kind: str = ""
    state: str = ""
    provider: str = ""
    overdue: bool = False
    mine: str = ""
    unclaimed: bool = False
    district: str = ""


@dataclass(frozen=True, slots=True)
class Pressing:
    """How many cases wait for an actor: all, those whose term ends today, and those whose term has lapsed."""

    waiting: int
    today: int
    overdue: int


def queue(actor: Actor) -> QuerySet[Case]:
    """The open cases that an actor may act on at the desk, the most pressing first; ``due`` is when their term ends."""
    found = _with_due(cases.others(actor, Case.objects.filter(permission.waiting_for(actor))))
    return found.order_by(F("due").asc(nulls_last=True), "id")


def visible(actor: Actor) -> QuerySet[Case]:
    """Every case that an actor may open, closed ones too, the latest first; ``due`` as in ``queue``."""
    seen = permission.decided_by(actor)
    for one in actor.by(*cases.OVERSEEING):
        seen |= cases.in_district(one)
    return _with_due(cases.others(actor, Case.objects.filter(seen))).order_by("-id")


def may_see(actor: Actor, case: Case) -> bool:
    """Whether an actor of the desk may open a case: who decides it, the credit centre, and the auditor."""
    seeing = permission.decides(actor, case) or cases.reaches(actor, case, *cases.OVERSEEING)
    return seeing and not cases.is_own(actor, case)


def _with_due(found: QuerySet[Case]) -> QuerySet[Case]:
    due = Subquery(Term.objects.filter(case=OuterRef("pk"), stopped_at=None).values("due_at")[:1])
    return found.annotate(due=due)


def narrowed(found: QuerySet[Case], wanted: Wanted) -> QuerySet[Case]:
    """The part of a list that is wanted."""
    asked = {"kind": wanted.kind, "state": wanted.state, "provider": wanted.provider, "claimed_by": wanted.mine}
    found = found.filter(**{name: value for name, value in asked.items() if value})
    if wanted.district:
        found = found.filter(subject_id__in=within([wanted.district]))
    if wanted.unclaimed:
        found = found.filter(claimed_by="", open=True)
    return found.filter(_lapsed(now())) if wanted.overdue else found


def running(found: Iterable[Case]) -> dict[int, Term]:
    """The terms that run for cases, by the cases' ids; one question."""
    return {term.case_id: term for term in Term.objects.filter(case__in=[c.pk for c in found], stopped_at=None)}


def left(running_terms: Mapping[int, Term], at: dt.datetime) -> dict[int, dt.timedelta]:
    """The office time that each running term has left at a moment; one that stands still has what it had then."""
    return {case: terms.left(term, term.paused_at or at) for case, term in running_terms.items()}


def pressing(actor: Actor) -> Pressing:
    """How many cases wait for an actor, and how many of them press; one question."""
    moment = now()
    closing = dt.datetime.combine(day_of(moment) + dt.timedelta(days=1), dt.time(), ZONE)
    today = Q(terms__stopped_at=None, terms__paused_at=None, terms__due_at__gte=moment, terms__due_at__lt=closing)
    found = queue(actor).order_by()
    counted = found.aggregate(
        waiting=Count("pk", distinct=True),
        today=Count("pk", today, distinct=True),
        overdue=Count("pk", _lapsed(moment), distinct=True),
    )
    return Pressing(**counted)


def seen_by(actor: Actor, found: Iterable[Case]) -> set[int]:
    """The ids of those cases that an actor may open; one question at most."""
    unbound = [c for c in found if c is not None]
    return set(visible(actor).filter(pk__in=[c.pk for c in unbound]).values_list("pk", flat=True)) if unbound else set()


def _lapsed(moment: dt.datetime) -> Q:
    return Q(terms__stopped_at=None, terms__paused_at=None, terms__due_at__lt=moment)
