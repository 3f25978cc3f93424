"""Taking records out of the archive again, because what brought them was undone.

Invariant: nothing is rewritten. A version that goes is superseded; what it had replaced comes back as a new version,
and so does nothing that had been withdrawn or replaced by anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from quanxin.accounts import Actor
from quanxin.archive import withdrawing
from quanxin.archive.models import Record, Transfer, Withdrawal, WithdrawnRecord
from quanxin.calendar import now
from quanxin.runtime.bridge import reserve


@dataclass(frozen=True, slots=True)
class TakenOut:
    """The ids of the versions that went, and of the new ones that brought earlier versions back."""

    gone: tuple[int, ...]
    restored: tuple[int, ...]


def take_out(rows: Iterable[tuple[str, int]], subjects: Iterable[int], *, actor: Actor, reason: str) -> TakenOut:
    """Take out the current records that the rows (batch, row number) brought, under any of ``subjects``.

    The caller holds the locks of the resources and runs this in its transaction.
    """
    brought = set(rows)
    batches = {batch for batch, _ in brought}
    found = Record.objects.filter(subject_id__in=list(subjects), batch_id__in=batches).order_by("subject_id", "id")
    versions = [r for r in found if (r.batch_id, r.row_no) in brought]
    current = [r for r in versions if r.superseded_at is None]
    if not current:
        return TakenOut((), ())
    pairs = [(r, e) for r in current if (e := _replaced(r, brought)) is not None]
    replaced, earlier = [r for r, _ in pairs], [e for _, e in pairs]
    moment = now()
    for resource, provider in sorted({(r.resource, r.provider) for r in current}):
        chosen = [r for r in current if (r.resource, r.provider) == (resource, provider)]
        withdrawing.withdraw(
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
            ([r.subject_id for r in chosen], [r.id for r in chosen]),
            kind=Withdrawal.Kind.UNDONE, resource=resource, provider=provider, reason=reason, actor=actor, at=moment,
        )  # fmt: skip
    last = {(r.subject_id, r.resource, r.key_hash): r.version for r in current}
    first = reserve("archive_record_id_seq", len(earlier)) if earlier else 0
    again = []
    for n, record in enumerate(earlier):
        values = {f.attname: getattr(record, f.attname) for f in Record._meta.concrete_fields}
        version = last[(record.subject_id, record.resource, record.key_hash)] + 1
        again.append(
            Record(**values | {"id": first + n, "version": version, "recorded_at": moment, "superseded_at": None})
        )  # fmt: skip
    _name_owners(replaced, again, actor, reason, moment)
    Record.objects.bulk_create(again)
    for record in again:
        WithdrawnRecord.objects.filter(
            withdrawal__at=moment, withdrawal__resource=record.resource, subject_id=record.subject_id,
            key_hash=record.key_hash, version=record.version - 1,
        ).update(restored_id=record.id)  # fmt: skip
    return TakenOut(tuple(r.id for r in current), tuple(r.id for r in again))


def _name_owners(gone: list[Record], again: list[Record], actor: Actor, reason: str, at: dt.datetime) -> None:
    """Say of what comes back and is another provider's than what went by what act it does."""
    for ended, made in zip(gone, again, strict=True):
        if ended.provider != made.provider:
            transfer = Transfer.objects.create(
                kind=Transfer.Kind.RESTORED, resource=made.resource, from_provider=ended.provider,
                to_provider=made.provider, act=f"undone:{ended.batch_id}", reason=reason, actor=actor.name, at=at,
            )  # fmt: skip
            transfer.records.create(subject_id=made.subject_id, record_id=ended.id, made_id=made.id)


def _replaced(record: Record, brought: set[tuple[str, int]]) -> Record | None:
    """The version that ``record`` replaced, behind those that go with it; None if it replaced none."""
    seen: Record | None = record
    while seen is not None:
        seen = (
            Record.objects.filter(
                subject_id=seen.subject_id, resource=seen.resource, key_hash=seen.key_hash,
                superseded_at=seen.recorded_at, version=seen.version - 1,
            ).exclude(id=seen.id).first()
        )  # fmt: skip
        if seen is not None and (seen.batch_id, seen.row_no) not in brought:
            return seen
    return None
