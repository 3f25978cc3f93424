"""Replaying held rows: after a rule changed, a subject was enrolled, or a cell was corrected.

Invariant: a replay is a batch of its own; a row that it takes in is released from where it was held, a row that still
fails is held by the replay with what is wrong with it now, and a replay that would change nothing leaves nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from quanxin import engine
from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import commit
from quanxin.archive.models import Batch
from quanxin.calendar import today
from quanxin.engine.characters import sound
from quanxin.intake import quarantine
from quanxin.intake.duckdb_pool import bench_if_free
from quanxin.intake.errors import IntakeError
from quanxin.intake.hand_in import HandIn
from quanxin.intake.models import Held
from quanxin.intake.pipeline import admit, commit_checked, untold
from quanxin.intake.programs import program_of
from quanxin.intake.receipt import Receipt
from quanxin.runtime.keys import sealer
from quanxin.runtime.pack import current_pack


@dataclass(frozen=True, slots=True)
class HeldReading:
    """Held rows as a reading: their positions are those of the file they came in."""

    columns: list[str]
    places: Mapping[int, str]

    def position(self, row_no: int) -> str:
        return self.places[row_no]

    def describe(self) -> dict[str, Any]:
        return {"format": "replay", "columns": self.columns}


@transaction.atomic
def replay(batch: str, *, actor: Actor, rows: Mapping[int, Mapping[str, str | None]] | None = None) -> Receipt:
    """Take the rows that ``batch`` still holds in again, under the rules of today; return the replay's receipt.

    ``rows`` gives corrections by row number of the batch (field key → text); with it only those rows are replayed.
    Raises ``IntakeError`` if the batch is unknown, holds nothing (of those rows), or the resource is out of force.
    """
    origin = Batch.objects.filter(pk=batch).first()
    if origin is None:
        raise IntakeError("batch-unknown", batch=batch)
    actor.require(Role.INTAKE, origin.provider)
    commit.lock_resources(origin.resource)
    origin = Batch.objects.select_for_update().get(pk=batch)
    held = _held(origin, rows)
    receipt = take_again(origin, held, actor=actor, corrected=rows)
    if receipt.quarantined + receipt.unlinked == len(held) and not rows:
        raise IntakeError("replay-changes-nothing", batch=batch, rows=len(held))
    return receipt


def take_again(
    origin: Batch, held: list[Held], *, actor: Actor, corrected: Mapping[int, Mapping[str, str | None]] | None = None
) -> Receipt:
    """Take held rows of one batch in again, as a batch of its own that releases them; ``corrected`` as for ``replay``.

    For acts that checked their actor and hold ``origin``; runs in their transaction. Raises ``IntakeError`` if the
    resource is out of force.
    """
    started = time.monotonic()
    pack = current_pack()
    rules = pack.on(today())
    definition = admit(pack, rules, origin.resource, origin.provider)
    few = len(held) <= engine.FEW
    with bench_if_free(few) as (con, workdir, standing):
        keys, changes = sealer(), corrected or {}
        rows = [(row.pk, quarantine.opened(row, keys) | _sound(changes.get(row.row_no, {}))) for row in held]
        columns = quarantine.stage(con, rows)
        reading = HeldReading(columns, {row.pk: row.position for row in held})
        hand_in = HandIn(
            definition, rules, pack, origin.provider, actor, "append", origin.file_name, "", replay_of=origin.pk
        )
        engine.check(con, program := program_of(pack, rules, definition, None if few else columns), "source", standing)
        receipt = commit_checked(con, workdir, hand_in, reading, program, untold, started)
    Held.objects.filter(pk__in=[row.pk for row in held]).update(released_by_id=receipt.batch)
    return receipt


def _sound(cells: Mapping[str, str | None]) -> dict[str, str | None]:
    return {key: sound(text) if text else text for key, text in cells.items()}


def _held(origin: Batch, rows: Mapping[int, Mapping[str, str | None]] | None) -> list[Held]:
    """The rows to replay."""
    query = Held.objects.filter(batch=origin, released_by=None, set_aside_at=None)
    held = list(query.filter(row_no__in=list(rows)) if rows else query)
    if not held or (rows and len(held) < len(rows)):
        raise IntakeError("replay-nothing-held", batch=origin.pk)
    return held
