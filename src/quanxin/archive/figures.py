"""What the whole city's archive holds, and its latest public records.

Invariant: counts say what is; lists show only what the public may see, of organisations and sole traders.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q, Sum

from quanxin.archive import access
from quanxin.archive.definitions import definition
from quanxin.archive.display import show
from quanxin.archive.models import Batch, Record
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import today
from quanxin.policy.model import FieldDef, Mode, Resource
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject


@dataclass(frozen=True, slots=True)
class CityFigures:
    """Counts of today; ``by_type`` counts subjects other than natural persons by their type."""

    subjects: int
    by_type: dict[str, int]
    records: int
    resources: int
    providers: int
    batches: int
    last_batch_at: dt.datetime | None
    today: dt.date


@dataclass(frozen=True, slots=True)
class LatestRow:
    """A line of a list of latest records; ``cursor`` asks for what comes after it."""

    code: str
    name: str
    document_number: str
    summary: tuple[tuple[FieldDef, str], ...]
    event_date: dt.date | None
    authority: str
    cursor: str


def city_figures() -> CityFigures:
    """Counts over the whole register and archive."""
    registered = Subject.objects.filter(natural=False, merged_into=None)
    by_type = dict(registered.values_list("type").annotate(n=Count("id")).order_by("-n"))
    totals = Batch.objects.aggregate(
        accepted=Sum("accepted", default=0),
        resources=Count("resource", distinct=True),
        providers=Count("provider", distinct=True),
        batches=Count("id"),
        last=Max("recorded_at"),
    )
    withdrawn = sum(
        receipt.get("withdrawn", 0)
        for receipt in Batch.objects.filter(mode="replace").values_list("receipt", flat=True)
    )
    return CityFigures(
        sum(by_type.values()),
        by_type,
        totals["accepted"] - withdrawn,
        totals["resources"],
        totals["providers"],
        totals["batches"],
        totals["last"],
        today(),
    )


def latest(resource: str, *, limit: int = 20, before: str | None = None) -> list[LatestRow]:
    """The newest public records of a public resource, by event date; ``before`` is the cursor of an earlier row.

    Raises ``ValueError`` for a cursor that is none, ``KeyError`` for a resource that is not in force.
    """
    rules = current_pack().on(today())
    if rules.resources[resource].publication.mode is not Mode.PUBLIC:
        return []
    records = access.visible_records(
        PUBLIC, Record.objects.filter(resource=resource, superseded_at=None, event_date__lte=today()), today()
    )
    if before:
        day_text, _, number_text = before.partition(":")
        day, number = parameters.day(day_text), parameters.number(number_text)
        if day is None or number is None:
            raise ValueError("no such cursor")
        records = records.filter(Q(event_date__lt=day) | Q(event_date=day, id__lt=number))
    page = list(records.order_by("-event_date", "-id")[:limit])
    subjects = Subject.objects.filter(natural=False).select_related("merged_into").in_bulk([r.subject_id for r in page])
    return [_row(r, subjects[r.subject_id]) for r in page if r.subject_id in subjects]


def _row(record: Record, subject: Subject) -> LatestRow:
    resource, subject = definition(record.batch_id), subject.merged_into or subject
    rules = current_pack().on(today())
    texts = {
        f.key: (f, show(f, access.shown(PUBLIC, record.payload.get(f.key)), rules.code_sets))
        for f in resource.fields
        if access.may_see_field(PUBLIC, f)
    }
    summary = tuple(texts[k] for k in resource.summary if k in texts)
    number, authority = (texts[k][1] if k in texts else "" for k in ("document_number", "authority_name"))
    cursor = f"{record.event_date}:{record.id}"
    return LatestRow(subject.code, subject.name, number, summary, record.event_date, authority, cursor)


def published_resources() -> list[tuple[Resource, int]]:
    """Public resources in force today with how many records each has."""
    counts = dict(Batch.objects.values_list("resource").annotate(n=Sum("accepted")))
    resources = current_pack().on(today()).resources.values()
    return [(r, counts.get(r.key, 0)) for r in resources if r.publication.mode is Mode.PUBLIC]
