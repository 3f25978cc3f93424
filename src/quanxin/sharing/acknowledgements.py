"""What became of records and decisions about them at the consumers: who has taken it in, and who is late.

Invariant: whoever receives a resource and has not acknowledged what was withdrawn, repaired, shielded, deleted, disputed or
given back in it is known, and once the term of the pack's clock has passed is late.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from quanxin.archive.models import Event, Restriction
from quanxin.calendar import day_of
from quanxin.calendar import terms as reckoning
from quanxin.runtime.pack import current_pack
from quanxin.sharing.models import Acknowledgement, Consumer, Subscription
from quanxin.subjects.models import Subject

CLOCK = "repair-sync"
TOLD = (Event.Kind.RECORDS_WITHDRAWN, Event.Kind.RECORDS_RESTRICTED, Event.Kind.RECORDS_RELEASED)


@dataclass(frozen=True, slots=True)
class Taken:
    """Something that became of records of a resource, and a consumer that receives it.

    ``change`` is the feed's word for it; ``because`` the reason of a withdrawal or the case of a decision. ``at`` is when the
    consumer said that it took it in, or None; ``due`` by when it should have, or None where no clock was in force.
    """

    event: Event
    resource: str
    change: str
    because: str
    consumer: Consumer
    at: dt.datetime | None
    due: dt.datetime | None

    def late(self, moment: dt.datetime) -> dt.timedelta:
        """The office time by which it was, or at a moment is, later than it should; zero where it is not."""
        if self.due is None or (self.at or moment) <= self.due:
            return dt.timedelta(0)
        term = _term(self.event)
        return (
            dt.timedelta(0) if term is None else -reckoning.remaining(current_pack().calendar, term, self.at or moment)
        )


def told(event: Event) -> list[Taken]:
    """For an event: every consumer that receives what it is about, and when it said that it took it in."""
    return _taken([event])


def told_of(events: Iterable[Event]) -> list[Taken]:
    """The same for several events, with as few questions as for one."""
    return _taken(events)


def taken_in(since: dt.datetime) -> list[Taken]:
    """For each withdrawal and each decision about records since a moment, the latest first: every consumer that receives
    its resource, and when it said that it took it in. What is about natural persons alone reaches no consumer."""
    asked = Q(kind__in=TOLD, at__gte=since) & Q(position__isnull=False)
    found = list(Event.objects.filter(asked).select_related("batch", "withdrawal").order_by("-at", "-pk"))
    persons = set(
        Subject.objects.filter(pk__in={e.subject for e in found if e.subject}, natural=True).values_list(
            "pk", flat=True
        )
    )
    return _taken([event for event in found if event.subject not in persons])


def change_of(event: Event) -> str:
    """What an event tells, in the feed's word."""
    if event.kind == Event.Kind.RECORDS_RESTRICTED:
        return str(event.particulars["restriction"])
    if event.kind == Event.Kind.RECORDS_RELEASED:
        return "settled" if event.particulars["restriction"] == Restriction.Kind.DISPUTED else "restored"
    return "withdrawn" if event.kind == Event.Kind.RECORDS_WITHDRAWN else "committed"


def _taken(events: Iterable[Event]) -> list[Taken]:
    about = [(event, *_about(event)) for event in events if event.position is not None]
    if not about:
        return []
    receiving = _receiving({resource for _, resource, _ in about}, min(event.position or 0 for event, _, _ in about))
    made = []
    for event, resource, because in about:
        term = _term(event)
        due = term.due if term is not None else None
        for one, said in receiving:
            if one.resource == resource and one.at <= event.at:
                at = _first(said, event.position or 0)
                made.append(Taken(event, resource, change_of(event), because, one.consumer, at, due))
    return made


def _about(event: Event) -> tuple[str, str]:
    """The resource that an event is about, and because of what."""
    if event.kind == Event.Kind.RECORDS_WITHDRAWN:
        return event.withdrawal.resource, event.withdrawal.reason
    if event.batch is not None:
        return event.batch.resource, event.batch.pk
    return str(event.particulars.get("resource", "")), str(event.particulars.get("case", ""))


def _term(event: Event) -> reckoning.Term | None:
    """By when consumers are to have taken an event in, by the clock of its day."""
    pack = current_pack()
    clock = pack.on(day_of(event.at)).clocks.get(CLOCK)
    if clock is None:
        return None
    return reckoning.term(pack.calendar, event.at, working_days=clock.working_days, months=clock.months)


Said = tuple[list[int], list[dt.datetime]]  # positions in order, and for each the first moment at which it was reached


def _receiving(resources: set[str], since: int) -> list[tuple[Subscription, Said]]:
    """The live subscriptions to resources, by consumer, and what each consumer acknowledged from a position on."""
    said = Acknowledgement.objects.filter(consumer=OuterRef("consumer"), position__gte=since).order_by("position", "at")
    live = (
        Subscription.objects.filter(ended_at=None, resource__in=resources)
        .select_related("consumer")
        .annotate(positions=ArraySubquery(said.values("position")), moments=ArraySubquery(said.values("at")))
    )
    return [(one, _said(one.positions, one.moments)) for one in live.order_by("consumer__key")]


def _said(positions: list[int], moments: list[dt.datetime]) -> Said:
    """How far a consumer came, and since when it was known to be at least so far: it may come back to less."""
    earliest: list[dt.datetime] = []
    for at in reversed(moments):
        earliest.append(min(at, earliest[-1]) if earliest else at)
    return positions, earliest[::-1]


def _first(said: Said, position: int) -> dt.datetime | None:
    positions, moments = said
    place = bisect_left(positions, position)
    return moments[place] if place < len(moments) else None
