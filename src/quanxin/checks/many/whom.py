"""Whom the rows of a list are about: ``asked.whom`` for any number of them.

Invariant: of rows about one subject the first counts. A person's number is looked up nowhere and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from quanxin.accounts import Actor
from quanxin.accounts.lookups import expect_room
from quanxin.accounts.own_matters import own_matter
from quanxin.archive import access
from quanxin.archive.viewers import Viewer
from quanxin.checks.asked import WITHHELD, missed_rows
from quanxin.checks.models import Result
from quanxin.engine.normalise import literal
from quanxin.identifiers import personal_numbers_sql as personal
from quanxin.identifiers import sql
from quanxin.policy.checks import CheckItem
from quanxin.runtime.bridge import ask, pg_cursor, temporary, to_duckdb, to_postgres
from quanxin.subjects.models import Subject

Verdict = Result.Verdict
# In PostgreSQL: the subjects about which records are read, and the ids under which these are kept.
KEPT, MEMBERS = "check_kept", "check_members"
# Which subject holds a number, as the one that it was merged into; what several hold, and no unified code, is nobody's.
_HOLDERS = """
SELECT held.value, kept.id, kept.name, kept.type, kept.region, kept.natural FROM (
    SELECT i.value, coalesce(min(i.subject_id) FILTER (WHERE i.kind = 'uscc'), min(i.subject_id)) AS holder
    FROM check_values a JOIN subjects_identifier i ON i.value = a.value WHERE i.kind <> 'identity' GROUP BY i.value
    HAVING coalesce(min(i.subject_id) FILTER (WHERE i.kind = 'uscc'), min(i.subject_id))
         = coalesce(max(i.subject_id) FILTER (WHERE i.kind = 'uscc'), max(i.subject_id))
) held JOIN subjects_subject s ON s.id = held.holder AND NOT s.natural
JOIN subjects_subject kept ON kept.id = coalesce(s.merged_into_id, s.id)
"""
_HOLDER = {
    "value": "VARCHAR", "subject": "BIGINT", "subject_name": "VARCHAR", "type": "VARCHAR", "region": "VARCHAR",
    "is_natural": "BOOLEAN",
}  # fmt: skip


def put_asked(
    con: duckdb.DuckDBPyConnection, workdir: Path, actor: Actor, viewer: Viewer, item: CheckItem, rows: str
) -> None:
    """Make ``asked(position, code, name, subject, type, region, verdict)`` of the DuckDB table ``rows`` (position, code, name);
    ``verdict`` is '' where records are read about the subject. Raises as ``asked.whom`` does."""
    expect_room(actor, "code")
    _put_told(con, rows)
    ask(
        con, "SELECT DISTINCT value FROM told WHERE verdict = ''", "check_values", {"value": "text"}, _HOLDERS, "holders",
        _HOLDER, workdir,
    )  # fmt: skip
    _put_reach(con, viewer)
    con.execute(f"CREATE OR REPLACE TABLE judged AS {_judged(item)}")
    _expect_others(con, actor, viewer.barred)
    con.execute(f"CREATE OR REPLACE TABLE asked AS {_shown(con)}")
    missed_rows(actor, (row[0] for row in con.execute(_missed()).fetchall()))
    _put_kept(con, workdir)


def _put_told(con: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Make ``told``: the number that stands in each row, and the verdict where it is none that could be an organisation's."""
    words = ", ".join(f"{word} AS w{n}" for n, word in enumerate(sql.uscc_words("value")))
    tables = ", ".join(f"{table} AS t_{name}" for name, table in sql.places().items())
    remainder = sql.uscc_remainder("value", [f"w{n}" for n in range(3)], {name: f"t_{name}" for name in sql.places()})
    accepted = (
        f"CASE kind WHEN 'organisation-code' THEN {sql.organisation_ok('value')} WHEN 'foreign-registration' THEN true "
        f"WHEN 'registration-number' THEN {sql.registration_status('value')} <> 'registration-number-check' "
        "ELSE status IN ('valid', 'uscc-grandfathered') END"
    )
    con.execute(
        "CREATE OR REPLACE TABLE told AS SELECT position, code, name, "
        f"CASE kind WHEN 'foreign-registration' THEN {sql.foreign_number('value')} ELSE value END AS value, "
        f"CASE WHEN kind = 'identity' THEN '{Verdict.PERSON}' "
        f"WHEN kind IN ('placeholder', 'unknown') OR NOT {accepted} THEN '{Verdict.MALFORMED}' ELSE '' END AS verdict "
        f"FROM (SELECT *, {sql.classify('value', 'status')} AS kind FROM ("
        f"SELECT position, code, name, value, {sql.uscc_status('value', 'remainder')} AS status FROM ("
        f"SELECT *, {remainder} AS remainder FROM (SELECT *, {words}, {tables} FROM ("
        f"SELECT position, code, name, {sql.normalise_code('code')} AS value FROM {rows})))))"
    )


def _put_reach(con: duckdb.DuckDBPyConnection, viewer: Viewer) -> None:
    """Make ``reach``: the regions and kinds of subjects that exist for the viewer."""
    asked = con.execute("SELECT DISTINCT region, is_natural FROM holders").fetchall()
    seen = [[r, n] for r, n in asked if access.may_see_subject(viewer, Subject(region=r, natural=n))]
    con.execute("CREATE OR REPLACE TABLE reach (region VARCHAR, is_natural BOOLEAN)")
    if seen:
        con.executemany("INSERT INTO reach VALUES (?, ?)", seen)


def _judged(item: CheckItem) -> str:
    """The rows with their subjects, of which the first alone counts, and the verdicts where nothing is read."""
    targets = ", ".join(map(literal, item.targets))
    return f"""
        SELECT position, code, name, value, subject_name, type, region, is_natural,
               CASE WHEN again THEN NULL WHEN in_reach THEN subject END AS subject, subject AS holder,
               CASE WHEN verdict <> '' THEN verdict WHEN again THEN '{Verdict.DOUBLED}'
                    WHEN subject IS NULL OR NOT in_reach THEN '{Verdict.UNKNOWN}'
                    WHEN type NOT IN ({targets}) THEN '{Verdict.NOT_TARGET}' ELSE '' END AS verdict
        FROM (SELECT *, verdict = '' AND (nth_of_value > 1 OR (subject IS NOT NULL AND nth_of_subject > 1)) AS again FROM (
            SELECT t.*, h.subject, h.subject_name, h.type, h.region, h.is_natural, r.region IS NOT NULL AS in_reach,
                   row_number() OVER (PARTITION BY t.value ORDER BY position) AS nth_of_value,
                   row_number() OVER (PARTITION BY h.subject ORDER BY position) AS nth_of_subject
            FROM told AS t LEFT JOIN holders AS h ON h.value = t.value AND t.verdict = ''
            LEFT JOIN reach AS r ON r.region = h.region AND r.is_natural = h.is_natural))
    """


def _expect_others(con: duckdb.DuckDBPyConnection, actor: Actor, barred: Collection[int]) -> None:
    """Raise ``OwnMatter`` where a row is about a subject that the actor stands for."""
    own = con.execute(
        "SELECT holder FROM judged WHERE holder IN (SELECT unnest(?::BIGINT[])) ORDER BY position LIMIT 1",
        [list(barred)],
    ).fetchone()
    if own is not None:
        raise own_matter(actor, f"subject:{own[0]}")


def _shown(con: duckdb.DuckDBPyConnection) -> str:
    """The rows as they are kept: of a person nothing, of who is in the register its name, of others what stands there,
    without personal numbers."""
    con.execute(
        f"CREATE OR REPLACE TABLE stated AS SELECT position, code, name, "
        f"CASE WHEN {personal.likely(['code', 'name'])} THEN {personal.folded(['code', 'name'])} END AS folded "
        f"FROM judged WHERE subject IS NULL AND verdict <> '{Verdict.PERSON}'"
    )
    masked = "folded"
    if con.execute("SELECT 1 FROM stated WHERE folded IS NOT NULL LIMIT 1").fetchone():
        for n, one in enumerate(personal.PASSES):  # each a step of its own: within one another they take long to plan
            con.execute(f"CREATE OR REPLACE TABLE stated AS SELECT *, {one(masked)} AS pass{n} FROM stated")
            masked = f"pass{n}"
    code, name = (
        f"CASE WHEN regexp_full_match(s.{column}, '[0-9a-f]{{32,}}') THEN s.{column} "
        f"ELSE {personal.chosen(f's.{column}', place, 's.folded', f's.{masked}')} END"
        for place, column in ((1, "code"), (2, "name"))
    )
    person, bare = f"j.verdict = '{Verdict.PERSON}'", "j.subject IS NOT NULL AND j.is_natural"
    return (
        f"SELECT j.position, left(CASE WHEN {person} THEN '{WITHHELD}' WHEN {bare} THEN '' "
        f"WHEN j.subject IS NOT NULL THEN j.code ELSE {code} END, 64) AS code, "
        f"left(CASE WHEN {person} OR {bare} THEN '' WHEN j.subject IS NOT NULL THEN j.subject_name ELSE {name} END, 400) "
        "AS name, j.subject, j.type, j.region, j.is_natural, j.verdict FROM judged AS j LEFT JOIN stated AS s USING (position)"
    )


def _missed() -> str:
    return f"SELECT code FROM asked WHERE verdict = '{Verdict.UNKNOWN}' ORDER BY position LIMIT 1"


def _put_kept(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """Make ``KEPT`` and ``MEMBERS`` (``subject``) in PostgreSQL, and ``clusters(subject, kept)`` beside ``asked``."""
    with pg_cursor() as cursor:
        temporary(cursor, KEPT, "subject bigint")
        temporary(cursor, MEMBERS, "subject bigint")
    to_postgres(con, "SELECT subject FROM asked WHERE verdict = ''", KEPT, ("subject",))
    with pg_cursor() as cursor:
        cursor.execute(f"ANALYZE {KEPT}")
    absorbed = f"SELECT s.id, s.merged_into_id FROM subjects_subject s JOIN {KEPT} k ON k.subject = s.merged_into_id"
    to_duckdb(con, absorbed, "absorbed", {"subject": "BIGINT", "kept": "BIGINT"}, workdir)
    con.execute(
        "CREATE OR REPLACE TABLE clusters AS SELECT subject, kept FROM absorbed "
        "UNION ALL SELECT subject, subject FROM asked WHERE verdict = ''"
    )
    to_postgres(con, "SELECT subject FROM clusters", MEMBERS, ("subject",))
    with pg_cursor() as cursor:
        cursor.execute(f"ANALYZE {MEMBERS}")
