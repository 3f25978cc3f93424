"""What decisions take from the reach of records, and how everyone who reads records knows.

Invariant: a restriction changes no record. It holds for all versions of a record's natural key from the moment of its
decision, whoever reads and by whatever way, until it is ended; and for each there is one event, written in the same
transaction, by which scores, consumers and notices follow. Done twice, there is nothing left to do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from quanxin.accounts import Actor
from quanxin.archive import events
from quanxin.archive.forgetting import forget
from quanxin.archive.models import Event, Record, Restriction
from quanxin.policy.model import Basis

Kind = Restriction.Kind
HIDING = (Kind.REPAIRED, Kind.SHIELDED, Kind.DELETED)  # what is no longer shown, shared or counted

# Whether the record ``r`` of a query is out of sight now, and whether it is disputed now.
_HELD = (
    "EXISTS (SELECT 1 FROM archive_restriction x WHERE x.subject_id = r.subject_id AND x.resource = r.resource "
    "AND x.key_hash = r.key_hash AND x.ended_at IS NULL AND x.kind IN ({kinds}))"
)
HIDDEN = _HELD.format(kinds=", ".join(f"'{kind}'" for kind in HIDING))
DISPUTED = _HELD.format(kinds=f"'{Kind.DISPUTED}'")


def restrict(
    actor: Actor,
    records: Iterable[Record],
    kind: Restriction.Kind,
    *,
    case: str,
    basis: Sequence[Basis],
    at: dt.datetime,
) -> list[Event]:
    """Take records from reach, within the caller's transaction; return the event for each that was not so before.

    Raises ``ValueError`` without a case or a basis.
    """
    if not case or not basis:
        raise ValueError("a restriction names its case and its basis")
    recorded = []
    said = [article.model_dump(mode="json", exclude_none=True) for article in basis]
    for record in records:
        _, made = Restriction.objects.get_or_create(
            subject_id=record.subject_id,
            resource=record.resource,
            key_hash=record.key_hash,
            kind=kind,
            ended_at=None,
            defaults={"case": case, "basis": said, "actor": actor.name, "from_at": at},
        )
        if made:
            recorded.append(_tell(Event.Kind.RECORDS_RESTRICTED, record, kind, case, at))
            if kind is Restriction.Kind.DELETED:
                forget([record])
    return recorded


def release(
    actor: Actor, case: str, *, reason: str, at: dt.datetime, kinds: Collection[Restriction.Kind] = tuple(Kind)
) -> list[Event]:
    """End what a case restricted, within the caller's transaction; return an event for each record that it ended for.

    Raises ``ValueError`` without a reason.
    """
    if not reason.strip():
        raise ValueError("a reason is needed")
    recorded = []
    held = Restriction.objects.select_for_update().filter(case=case, kind__in=list(kinds), ended_at=None)
    for restriction in held.order_by("id"):
        restriction.ended_at, restriction.ended_by, restriction.ended_reason = at, actor.name, reason.strip()
        restriction.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        if (record := current(restriction)) is not None:
            recorded.append(_tell(Event.Kind.RECORDS_RELEASED, record, Kind(restriction.kind), case, at))
    return recorded


def carry(moved: Sequence[Record], target: int, at: dt.datetime) -> None:
    """Let what holds for records hold for their new versions under another subject."""
    for record in moved:
        for held in Restriction.objects.filter(
            subject_id=record.subject_id, resource=record.resource, key_hash=record.key_hash, ended_at=None
        ):
            Restriction.objects.get_or_create(
                subject_id=target,
                resource=held.resource,
                key_hash=held.key_hash,
                kind=held.kind,
                ended_at=None,
                defaults={"case": held.case, "basis": held.basis, "actor": held.actor, "from_at": at},
            )


def current(restriction: Restriction) -> Record | None:
    """The version of a restricted record that stands now; None where it was withdrawn or moved."""
    return Record.objects.filter(
        subject_id=restriction.subject_id,
        resource=restriction.resource,
        key_hash=restriction.key_hash,
        superseded_at=None,
    ).first()


def hidden(moment: dt.datetime | None = None) -> Exists:
    """For a query of records: whether one was out of sight at a moment (now)."""
    return Exists(_of_record(moment).filter(kind__in=HIDING))


def hides(held: Collection[str]) -> bool:
    """Whether what holds for a record (``kinds``) takes it out of sight."""
    return bool(set(HIDING) & set(held))


def kinds(moment: dt.datetime | None = None) -> ArraySubquery:
    """For a query of records: what held for one at a moment (now), in the order of the kinds' names."""
    return ArraySubquery(_of_record(moment).order_by("kind").values("kind"))


def paused(record: Record) -> bool:
    """Whether nothing that happens by itself may follow from a record: it is disputed, or out of sight."""
    return Restriction.objects.filter(
        subject_id=record.subject_id, resource=record.resource, key_hash=record.key_hash, ended_at=None
    ).exists()


def _of_record(moment: dt.datetime | None) -> Any:
    return Restriction.objects.filter(
        _at(moment), subject_id=OuterRef("subject_id"), resource=OuterRef("resource"), key_hash=OuterRef("key_hash")
    )


def _at(moment: dt.datetime | None) -> Q:
    if moment is None:
        return Q(ended_at=None)
    return Q(from_at__lte=moment) & (Q(ended_at=None) | Q(ended_at__gt=moment))


def _tell(kind: Event.Kind, record: Record, held: Restriction.Kind, case: str, at: dt.datetime) -> Event:
    return events.record(
        kind,
        at,
        subject=record.subject_id,
        restriction=held.value,
        case=case,
        resource=record.resource,
        records=[[record.subject_id, record.id]],
    )
