"""Reading the archive.

Invariant: whatever leaves this module about a subject went through ``access`` for its viewer; the same question about
the same day and the same moment of knowledge always has the same answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from quanxin.archive import access, restrictions, standing
from quanxin.archive.definitions import definition, definitions
from quanxin.archive.display import show
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.models import Access, Record
from quanxin.archive.shapes import CHAPTERS, Archive, Chapter, RecordView, SubjectCard
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.policy import Rules
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack
from quanxin.subjects import queries as register
from quanxin.subjects.models import Name, Subject


def archive_of(
    subject_id: int, viewer: Viewer, *, valid_on: dt.date | None = None, known_at: dt.datetime | None = None
) -> Archive:
    """The archive of a subject as ``viewer`` may see it.

    ``valid_on`` is the day asked about (today), ``known_at`` the moment whose knowledge counts (now): both clocks of
    a bitemporal record. Raises ``NoSuchSubject``. A reading that is not public leaves its access line.
    """
    subject = Subject.objects.select_related("merged_into").filter(pk=subject_id).first()
    if subject is None or not access.enter(viewer, subject):
        raise NoSuchSubject(subject_id)
    subject = register.resolve(subject)
    day, moment = valid_on or today(), known_at or now()
    ids = register.cluster(subject)
    rules = current_pack().on(day)
    records = _records(ids, viewer, day, moment)
    access.note_access(viewer, subject)
    card = _card(subject, ids, viewer, day, moment, rules, records)
    views = _views(records, viewer, subject, day)
    return Archive(card, day, moment, _chapters(views))


def records_about(subject: Subject, viewer: Viewer, known_at: dt.datetime) -> list[RecordView]:
    """The records of a subject as ``archive_of`` shows them today, without the card; leaves the same access line."""
    if not access.enter(viewer, subject):
        raise NoSuchSubject(subject.pk)
    day, ids = today(), sorted(viewer.own) or register.cluster(subject)
    records = _records(ids, viewer, day, known_at)
    access.note_access(viewer, subject)
    return _views(records, viewer, subject, day)


def versions_of(subject: Subject, viewer: Viewer, numbers: Iterable[int]) -> dict[int, RecordView]:
    """Versions of a subject's records by their ids, those that stand no more among them, as the viewer may see them today.

    Raises ``NoSuchSubject``; leaves the same access line as ``archive_of``.
    """
    if not access.enter(viewer, subject):
        raise NoSuchSubject(subject.pk)
    day, ids = today(), sorted(viewer.own) or register.cluster(register.resolve(subject))
    asked = Record.objects.filter(subject_id__in=ids, id__in=sorted(set(numbers)))
    found: list[Record] = list(access.visible_records(viewer, asked, day).annotate(held=restrictions.kinds()))
    definitions(record.batch_id for record in found)
    access.note_access(viewer, register.resolve(subject))
    return {view.id: view for view in _views(found, viewer, subject, day)}


def versions_about(
    subject: Subject, viewer: Viewer, *, resources: Collection[str], on: dt.date, known_at: dt.datetime
) -> list[Record]:
    """The versions of a subject's records of some resources, of what had happened by a day, as known at a moment, that the
    viewer may see; ``held`` on each says what decisions held for it. For slices that reckon with them.

    Raises ``NoSuchSubject``; leaves the same access line as ``archive_of``.
    """
    if not access.enter(viewer, subject):
        raise NoSuchSubject(subject.pk)
    subject = register.resolve(subject)
    ids = sorted(viewer.own) or register.cluster(subject)
    records = _records(ids, viewer, on, known_at, Q(resource__in=resources))
    access.note_access(viewer, subject)
    return [record for record in records if _may_see(record, viewer, subject, on)]


def _records(ids: list[int], viewer: Viewer, day: dt.date, moment: dt.datetime, which: Q | None = None) -> list[Record]:
    """The versions known at the moment of what had happened by the day, newest event first; ``held`` on each says what
    decisions held for it."""
    known = Record.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=moment),
        Q(event_date=None) | Q(event_date__lte=day),
        which or Q(),
        subject_id__in=ids,
        recorded_at__lte=moment,
    )
    seen = access.visible_records(viewer, known, day, moment).annotate(held=restrictions.kinds(moment))
    records: list[Record] = list(seen.order_by("-event_date", "-id"))
    definitions(record.batch_id for record in records)  # at once, and not one by one as they are shown
    return records


def _views(records: list[Record], viewer: Viewer, subject: Subject, day: dt.date) -> list[RecordView]:
    """The records that may be shown, each with what holds for it."""
    rules = current_pack().on(day)
    return [_view(record, viewer, day, rules) for record in records if _may_see(record, viewer, subject, day)]


def _may_see(record: Record, viewer: Viewer, subject: Subject, day: dt.date) -> bool:
    """Whether a record that is in sight may be shown: by the modes and the time of keeping of its resource."""
    own = access.handed_in(viewer, record, subject.region)
    natural = subject.natural
    return access.may_see_record(viewer, definition(record.batch_id), day, record.event_date, natural=natural, own=own)


def _view(record: Record, viewer: Viewer, day: dt.date, rules: Rules) -> RecordView:
    resource = definition(record.batch_id)
    provider = rules.providers.get(record.provider)
    fields = tuple(
        (f, show(f, access.shown(viewer, record.payload.get(f.key)), rules.code_sets))
        for f in resource.fields
        if access.may_see_field(viewer, f)
    )
    expired = record.valid_until is not None and record.valid_until < day
    return RecordView(
        id=record.id,
        version=record.version,
        resource=record.resource,
        title=resource.title,
        chapter=rules.categories[resource.category].chapter,
        nature=resource.nature,
        event_date=record.event_date,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        public_until=record.public_until,
        state="expired" if expired else "in-force",
        tier=record.tier,
        provider_title=provider.title if provider else Text(zh=record.provider, en=record.provider),
        batch=record.batch_id,
        recorded_at=record.recorded_at,
        fields=fields,
        summary=tuple((f, text) for f, text in fields if f.key in resource.summary),
        basis=resource.basis,
        marks=tuple(getattr(record, "held", ())),
        provider=record.provider,
        subject_id=record.subject_id,
    )


def _chapters(views: Iterable[RecordView]) -> tuple[Chapter, ...]:
    held: dict[str, list[RecordView]] = {key: [] for key in CHAPTERS}
    for view in views:
        held[view.chapter].append(view)
    return tuple(Chapter(key, title, tuple(held[key])) for key, title in CHAPTERS.items())


def _card(
    subject: Subject,
    ids: list[int],
    viewer: Viewer,
    day: dt.date,
    moment: dt.datetime,
    rules: Rules,
    records: list[Record],
) -> SubjectCard:
    names = name_periods([n for n in register.names_of(ids) if n.recorded_at <= moment])
    at_day = [text for text, start, _ in names if start is None or start <= day]
    kind = rules.subject_types[subject.type]
    return SubjectCard(
        id=subject.pk,
        code=subject.code,
        name=at_day[-1] if at_day else subject.name,
        type=subject.type,
        type_title=kind.title,
        names=names,
        region=_region(subject.region, rules),
        identifiers=tuple(
            (i.kind, i.value, i.valid_from)
            for i in register.identifiers_of(ids)
            if i.recorded_at <= moment and i.sealed is None
        ),
        **_registration(viewer, records, rules, subject.region),
    )


def name_periods(names: list[Name]) -> tuple[tuple[str, dt.date | None, dt.date | None], ...]:
    """(name, from, until) in order; a name lasts until the day before the next one begins."""
    ordered = sorted(names, key=lambda n: (n.valid_from or dt.date.min, n.recorded_at, n.pk))
    starts = [n.valid_from for n in ordered[1:]]
    ends = [start - dt.timedelta(days=1) if start else None for start in starts] + [None] * bool(ordered)
    return tuple((n.text, n.valid_from, end) for n, end in zip(ordered, ends, strict=True))


def _region(code: str, rules: Rules) -> str:
    return next((one.title.zh for one in rules.divisions if one.value == code), "")


def _registration(viewer: Viewer, records: list[Record], rules: Rules, region: str) -> dict[str, Any]:
    """What the registers say for the subject's card, as far as the viewer may see it: its state of the latest fact, the
    rest of its own registration."""
    card: dict[str, Any] = {"state": standing.latest(records, viewer, rules)}
    for record in records:
        resource = rules.resources.get(record.resource)
        if resource is None or resource.subject.role != "enrol" or (by := resource.subject.standing) is None:
            continue
        own = access.handed_in(viewer, record, region)
        if access.may_see_record(viewer, resource, today(), None, natural=False, own=own):
            seen = {f.key for f in resource.fields if access.may_see_field(viewer, f)}
            said = {k: access.shown(viewer, record.payload.get(k)) or "" for k in seen}
            established = said.get(by.established or "")
            return card | {
                "address": said.get(by.address or "", ""),
                "established": dt.date.fromisoformat(established) if established else None,
                "representative": said.get(by.representative or "", ""),
            }
    return card


def readings_of(subject: Subject, viewer: Viewer) -> QuerySet[Access]:
    """Who read about the subject, newest first; raises ``NoSuchSubject`` where the viewer may not know of it."""
    if not access.enter(viewer, subject):
        raise NoSuchSubject(subject.pk)
    return Access.objects.filter(subject_id__in=register.cluster(subject))
