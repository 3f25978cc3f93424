"""Whose record a row is about.

Invariant: a row changes no record but one of its own provider. A row about a decision that another provider's record
holds is held, whatever it says, and nothing of it reaches archive or register; only where the pack declares one common
register does the row of the provider that prevails today take the other's place, and the act says so.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from quanxin.accounts import Actor
from quanxin.archive import commit
from quanxin.archive.models import Transfer
from quanxin.calendar import day_of
from quanxin.engine.normalise import literal
from quanxin.policy.model import Resource
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import pg_cursor, temporary, to_postgres

OWNED, PREVAILS = "owned-by-another", "prevails-over-another"


def find(
    con: duckdb.DuckDBPyConnection, resource: Resource, *, several: BatchRows, day: dt.date, workdir: Path
) -> None:
    """Make ``current`` of the keys of ``matched``, and ``others``; mark the rows of ``matched`` that are another's.

    ``others(row_no, subject_id, key_hash, id, holder, claimant, prevails)`` are the rows about a record that stands as
    another provider's: under which subject and id, whose it is, who brings the row, and whether that one prevails.
    """
    provider = several.provider("m.row_no")
    con.execute(
        f"CREATE OR REPLACE TABLE keys AS SELECT m.subject_id, c._key_hash AS key_hash, min({provider}) AS provider "
        "FROM matched m JOIN judged c USING (row_no) WHERE m.subject_id IS NOT NULL AND NOT c._failed "
        "AND c._duplicate_of IS NULL GROUP BY m.subject_id, c._key_hash"
    )
    commit.find_current(con, resource, workdir)
    con.execute(
        "CREATE OR REPLACE TABLE others AS SELECT m.row_no, cur.kept AS subject_id, cur.key_hash, cur.id, "
        f"cur.provider AS holder, {provider} AS claimant, {_prevails(resource, day, provider, 'cur.provider')} AS prevails "
        "FROM matched m JOIN judged c USING (row_no) JOIN current cur ON cur.subject_id = m.subject_id "
        f"AND cur.key_hash = c._key_hash WHERE cur.id IS NOT NULL AND cur.provider <> {provider} AND NOT c._failed "
        "AND c._duplicate_of IS NULL"
    )
    con.execute("UPDATE matched SET anothers = true FROM others o WHERE o.row_no = matched.row_no AND NOT o.prevails")


def _prevails(resource: Resource, day: dt.date, claimant: str, holder: str) -> str:
    """Whether the one provider prevails over the other on a day, as SQL over expressions of their keys."""
    order = resource.ownership.order_on(day) if resource.ownership.by == "register" else ()
    if not order:
        return "false"
    listed = f"[{', '.join(literal(key) for key in order)}]"
    last = len(order) + 1
    place = f"coalesce(nullif(list_position({listed}, {{}}), 0), {last})"
    return f"{place.format(claimant)} < {place.format(holder)}"


def report(con: duckdb.DuckDBPyConnection) -> None:
    """Say of the rows of ``outcome`` that are about another's record that they are, or that they took its place."""
    con.execute(
        f"INSERT INTO issues (row_no, code, severity) SELECT row_no, '{OWNED}', 'error' FROM outcome o "
        f"WHERE o.anothers UNION ALL SELECT row_no, '{PREVAILS}', 'note' FROM outcome o JOIN others USING (row_no) "
        "WHERE others.prevails AND o.bucket = 'updated'"
    )


def take_over(
    con: duckdb.DuckDBPyConnection, resource: Resource, *, several: BatchRows, actor: Actor, at: dt.datetime
) -> None:
    """Say of the rows of ``numbered`` that take another provider's place by what act they do; before they are stored."""
    query = (
        f"SELECT x.holder, x.claimant, {several.batch('n.row_no')} AS batch, n.subject_id, x.id AS ended, n.id AS made "
        "FROM numbered n JOIN others x USING (row_no) WHERE x.prevails AND n.replaces = x.id ORDER BY n.id"
    )
    if resource.ownership.by != "register" or not con.execute(f"{query} LIMIT 1").fetchone():
        return
    articles = next((p.basis for p in resource.ownership.precedence if p.in_force.covers(day_of(at))), ())
    basis = [article.model_dump(mode="json", exclude_none=True) for article in articles]
    for holder, claimant, batch in con.execute(f"SELECT DISTINCT holder, claimant, batch FROM ({query})").fetchall():
        made = Transfer.objects.create(
            kind=Transfer.Kind.PREVAILS,
            resource=resource.key,
            from_provider=holder,
            to_provider=claimant,
            act=f"batch:{batch}",
            basis=basis,
            reason="目录规定以该单位为准",
            actor=actor.name,
            at=at,
        )
        to_postgres(
            con,
            f"SELECT {made.pk}, subject_id, ended, made FROM ({query}) WHERE holder = {literal(holder)} "
            f"AND claimant = {literal(claimant)} AND batch = {literal(batch)}",
            "archive_transferredrecord",
            ("transfer_id", "subject_id", "record_id", "made_id"),
        )


CONFLICTS = """
INSERT INTO intake_conflict (resource, subject_id, key_hash, holder, claimant, state, times, first_at, last_at,
                               decided_by, reason)
SELECT %(resource)s, subject_id, key_hash, holder, claimant, state, 1, %(at)s, %(at)s, '', ''
FROM pg_temp.claimed
ON CONFLICT (resource, subject_id, key_hash, holder, claimant) DO UPDATE
SET times = intake_conflict.times + 1, last_at = excluded.last_at,
    state = CASE WHEN intake_conflict.state IN ('kept', 'open') AND excluded.state = 'open'
                 THEN intake_conflict.state ELSE excluded.state END
"""
ROWS = """
INSERT INTO intake_conflictrow (conflict_id, held_id)
SELECT c.id, h.id FROM pg_temp.claimed k JOIN intake_held h ON h.batch_id = k.batch AND h.row_no = k.number
JOIN intake_conflict c ON c.resource = %(resource)s AND c.subject_id = k.subject_id AND c.key_hash = k.key_hash
    AND c.holder = k.holder AND c.claimant = k.claimant
WHERE k.state = 'open'
"""
# What a provider claimed of another's record is over once its own row stands.
SETTLED = """
UPDATE intake_conflict c SET state = 'settled', last_at = %(at)s
FROM archive_record r WHERE c.resource = %(resource)s AND c.state = 'open' AND r.subject_id = c.subject_id
    AND r.resource = c.resource AND r.key_hash = c.key_hash AND r.superseded_at IS NULL AND r.provider = c.claimant
"""


def record(con: duckdb.DuckDBPyConnection, resource: Resource, *, several: BatchRows, at: dt.datetime) -> None:
    """Keep what ``outcome`` found of other providers' records, after the rows are held and stored."""
    wanted = {"resource": resource.key, "at": at}
    with pg_cursor() as cursor:
        cursor.execute(SETTLED, wanted)
    query = (
        f"SELECT {several.batch('o.row_no')}, {several.number('o.row_no')}, x.subject_id, x.key_hash, x.holder, x.claimant, "
        "CASE WHEN o.anothers THEN 'open' ELSE 'prevailed' END FROM outcome o JOIN others x USING (row_no) "
        "WHERE o.anothers OR x.prevails AND o.bucket = 'updated'"
    )
    if not con.execute(f"{query} LIMIT 1").fetchone():
        return
    with pg_cursor() as cursor:
        columns = "batch text, number bigint, subject_id bigint, key_hash uuid, holder text, claimant text, state text"
        temporary(cursor, "claimed", columns)
        to_postgres(con, query, "claimed", tuple(c.split()[0] for c in columns.split(", ")))
        cursor.execute(CONFLICTS, wanted)
        cursor.execute(ROWS, wanted)
