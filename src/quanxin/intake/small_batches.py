"""Few rows at once, as machines hand them in: batches of one resource that come together are taken in together.

Invariant: each batch has the receipt, the rows and the place in the order that it would have had alone. Those of one
pass are checked by one query and committed by one transaction: all of them stand or none does; what stands or falls with
one (``Witness``) does so in the same transaction. Batches that touch each other are parted (``overlaps``), and of a pass
that failed each batch is taken in alone, so that only what is wrong itself comes to nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa
from django.db import connection, transaction

from quanxin import engine
from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.intake import timing
from quanxin.intake.duckdb_pool import bench
from quanxin.intake.errors import translated
from quanxin.intake.hand_in import HandIn, earlier_receipts
from quanxin.intake.overlaps import Touching, look_before_matching, untouched
from quanxin.intake.pipeline import Overtaken, Part, admit, commit_parts, untold
from quanxin.intake.programs import program_of
from quanxin.intake.reading import Reading, table
from quanxin.intake.reading.headers import Matcher
from quanxin.intake.reading.jsonlines import Cells, read_values
from quanxin.intake.receipt import Receipt
from quanxin.policy import Rules
from quanxin.policy.model import Resource
from quanxin.runtime.batch_rows import apart, numbered
from quanxin.runtime.bridge import put
from quanxin.runtime.group_commit import GroupCommit, Witness
from quanxin.runtime.pack import current_pack

MOST = 2000  # rows of one pass
V = TypeVar("V")
KEPT = 64  # layouts of one resource that a process keeps


@dataclass(eq=False, slots=True)
class _Member:
    """A batch that was read, and what became of it."""

    part: Part
    reading: Reading
    columns: tuple[str, ...]
    cells: list[Cells]
    witness: Witness[Receipt] | None
    settled: bool = False
    receipt: Receipt | None = None
    error: BaseException | None = None

    def settle(self, receipt: Receipt | None = None, error: BaseException | None = None) -> None:
        self.settled, self.receipt, self.error = True, receipt, error


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is known of a resource under the rules of a day: its names as they came."""

    resource: Resource
    rules: Rules
    matcher: Matcher
    layouts: dict[tuple[str, ...], dict[str, str | None]] = field(default_factory=dict)


_desks: dict[str, _Desk] = {}


def take_in(
    rows: Sequence[object],
    digest: str,
    *,
    resource: str,
    provider: str,
    actor: Actor,
    name: str,
    witness: Witness[Receipt] | None = None,
) -> Receipt | None:
    """Take rows in, JSON values with numbers as texts, and return their receipt; None where ``witness`` said so.

    ``digest`` is the SHA-256 that the rows are known by, ``name`` what they are called. Raises as ``intake.pipeline``.
    """
    actor.require(Role.INTAKE, provider)
    started = time.monotonic()
    pack = current_pack()
    rules = pack.on(today())
    desk = _desk(admit(pack, rules, resource, provider), rules)
    reading, cells = _read(desk, rows)
    hand_in = HandIn(desk.resource, rules, pack, provider, actor, "append", name, digest)
    present = frozenset(reading.columns)
    columns = tuple(f.key for f in desk.resource.fields if f.key in present)
    member = _Member(Part(hand_in, reading, started), reading, columns, cells, witness)
    if connection.in_atomic_block:  # others may not depend on a transaction that is not theirs
        _take_in([member])
    else:
        _together.do(resource, member)
    if member.error is not None:
        raise member.error
    return member.receipt


def _desk(resource: Resource, rules: Rules) -> _Desk:
    desk = _desks.get(resource.key)
    if desk is None or desk.resource is not resource or desk.rules is not rules:
        desk = _desks[resource.key] = _Desk(resource, rules, Matcher(resource))
    return desk


def _read(desk: _Desk, rows: Sequence[object]) -> tuple[Reading, list[Cells]]:
    names = tuple(rows[0]) if isinstance(rows[0], dict) else ()
    reading, cells, known = read_values(rows, desk.matcher, desk.layouts.get(names, {}))
    if names not in desk.layouts and len(known) == len(names):
        _keep(desk.layouts, names, known)
    return reading, cells


def _along(members: list[_Member], other: _Member) -> bool:
    """Whether a batch may be taken in by the pass of those before it, as far as that is known without looking closely."""
    first, hand_in = members[0], other.part.hand_in
    return (
        first.part.hand_in.resource is hand_in.resource
        and first.part.hand_in.rules is hand_in.rules
        and hand_in.resource.subject.role != "enrol"  # a register's rows change what later ones are matched with
        and first.columns == other.columns
        and sum(len(m.cells) for m in members) + len(other.cells) <= MOST
        and not any(m.part.hand_in.sha256 == hand_in.sha256 for m in members)
        and not any(m.witness and other.witness and m.witness.order == other.witness.order for m in members)
    )


def _take_in(members: list[_Member]) -> None:
    """Take batches in, in their order; each has its receipt or its error afterwards."""
    todo = [members]
    try:
        while todo:
            group = [m for m in todo.pop(0) if not m.settled]
            try:
                todo[:0] = _pass(group)
            except Exception as error:
                if len(group) == 1:
                    group[0].settle(error=error)
                else:
                    logging.getLogger("quanxin.intake").warning("taken in one by one after: %s", type(error).__name__)
                    todo[:0] = [[m] for m in group]
    except BaseException as error:
        for member in members:
            if not member.settled:
                member.settle(error=error)
        raise


_together = GroupCommit(_take_in, _along)


def _pass(members: list[_Member]) -> list[list[_Member]]:
    """Take batches in by one pass; return those that are still to be taken in, in the groups in which they may be."""
    _answer_known(members)
    group = [m for m in members if not m.settled]
    if not group:
        return []
    first = group[0].part.hand_in
    program = program_of(first.pack, first.rules, first.resource)
    with translated(Path(first.file)), bench() as (con, workdir, standing):
        _put(con, group)
        engine.check(con, program, "source", standing)
        try:
            receipts = _commit(con, workdir, group, program)
        except Touching as found:
            return untouched(found.pairs, group)
        except Overtaken:
            return [group]
        receipts = timing.finish(receipts, [m.part.started for m in group])
    for member, receipt in zip(group, receipts, strict=True):
        member.settle(receipt)
    return []


def _answer_known(members: list[_Member]) -> None:
    """Settle those whose rows made a batch before."""
    for place, receipt in earlier_receipts([m.part.hand_in for m in members]).items():
        member = members[place]
        if member.witness is None:
            member.settle(receipt)
        else:
            with transaction.atomic():
                ours = member.witness.before()
                if ours:
                    member.witness.after(receipt)
            member.settle(receipt if ours else None)


def _put(con: duckdb.DuckDBPyConnection, members: list[_Member]) -> None:
    """Make ``source`` of the rows of all, numbered so that each tells its batch."""
    columns = members[0].columns
    numbers = [numbered(part, n) for part, m in enumerate(members) for n in range(1, len(m.cells) + 1)]
    rows = [row for m in members for row in m.cells]
    arrays = [pa.array(numbers, pa.int64())]
    arrays += [pa.array([row.texts.get(c) or None for row in rows], pa.string()) for c in columns]
    arrays.append(pa.array([row.surplus or None for row in rows], pa.string()))
    put(con, "source", pa.Table.from_arrays(arrays, names=["row_no", *columns, table.SURPLUS]))


def _commit(
    con: duckdb.DuckDBPyConnection, workdir: Path, group: list[_Member], program: engine.Program
) -> list[Receipt]:
    if len(group) > 1:
        look_before_matching(con)
    with transaction.atomic():
        witnessed = [(m, m.witness) for m in group if m.witness]
        for member, witness in sorted(witnessed, key=lambda each: each[1].order):
            if not witness.before():
                member.settle()
        if any(m.settled for m in group):
            raise Overtaken
        receipts = commit_parts(con, workdir, [m.part for m in group], _Placed(group), program, untold)
        for member, receipt in zip(group, timing.timed(receipts, [m.part.started for m in group]), strict=True):
            if member.witness:
                member.witness.after(receipt)
    return receipts


class _Placed:
    """The rows of a pass, each with its place in its own batch."""

    def __init__(self, members: list[_Member]) -> None:
        self.columns = members[0].columns
        self._readings = [m.reading for m in members]

    def position(self, row_no: int) -> str:
        part, number = apart(row_no)
        return self._readings[part].position(number)


def _keep(kept: dict[tuple[str, ...], V], key: tuple[str, ...], value: V) -> None:
    """Keep a value; of more than ``KEPT`` all go."""
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = value
