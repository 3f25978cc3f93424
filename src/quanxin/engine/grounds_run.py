"""Running compiled lists and measures over tables of records: for a city at once, and for one subject.

Invariant: running changes nothing but the tables that it makes; one subject's answer comes from the statements that answer for
a city, prepared once, and nothing is kept of a subject after it.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import duckdb

from quanxin.engine import database
from quanxin.engine.days import date_literal, on_day
from quanxin.engine.grounds import GROUNDS, OWN, Program, Source
from quanxin.engine.normalise import quoted

AT_ONCE = 250  # rows
_DAY = "CAST($day AS DATE)"


class Known(NamedTuple):
    """A version of a record, as known at a moment, with what decisions held for it (LIFTED, SUSPENDED or None)."""

    subject: int
    id: int
    resource: str
    event_date: dt.date | None
    valid_until: dt.date | None
    published: bool
    public_until: dt.date | None
    held: str | None
    payload: Mapping[str, Any]


class Ground(NamedTuple):
    """A record that is a ground: how (``list/…`` or ``record/…``), from when, until when (None for no end)."""

    subject: int
    id: int
    resource: str
    ground: str
    since: dt.date
    until: dt.date | None
    held: str | None

    def holds(self, day: dt.date) -> bool:
        """Whether a day lies within it."""
        return self.since <= day and (self.until is None or self.until >= day)


class Found(NamedTuple):
    """What follows from a record on a day: a measure, and the days within which it may be applied."""

    subject: int
    measure: str
    ground: str
    resource: str
    id: int
    since: dt.date
    until: dt.date | None
    suspended: bool


def create(con: duckdb.DuckDBPyConnection, program: Program) -> None:
    """Make the empty tables that a program reads, and ``rules``."""
    for source in program.sources:
        _table(con, source.table, source.columns)
    _table(con, "grounds", GROUNDS)
    _table(con, "population", {"subject_id": "BIGINT", "type": "VARCHAR"})
    _table(con, "rules", program.columns)
    _insert(con, "rules", len(program.columns), program.rules)


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]) -> None:
    con.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(f'{quoted(c)} {kind}' for c, kind in columns.items())})")


def fill(con: duckdb.DuckDBPyConnection, source: Source, records: Iterable[Known]) -> None:
    """Add records to the table of a source; items are as payloads have them (dates and amounts as text)."""
    rows = (
        [r.subject, r.id, r.event_date, r.valid_until, r.published, r.public_until, r.held]
        + [r.payload.get(f.key) for f in source.fields]
        for r in records
    )
    _insert(con, source.table, len(OWN) + len(source.fields), rows)


def _insert(con: duckdb.DuckDBPyConnection, table: str, width: int, rows: Iterable[Sequence[Any]]) -> None:
    marks, given = f"({', '.join('?' * width)})", iter(rows)
    while some := list(islice(given, AT_ONCE)):  # a statement a row takes ten times as long
        values = ", ".join([marks] * len(some))
        con.execute(f"INSERT INTO {table} VALUES {values}", [value for row in some for value in row])


def find_grounds(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Add the grounds of a source's table to ``grounds``."""
    con.execute(f"INSERT INTO grounds SELECT * FROM ({source.grounds}) AS found")


def put_answer(con: duckdb.DuckDBPyConnection, program: Program, day: dt.date, table: str) -> None:
    """Make a table of what a program answers from ``grounds``, ``population`` and ``rules``."""
    con.execute(f"CREATE OR REPLACE TABLE {table} AS {on_day(program.answer, date_literal(day))}")


class Reckoner:
    """A program, ready to be asked about single subjects; one question at a time, under its own lock."""

    def __init__(self, program: Program) -> None:
        self._sources = {source.resource: source for source in program.sources}
        self._lock = threading.Lock()
        self._con = database.connect(threads=1)
        # the plans serve a handful of rows: optimising them costs more than it gains
        self._con.execute("PRAGMA disable_optimizer")
        create(self._con, program)
        for source in program.sources:
            self._con.execute(
                f"PREPARE {source.table} AS INSERT INTO grounds SELECT * FROM ({source.grounds}) AS found"
            )
        self._con.execute(f"PREPARE answer AS {on_day(program.answer, _DAY)}")

    def ask(self, day: dt.date, kinds: Mapping[int, str], records: Iterable[Known]) -> list[Found]:
        """What follows from records on a day, by measure and record; ``kinds`` are the types of their subjects."""
        return _found(self.rows(day, kinds, records))

    def rows(self, day: dt.date, kinds: Mapping[int, str], records: Iterable[Known]) -> list[tuple[Any, ...]]:
        """What the program answers on a day to records of subjects of these types, as it words it."""
        with self._asking(records) as con:
            return _answered(con, day, kinds)

    def grounds(self, records: Iterable[Known]) -> list[Ground]:
        """The grounds that records are, whatever the day and whatever holds them."""
        with self._asking(records) as con:
            return grounds_in(con)

    def both(
        self, day: dt.date, kinds: Mapping[int, str], records: Iterable[Known]
    ) -> tuple[list[Ground], list[Found]]:
        """The grounds that records are, and what follows from them on a day, as ``grounds`` and ``ask``."""
        with self._asking(records) as con:
            return grounds_in(con), _found(_answered(con, day, kinds))

    @contextmanager
    def _asking(self, records: Iterable[Known]) -> Iterator[duckdb.DuckDBPyConnection]:
        """The database with the grounds that records are, and nothing of them afterwards."""
        by_resource: dict[str, list[Known]] = {}
        for record in records:
            if record.resource in self._sources:
                by_resource.setdefault(record.resource, []).append(record)
        with self._lock:
            self._con.execute("BEGIN")
            try:
                for resource, some in by_resource.items():
                    fill(self._con, self._sources[resource], some)
                    self._con.execute(f"EXECUTE {self._sources[resource].table}")
                yield self._con
            finally:
                self._con.execute("ROLLBACK")


def _answered(con: duckdb.DuckDBPyConnection, day: dt.date, kinds: Mapping[int, str]) -> list[tuple[Any, ...]]:
    _insert(con, "population", 2, kinds.items())
    return con.execute(f"EXECUTE answer(day := DATE '{day.isoformat()}')").fetchall()


def _found(rows: Iterable[tuple[Any, ...]]) -> list[Found]:
    return sorted((Found(*row) for row in rows), key=lambda f: (f.subject, f.measure, f.id, f.ground))


def grounds_in(con: duckdb.DuckDBPyConnection) -> list[Ground]:
    """What stands in ``grounds``."""
    rows = con.execute("SELECT * FROM grounds").fetchall()
    return sorted((Ground(*row) for row in rows), key=lambda g: (g.id, g.ground))
