"""The steward's queue: unlinked rows that wait for a decision, grouped by the identity that they state.

Invariant: a row is in the queue from the moment that it is held as unlinked until it is released or decided about;
one entry stands for all rows that one decision serves; the oldest comes first. A steward sees neither what concerns whom
they stand for nor what names another district's subject. Reading the queue changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.own_matters import stood_for
from quanxin.archive.models import Record
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import today
from quanxin.identifiers.divisions import places_of, region_of
from quanxin.intake.models import Held, Proposal
from quanxin.intake.quarantine import opened
from quanxin.runtime.pack import current_pack
from quanxin.subjects.candidates import Candidate, Particulars, Stated, candidates
from quanxin.subjects.models import Decision, Identifier, Name
from quanxin.subjects.queries import within

NUMBERS = ("code", "registration", "organisation")  # by which a row states a subject, beside its name
CODE_LENGTH = 18  # of a 统一社会信用代码, whose organisation code is its ninth to seventeenth character
ADDRESS, REPRESENTATIVE = "address", "representative"  # what the catalogue's resources call them

# The division that a row states, as ``region_of`` tells it of the numbers; where none says so, NULL.
PLACE = (
    "substring(CASE WHEN length(h.stated->>'code') = 18 THEN substr(h.stated->>'code', 3) "
    "ELSE h.stated->>'registration' END FROM '^[0-9]{6}')"
)
OWN = "(" + " OR ".join(f"coalesce(h.stated->>'{key}' = ANY(%s), false)" for key in ("norm", *NUMBERS)) + ")"
QUEUE = """
SELECT count(*), min(h.id), min(b.recorded_at), array_agg(DISTINCT b.provider), array_agg(DISTINCT b.resource)
FROM intake_held h
JOIN archive_batch b ON b.id = h.batch_id
LEFT JOIN archive_batch o ON o.id = b.replay_of_id
WHERE h.bucket = 'unlinked' AND h.released_by_id IS NULL AND h.decision_id IS NULL
  AND h.set_aside_at IS NULL {narrowed}
GROUP BY CASE WHEN h.stated_key = '' THEN h.id::text ELSE h.stated_key END
ORDER BY min(coalesce(o.recorded_at, b.recorded_at)), min(h.id) LIMIT %s OFFSET %s
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry of the queue. ``held`` is its oldest row, by which every act names it; ``rows`` is how many it has."""

    held: Held
    rows: int
    since: dt.datetime
    providers: tuple[str, ...]
    resources: tuple[str, ...]

    @property
    def stated(self) -> Mapping[str, str]:
        """What the rows state of their subject: kind, value, name and numbers; empty for a natural person's."""
        stated: Mapping[str, str] = self.held.stated
        return stated


def queue(
    actor: Actor, *, provider: str | None = None, resource: str | None = None, limit: int = 50, offset: int = 0
) -> list[Waiting]:
    """What waits for a steward, oldest first, narrowed to a provider's or a resource's rows."""
    narrowed, values = _reached(actor)
    for column, value in (("provider", provider), ("resource", resource)):
        if value:
            narrowed += f" AND b.{column} = %s"
            values.append(value)
    with connection.cursor() as cursor:
        cursor.execute(QUEUE.format(narrowed=narrowed), [*values, limit, offset])
        found = cursor.fetchall()
    held = Held.objects.select_related("batch").in_bulk([row[1] for row in found])
    return [
        Waiting(held[first], int(rows), since, tuple(providers), tuple(resources))
        for rows, first, since, providers, resources in found
    ]


def _reached(actor: Actor) -> tuple[str, list[str | int | list[str]]]:
    """What narrows the queue to what a steward may decide about, as SQL and its values."""
    narrowed = ""
    values: list[str | int | list[str]] = []
    if own := own_statements(actor):
        names, numbers = own
        narrowed = f" AND NOT {OWN}"
        values = [sorted(names), *[sorted(numbers)] * len(NUMBERS)]
    districts = {one.district for one in actor.by(Role.STEWARD)}
    if "" not in districts:
        narrowed += f" AND ({PLACE} IS NULL OR {PLACE} LIKE ANY(%s))"
        values.append([f"{places_of(district)}%" for district in sorted(districts)])
    return narrowed, values


def own_statements(actor: Actor) -> tuple[frozenset[str], frozenset[str]] | None:
    """The names and numbers by which a row may state whom an actor stands for; None who stands for nobody."""
    own, numbers = own_subjects(actor), set(stood_for(actor))
    if not own and not numbers:
        return None
    numbers |= set(Identifier.objects.filter(subject_id__in=own).values_list("value", flat=True))
    numbers |= {number[8:17] for number in numbers if len(number) == CODE_LENGTH}
    names = Name.objects.filter(subject_id__in=own).values_list("norm", flat=True)
    return frozenset(names), frozenset(numbers)


def states_own(actor: Actor, held: Held) -> bool:
    """Whether a row states somebody whom the actor stands for."""
    own = own_statements(actor) if held.stated else None
    return own is not None and (
        held.stated["norm"] in own[0] or any(held.stated[key] in own[1] for key in NUMBERS if held.stated[key])
    )


def region_stated(held: Held) -> str:
    """The division that a row's numbers tell; "" where none says so."""
    return region_of(held.stated["code"] or held.stated["registration"]) if held.stated else ""


def waiting_rows() -> int:
    """How many rows wait, in all entries together."""
    return Held.objects.filter(bucket=Held.Bucket.UNLINKED, released_by=None, set_aside_at=None, decision=None).count()


def waiting_with(held: Held) -> QuerySet[Held]:
    """The rows of the queue that a decision about ``held`` serves, itself among them."""
    rows = Held.objects.filter(bucket=Held.Bucket.UNLINKED, released_by=None, set_aside_at=None, decision=None)
    return rows.filter(stated_key=held.stated_key) if held.stated_key else rows.filter(pk=held.pk)


def candidates_for(held: Held, *, limit: int = 5) -> list[Candidate]:
    """Whom the row may be about, best first, with why; nobody where it may be about a natural person."""
    stated = held.stated
    if not stated:
        return []
    cells = opened(held)
    return candidates(
        Stated(
            name=stated["name"],
            code=stated["code"],
            registration=stated["registration"],
            organisation=stated["organisation"],
            address=cells.get(ADDRESS) or "",
            representative=cells.get(REPRESENTATIVE) or "",
        ),
        tell=particulars,
        proposed=dict(Proposal.objects.filter(stated_key=held.stated_key).values_list("subject_id", "hundredths")),
        limit=limit,
    )


def particulars(subjects: Sequence[int]) -> dict[int, Particulars]:
    """Address and representative of subjects, as their registers' own current records have them."""
    rules = current_pack().on(today())
    registers = [key for key, resource in rules.resources.items() if resource.subject.role == "enrol"]
    records = Record.objects.filter(subject_id__in=list(subjects), resource__in=registers, superseded_at=None)
    found = {}
    for record in records.order_by("subject_id", "event_date", "id"):
        said = record.payload
        found[record.subject_id] = Particulars(said.get(ADDRESS) or "", said.get(REPRESENTATIVE) or "")
    return found


def decisions(actor: Actor) -> QuerySet[Decision]:
    """The decisions that a steward may see and undo, the latest first: of its districts, and none of its own matters."""
    found = Decision.objects.select_related("subject")
    if own := own_statements(actor):
        names, numbers = own
        found = found.exclude(subject_id__in=own_subjects(actor)).exclude(name__in=names).exclude(value__in=numbers)
    districts = {one.district for one in actor.by(Role.STEWARD)}
    return found if "" in districts else found.filter(Q(subject=None) | Q(subject_id__in=within(districts)))
