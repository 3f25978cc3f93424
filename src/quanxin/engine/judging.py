"""Asking of single records what the engine asks of a whole file: their tier, whether and until when they are public.

Invariant: the answers come from the very expressions that intake compiles (``engine.publish``), over the values that a
record's payload holds; nothing is kept of a record after its answer, and neither the order in which records are asked
about nor a time zone has a part in it.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import duckdb

from quanxin.engine import database, publish, subject
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.values import type_of
from quanxin.identifiers import sql, uscc
from quanxin.policy import Pack
from quanxin.policy.expressions import columns
from quanxin.policy.model import Resource

KEPT = 128  # resources, a version each, whose statements a process keeps prepared


@dataclass(frozen=True, slots=True)
class Asked:
    """A record to be judged: its payload, the day of its event, and its subject's type where that is known.

    Without the type, it is what the payload itself says of the subject, as it is for a row that comes in.
    """

    payload: Mapping[str, Any]
    event_date: dt.date | None
    subject_type: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The tier and the publication of a record by the rules of the day of its event.

    ``override`` is the place of the law that rules otherwise in ``Pack.overrides_of``; ``tiers`` the tier by each
    edition of ``Pack.tiers_of``, whichever was in force.
    """

    tier: str | None
    published: bool
    public_until: dt.date | None
    override: int | None
    tiers: tuple[str | None, ...]


class Judge:
    """A version of a resource, ready to be asked about its records; one question at a time, under its own lock."""

    def __init__(self, pack: Pack, resource: Resource) -> None:
        self._resource = resource
        self._editions = pack.tiers_of(resource.key)
        self._fields = _needed(pack, resource)
        self._lock = threading.Lock()
        self._con = _database().cursor()
        # the plan serves a handful of rows: optimising it costs more than it gains
        self._con.execute("PRAGMA disable_optimizer")
        # a table of the connection's own, as a plan with a parameter would be made anew for each question
        self._con.execute("CREATE TEMP TABLE asked (rows VARCHAR)")
        self._con.execute(f"PREPARE judge AS {self._query(pack)}")

    def _query(self, pack: Pack) -> str:
        resource, tiers = self._resource, self._editions
        overrides = pack.overrides_of(resource.key)
        subjects = subject.subjects_of(resource, pack.on(resource.in_force.from_))
        types = {"_n": "BIGINT", "_known_type": "VARCHAR"}
        types |= {key: type_of(resource.field(key)) for key in self._fields}
        shape = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
        rows = f"SELECT unnest(CAST(CAST(rows AS JSON) AS STRUCT({shape})[]), max_depth := 2) FROM asked"
        found = f"SELECT *, {', '.join(publish.dates(resource))}, {_subject_type(resource, subjects)} FROM ({rows})"
        ruled = f"SELECT *, {publish.tier(tiers)} AS _tier, {publish.override(overrides)} AS _override FROM ({found})"
        by_edition = ", ".join(publish.heaviest(edition) for edition in tiers)
        return (
            f"SELECT _n, _tier, {publish.published(resource, tiers, subjects, overrides)}, "
            f"{publish.public_until(resource, tiers, overrides)}, _override, [{by_edition}] FROM ({ruled})"
        )

    def judge(self, records: Iterable[Asked]) -> list[Judged]:
        """What is found of each record, in the order given. A value that is not of its field's type raises ValueError."""
        rows = [self._row(n, record) for n, record in enumerate(records)]
        if not rows:
            return []
        asked = literal(json.dumps(rows, ensure_ascii=False))
        with self._lock:
            self._con.execute("BEGIN")
            try:
                self._con.execute(f"INSERT INTO asked VALUES ({asked})")
                answers = self._con.execute("EXECUTE judge").fetchall()
            except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
                raise ValueError(f"{self._resource.key}: {error}") from error
            finally:
                self._con.execute("ROLLBACK")
        return [
            Judged(tier, bool(published), until, override, tuple(tiers))
            for _, tier, published, until, override, tiers in sorted(answers, key=lambda answer: answer[0])
        ]

    def _row(self, n: int, record: Asked) -> dict[str, Any]:
        row = {key: record.payload.get(key) for key in self._fields}
        if self._resource.event_date:
            row[self._resource.event_date] = record.event_date.isoformat() if record.event_date else None
        return row | {"_n": n, "_known_type": record.subject_type}


def judge_of(pack: Pack, resource: Resource) -> Judge:
    """The judge of a version of a resource, prepared once a process."""
    return _judge_of(pack, resource.key, resource.in_force.from_)


@lru_cache(maxsize=KEPT)
def _judge_of(pack: Pack, key: str, first: dt.date) -> Judge:
    return Judge(pack, next(r for r in pack.resource_history(key) if r.in_force.from_ == first))


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database in memory for all judges; each has a connection of its own, with its statement."""
    return database.connect(threads=1)


def _needed(pack: Pack, resource: Resource) -> Sequence[str]:
    """The fields that any answer depends on."""
    own, conditions = resource.subject, [tier.when for edition in pack.tiers_of(resource.key) for tier in edition.tiers]
    conditions += [law.when for law in pack.overrides_of(resource.key)]
    conditions += [resource.publication.when] if resource.publication.when else []
    named = [own.code, own.category, own.stated_on, resource.event_date, resource.valid_from, resource.valid_until]
    named += [resource.publication.until, resource.publication.left, *sorted(set().union(*map(columns, conditions)))]
    return tuple(dict.fromkeys(key for key in named if key is not None))


def _subject_type(resource: Resource, subjects: subject.Subjects) -> str:
    """The column ``_subject_type``: the one that is known, or else what the payload says, as at intake."""
    code = quoted(resource.subject.code) if resource.subject.code else subject.NULL
    whole = f"length({code}) = {uscc.LENGTH} AND {code} <> {literal(uscc.PLACEHOLDER)}"
    fallback = literal(subjects.fallback) if subjects.fallback else subject.NULL
    said = f"coalesce({sql.subject_type(code, subjects.prefixes)}, {fallback})"
    stated = subject.stated_type(resource, subjects)
    return f"coalesce(_known_type, CASE WHEN {whole} THEN {said} ELSE {stated} END) AS _subject_type"
