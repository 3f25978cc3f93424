"""Rows that somebody hands in about whom they stand for.

Invariant: what a person hands in about itself, or about whom it stands for or works for, is held for a colleague, before it
makes, renames or numbers a subject. A machine hands in for a department and stands for nobody; a register's own provider
keeps the entry of itself, as of everybody.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from quanxin.accounts import Actor
from quanxin.accounts.acts import refused_line
from quanxin.accounts.own_matters import own_matter, stood_for
from quanxin.archive.own_matters import subjects_of
from quanxin.policy.model import Resource
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import put
from quanxin.runtime.pack import current_pack

OWN = "own-matter"
PERSON = "user:"  # how the names of those begin who are persons


def find(con: duckdb.DuckDBPyConnection, resource: Resource, *, several: BatchRows, actors: Sequence[Actor]) -> None:
    """Make ``own(row_no)`` of ``incoming`` and ``matched``: the rows of each batch about whom its actor stands for.

    Marks them in ``matched`` as another's, so that nothing of them reaches the register.
    """
    told: list[tuple[int, str | None, int | None]] = []
    for part, (actor, provider) in enumerate(zip(actors, several.providers, strict=True)):
        numbers = _numbers(actor, resource, provider)
        told += [(part, number, None) for number in sorted(numbers)]
        told += [(part, None, subject) for subject in sorted(subjects_of(numbers))]
    columns = {"part": pa.int64(), "number": pa.string(), "subject_id": pa.int64()}
    rows = [dict(zip(columns, one, strict=True)) for one in told]
    put(con, "stood_for", pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items()))))
    con.execute(
        "CREATE OR REPLACE TABLE own AS SELECT DISTINCT i.row_no FROM incoming i JOIN matched m USING (row_no) "
        f"JOIN stood_for s ON s.part = {several.part('i.row_no')} "
        "AND (s.number = i.code OR s.number = i.identity OR s.subject_id = m.subject_id "
        "OR length(s.number) = 18 AND substr(s.number, 9, 9) = i.organisation)"
        if told
        else "CREATE OR REPLACE TABLE own (row_no BIGINT)"
    )
    con.execute("UPDATE matched SET anothers = true FROM own WHERE own.row_no = matched.row_no")


def report(con: duckdb.DuckDBPyConnection, *, several: BatchRows, actors: Sequence[Actor]) -> None:
    """Say of the rows of ``own`` what they are, and leave a line of each actor's that has any."""
    con.execute(f"INSERT INTO issues (row_no, code, severity) SELECT row_no, '{OWN}', 'error' FROM own")
    part = several.part("row_no")
    for number, rows in con.execute(
        f"SELECT {part}, count(*) FROM own GROUP BY 1 HAVING count(*) > 0 ORDER BY 1"
    ).fetchall():
        refused_line(actors[number], f"batch:{several.batches[number]}", "own matter", rows=str(rows))


def expect_none_withdrawn(con: duckdb.DuckDBPyConnection, actor: Actor, resource: Resource, provider: str) -> None:
    """Raise ``OwnMatter`` where a file that replaces a provider's records would end one about whom the actor stands for."""
    own = subjects_of(_numbers(actor, resource, provider))
    listed = f"[{', '.join(map(str, sorted(own)))}]::BIGINT[]"
    if own and con.execute(f"SELECT 1 FROM withdrawn WHERE list_contains({listed}, subject_id) LIMIT 1").fetchone():
        raise own_matter(actor, f"resource:{resource.key}")


def _numbers(actor: Actor, resource: Resource, provider: str) -> frozenset[str]:
    """For whom a person who hands in stands; nobody for a machine."""
    if not actor.name.startswith(PERSON):
        return frozenset()
    found = stood_for(actor)
    known = current_pack().providers.get(provider)
    itself = {known.code} if known is not None and resource.subject.role == "enrol" else set()
    return found - itself
