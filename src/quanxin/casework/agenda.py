"""What falls due for somebody: the terms that run for their roles, their departments and their districts.

Invariant: a term is on the agenda of who must act in it, and of nobody for whom its case is an own matter; one that stands
still falls due on no day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import ZONE, day_of, local, now
from quanxin.casework.models import Case, Term
from quanxin.casework.procedures import state_of, title_of
from quanxin.policy.model import Text
from quanxin.runtime.language import said
from quanxin.subjects.queries import within


@dataclass(frozen=True, slots=True)
class Entry:
    """A term that falls due: its case, the procedure and the state in words, until when, and by whom."""

    term: Term
    case: Case
    procedure: Text
    state: Text
    day: dt.date

    def said(self) -> str:
        """What falls due, in the language that is active: the procedure, the number and the state."""
        words = {"procedure": said(self.procedure), "number": self.case.number, "state": said(self.state)}
        return _("%(procedure)s %(number)s（%(state)s）") % words

    @property
    def at(self) -> dt.datetime:
        """The last moment, by the city's clock."""
        return local(self.term.due_at)

    @property
    def overdue(self) -> bool:
        """Whether it has lapsed."""
        return self.term.due_at < now()

    @property
    def warned(self) -> bool:
        """Whether the first of its warnings is due: it falls due soon by its own clock; on its last day, always."""
        first = min((dt.datetime.fromisoformat(text) for text in self.term.warnings), default=self.term.due_at)
        return first <= now() or self.day == day_of(now())


def terms_of(actor: Actor) -> QuerySet[Term]:
    """The terms that run for an actor, the first to fall due first; with their cases."""
    wanted = Q(pk=None)
    for one in actor.assignments:
        mine = Q(role=one.role.value)
        if one.provider:
            mine &= Q(provider=one.provider)
        if one.district:
            mine &= Q(case__subject_id__in=within([one.district]))
        wanted |= mine
    asked = Q(case__filed_by=actor.name) & ~Q(case__channel=Case.Channel.WINDOW)
    found = Term.objects.filter(wanted, stopped_at=None, case__open=True).exclude(asked)
    if own := own_subjects(actor):
        found = found.exclude(case__subject_id__in=own)
    return found.select_related("case").order_by("due_at", "id")


def due(actor: Actor, first: dt.date | None = None, last: dt.date | None = None) -> list[Entry]:
    """What falls due for an actor from one day to another, both included; None is no bound. One question."""
    found = terms_of(actor).filter(paused_at=None)
    if first is not None:
        found = found.filter(due_at__gte=_beginning(first))
    if last is not None:
        found = found.filter(due_at__lt=_beginning(last + dt.timedelta(days=1)))
    return entries(found)


def overdue(actor: Actor) -> list[Entry]:
    """What has lapsed and still runs for an actor; one question."""
    return entries(terms_of(actor).filter(paused_at=None, due_at__lt=now()))


def entries(found: QuerySet[Term]) -> list[Entry]:
    """Terms with the words of their procedures."""
    return [
        Entry(term, term.case, title_of(term.case.kind), state_of(term.case).title, day_of(term.due_at))
        for term in found
    ]


def _beginning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZONE)
