"""Scoring one subject: the queries that evaluate a city, kept ready over tables that hold one subject's records.

Invariant: a reckoner keeps nothing of a subject after its answer; the statements are those of the city's runs, prepared
once. One question at a time: a reckoner is used under its own lock.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from quanxin.engine import database
from quanxin.engine.days import DAY, on_day
from quanxin.engine.scoring import FOUND, Scoring, facts_table, grades_table
from quanxin.engine.scoring_run import Row, create, fill

_DAY = "CAST($day AS DATE)"
_ASKED = "_asked_on"
_NEVER = "DATE '1900-01-01'"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What was found for one subject: its row of scores by column, and the records behind each part of the model.

    ``row`` is None for a subject that the model excludes. ``records`` are ids by the key of the part, latest first.
    """

    row: Mapping[str, Any] | None
    records: Mapping[str, tuple[int, ...]]


class Reckoner:
    """A model, ready to be asked about single subjects."""

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self._lock = threading.Lock()
        self._dated: dict[str, bool] = {}  # whether a statement asks for the day
        self._con = database.connect(threads=1)
        # the plans serve a handful of rows: optimising them costs more than it gains
        self._con.execute("PRAGMA disable_optimizer")
        # every table before any statement: a plan is made anew each time once anything was added to what it was made over
        for source in scoring.sources:
            create(self._con, source)
        # one wide row stands for the join: its columns have the types that the join would give them
        self._con.execute("CREATE TABLE population (subject_id BIGINT)")
        for key in scoring.model.builds_on:
            self._con.execute(f"CREATE TABLE {grades_table(key)} (subject_id BIGINT, grade VARCHAR)")
        empty = ", ".join(
            f"{facts_table(s.resource)} AS ({on_day(scoring.facts[s.resource], _NEVER)})" for s in scoring.sources
        )
        self._con.execute(f"CREATE TABLE found AS {f'WITH {empty} ' if empty else ''}{scoring.found}")
        # the day as a column: with a parameter the longest of the statements would be planned for each question anew
        self._con.execute(f"ALTER TABLE found ADD COLUMN {_ASKED} DATE")
        for n, source in enumerate(scoring.sources):
            self._prepare(f"facts{n}", scoring.facts[source.resource])
            self._prepare(f"marks{n}", scoring.marks[source.resource])
        self._prepare("score", on_day(scoring.traced.replace(FOUND, "found"), _ASKED))

    def _prepare(self, name: str, query: str) -> None:
        self._con.execute(f"PREPARE {name} AS {on_day(query, _DAY)}")
        self._dated[name] = DAY in query

    def ask(self, day: dt.date, rows: Mapping[str, Sequence[Row]], grades: Mapping[str, str | None]) -> Reckoned:
        """Score the subject whose records these are, by resource, as of a day; ``grades`` are those of other models."""
        with self._lock:
            self._con.execute("BEGIN")
            try:
                return self._ask(day, rows, grades)
            finally:
                self._con.execute("ROLLBACK")

    def _ask(self, day: dt.date, rows: Mapping[str, Sequence[Row]], grades: Mapping[str, str | None]) -> Reckoned:
        con, subject = self._con, 1
        found: dict[str, Any] = {"subject_id": subject, _ASKED: day}
        found |= {grades_table(key): grades.get(key) for key in self.scoring.model.builds_on}
        marks: list[tuple[int, int, int]] = []
        for n, source in enumerate(self.scoring.sources):
            if given := rows.get(source.resource):
                fill(con, source, [(subject, number, at, items) for _, number, at, items in given])
                found |= self._row(f"facts{n}", day) or {}
                marks += [(n, number, bits) for _, number, bits in self._execute(f"marks{n}", day).fetchall()]
        columns = ", ".join(found)
        con.execute(f"INSERT INTO found ({columns}) VALUES ({', '.join('?' * len(found))})", list(found.values()))
        return Reckoned(self._row("score", day), self._behind(marks, rows))

    def _execute(self, name: str, day: dt.date) -> duckdb.DuckDBPyConnection:
        given = f"(day := DATE '{day.isoformat()}')" if self._dated[name] else ""
        return self._con.execute(f"EXECUTE {name}{given}")

    def _row(self, name: str, day: dt.date) -> dict[str, Any] | None:
        cursor = self._execute(name, day)
        names = [column for column, *_ in cursor.description or ()]
        row = cursor.fetchone()
        return dict(zip(names, row, strict=True)) if row else None

    def _behind(
        self, marks: list[tuple[int, int, int]], rows: Mapping[str, Sequence[Row]]
    ) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[tuple[dt.date, int]]] = {}
        for n, number, bits in marks:
            source = self.scoring.sources[n]
            at = next((day for _, record, day, _ in rows[source.resource] if record == number), None)
            for bit, part in enumerate(self.scoring.uses(source.resource)):
                if bits >> bit & 1:
                    found.setdefault(part.key, []).append((at or dt.date.min, number))
        return {key: tuple(number for _, number in sorted(records, reverse=True)) for key, records in found.items()}
