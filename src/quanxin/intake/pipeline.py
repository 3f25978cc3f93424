"""Intake: a department's file becomes records, each row accounted for.

Invariant: a hand-in is committed whole or not at all; the same file twice changes nothing; every row lands in exactly
one bucket, and the rows that could not enter are held with all that is wrong with them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
from django.db import transaction

from quanxin import engine
from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit_all
from quanxin.archive import commit, events, lake, row_hashes, withdrawals
from quanxin.archive.models import Batch, Event, Withdrawal
from quanxin.calendar import now, today
from quanxin.identifiers.personal_numbers import mask
from quanxin.intake import buckets, founding_day, match_rows, notes, overlaps, own_rows, ownership, quarantine, timing
from quanxin.intake.duckdb_pool import source
from quanxin.intake.errors import IntakeError, translated
from quanxin.intake.hand_in import HandIn, Mode, earlier_batch, earlier_receipts
from quanxin.intake.programs import program_of
from quanxin.intake.reading import read_rows
from quanxin.intake.receipt import Receipt, masked
from quanxin.intake.stated_identity import state
from quanxin.policy import Pack, Rules
from quanxin.policy.model import Resource
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import pg_cursor, temporary, to_duckdb, to_postgres
from quanxin.runtime.duckdb_scratch import cursor_beside, own_folder
from quanxin.runtime.pack import current_pack

Progress = Callable[[str], None]


class Readable(quarantine.Placed, Protocol):
    """Rows that were read: where each stands, and how they were read as JSON for the receipt."""

    def describe(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A batch of a pass: what is handed in, its rows as they were read, and when it was begun."""

    hand_in: HandIn
    reading: Readable
    started: float


def intake(
    path: Path,
    *,
    resource: str,
    provider: str,
    actor: Actor,
    mode: Mode = "append",
    mapping: Mapping[str, str | None] | None = None,
    name: str | None = None,
    on_progress: Progress | None = None,
) -> Receipt:
    """Take a department's file in under a catalogue resource and return its receipt.

    ``mode`` "replace" withdraws the provider's records of the resource that the file no longer holds. ``mapping``
    maps headers to field keys (None: ignored). ``name`` is what its provider calls the file. Raises ``IntakeError`` for what
    concerns the file as a whole, ``NotAllowed`` without the role, and where it would withdraw an own matter of the actor's.
    """
    actor.require(Role.INTAKE, provider)
    tell = on_progress or untold
    started = time.monotonic()
    pack = current_pack()
    rules = pack.on(today())
    definition = admit(pack, rules, resource, provider)
    with translated(path), own_folder() as folder:
        tell("reading")
        digest = digest_of(path)
        if earlier := earlier_batch(resource, provider, mode, digest):
            return Receipt.from_json(earlier.receipt, repeated=True)
        reading = read_rows(path, definition, mapping=mapping, workdir=folder)
        if mode == "replace":
            notes.nothing_unread(reading.describe())
        hand_in = HandIn(definition, rules, pack, provider, actor, mode, mask(name or path.name), digest)
        tell("checking")
        # what a replacing file leaves out may be many records, however few its own rows are
        rows = reading.rows if mode == "append" else None
        few = rows is not None and rows <= engine.FEW
        program = program_of(pack, rules, definition, None if few else reading.columns)
        with source(reading.columns, folder, rows=rows, few=few) as (con, workdir, standing):
            engine.check(con, program, "source", standing)
            return commit_checked(con, workdir, hand_in, reading, program, tell, started)


def admit(pack: Pack, rules: Rules, resource: str, provider: str) -> Resource:
    """The catalogue resource, if it is in force today and the provider may hand it in (V27); else ``IntakeError``."""
    if resource in rules.resources:
        found = rules.resources[resource]
        if provider not in found.providers:
            raise IntakeError("provider-not-allowed", provider=provider, allowed=", ".join(found.providers))
        return found
    history = pack.resource_history(resource)
    if history:
        raise IntakeError("resource-out-of-force", resource=resource)
    raise IntakeError("resource-unknown", resource=resource, known=", ".join(sorted(rules.resources)))


class Overtaken(Exception):
    """A batch of a pass was taken in elsewhere since it was looked for."""


def untold(step: str) -> None:
    """Progress that nobody watches."""


def commit_checked(
    con: duckdb.DuckDBPyConnection,
    workdir: Path,
    hand_in: HandIn,
    reading: Readable,
    program: engine.Program,
    tell: Progress,
    started: float,
) -> Receipt:
    """Match, sort and commit the checked rows in one transaction; return the receipt."""
    made = commit_parts(con, workdir, [Part(hand_in, reading, started)], reading, program, tell)
    return timing.finish(made, [started])[0]


@act
def commit_parts(
    con: duckdb.DuckDBPyConnection,
    workdir: Path,
    parts: Sequence[Part],
    reading: quarantine.Placed,
    program: engine.Program,
    tell: Progress,
) -> list[Receipt]:
    """Match, sort and commit the checked rows, placed by ``reading``, of a pass in one transaction; return its receipts,
    which ``timing.finish`` is to finish once they are committed.

    Several batches are of one resource and mode ``append``; raises ``Touching`` for those that may not go together,
    ``Overtaken`` where one was taken in meanwhile.
    """
    hand_in = parts[0].hand_in
    resource = hand_in.resource
    commit.lock_resources(resource.key)
    at = now()  # under the lock: what a batch supersedes was recorded before it
    if earlier := earlier_receipts([part.hand_in for part in parts]):
        if len(parts) > 1:
            raise Overtaken
        return [earlier[0]]
    batches = next_batches(at.strftime("%Y%m%d"), len(parts))
    several = BatchRows(batches, tuple(part.hand_in.provider for part in parts))
    tell("matching")
    actors = [part.hand_in.actor for part in parts]
    enrolled, renamed = match_rows.link(con, resource, several=several, actors=actors, at=at, workdir=workdir)
    founding_day.warn_of_older(con, resource, hand_in.rules, workdir)
    buckets.find_twins(con, program)
    if not several.alone:
        overlaps.look_after_matching(con)
    counts = buckets.sort_rows(con, program, several)
    tell("committing")
    commit.number_records(con, workdir)
    withdrawn = _withdrawals(con, workdir, hand_in)
    codes = buckets.count_codes(con, several)
    receipts = [
        _receipt(
            part, batch, counts[n], codes=codes[n], withdrawn=withdrawn, enrolled=enrolled.get(n, 0), renamed=renamed
        )
        for n, (part, batch) in enumerate(zip(parts, batches, strict=True))
    ]
    rows = _record_batches(parts, receipts, at)
    ownership.take_over(con, resource, several=several, actor=hand_in.actor, at=at)
    lake.settle(resource.key)
    mark = lake.announce(resource.key, batches[0])
    transaction.on_commit(lambda: mark.unlink(missing_ok=True))
    commit.gather(con, resource, workdir)
    with ThreadPoolExecutor(1) as beside:
        mirrored = beside.submit(commit.mirror, cursor_beside(con), resource, several)
        rooted = beside.submit(row_hashes.roots, cursor_beside(con), several, [row.row_salt for row in rows])
        commit.store(con, resource=resource.key, several=several, at=at, payload=program.payload)
        entered = [r.batch for r in receipts if r.accepted + r.updated]
        Batch.objects.filter(pk__in=entered).update(manifest=mirrored.result())
    if withdrawn:
        with pg_cursor() as cursor:
            temporary(cursor, "left_out", "subject_id bigint, id bigint")
        to_postgres(con, "SELECT subject_id, id FROM withdrawn", "left_out", ("subject_id", "id"))
        withdrawals.withdraw(
            "SELECT subject_id, id FROM pg_temp.left_out", (), kind=Withdrawal.Kind.REPLACED, resource=resource.key,
            provider=hand_in.provider, reason=hand_in.file, actor=hand_in.actor, at=at, batch=rows[0],
        )  # fmt: skip
    if quarantine.needed(con):
        state(con, hand_in.rules, several=several)
        quarantine.hold(con, resource, reading, several=several)
    ownership.record(con, resource, several=several, at=at)
    events.record_all([Event(kind=Event.Kind.BATCH_COMMITTED, batch=row, at=at) for row in rows])
    audit_all(
        (part.hand_in.actor, "intake.commit", f"batch:{row.pk}", count | row_hashes.committed(row, root))
        for part, row, count, root in zip(parts, rows, counts, rooted.result(), strict=True)
    )
    return receipts


def _receipt(part: Part, batch: str, counts: dict[str, int], **told: Any) -> Receipt:
    hand_in = part.hand_in
    return Receipt(
        batch=batch,
        resource=hand_in.resource.key,
        provider=hand_in.provider,
        received=sum(counts.values()),
        seconds=round(time.monotonic() - part.started, 3),
        file=hand_in.file,
        sha256=hand_in.sha256,
        mode=hand_in.mode,
        replay_of=hand_in.replay_of,
        reading=masked(part.reading.describe()),
        **(counts | told),
    )


def _record_batches(parts: Sequence[Part], receipts: Sequence[Receipt], at: dt.datetime) -> list[Batch]:
    """The batches' rows; their manifest is filled in once the lake's file is written."""
    edition = commit.edition_of(parts[0].hand_in.resource, parts[0].hand_in.pack)
    return Batch.objects.bulk_create(
        Batch(
            id=made.batch,
            edition=edition,
            resource=made.resource,
            provider=made.provider,
            mode=made.mode,
            file_name=made.file,
            file_sha256=made.sha256,
            replay_of_id=made.replay_of,
            received=made.received,
            accepted=made.accepted,
            updated=made.updated,
            duplicate=made.duplicate,
            quarantined=made.quarantined,
            unlinked=made.unlinked,
            received_on=today(),
            recorded_at=at,
            actor=part.hand_in.actor.name,
            receipt=made.to_json(),
            manifest=[],
        )
        for part, made in zip(parts, receipts, strict=True)
    )


def _withdrawals(con: duckdb.DuckDBPyConnection, workdir: Path, hand_in: HandIn) -> int:
    """Make ``withdrawn``: what the provider's records hold and a replacing file does not; return how many.

    A row that failed still says that its record exists: what is held for correction is not withdrawn.
    """
    if hand_in.mode != "replace":
        return 0
    to_duckdb(
        con,
        f"SELECT subject_id, id, key_hash FROM archive_record WHERE resource = '{hand_in.resource.key}' "
        f"AND provider = '{hand_in.provider}' AND superseded_at IS NULL",
        "standing",
        {"subject_id": "BIGINT", "id": "BIGINT", "key_hash": "UUID"},
        workdir,
    )
    con.execute(
        "CREATE OR REPLACE TABLE withdrawn AS SELECT subject_id, id FROM standing s WHERE NOT EXISTS "
        "(SELECT 1 FROM outcome o WHERE o.subject_id = s.subject_id AND o.key_hash = s.key_hash)"
    )
    own_rows.expect_none_withdrawn(con, hand_in.actor, hand_in.resource, hand_in.provider)
    row = con.execute("SELECT count(*) FROM withdrawn").fetchone()
    return int(row[0]) if row else 0


def next_batches(day: str, count: int) -> tuple[str, ...]:
    with pg_cursor() as cursor:
        cursor.execute("SELECT nextval('archive_batch_number_seq') FROM generate_series(1, %s)", (count,))
        return tuple(f"{day}-{number:06d}" for (number,) in cursor.fetchall())


def digest_of(path: Path) -> str:
    """What a file is known by, whoever hands it in and whatever its name: the SHA-256 of its bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
