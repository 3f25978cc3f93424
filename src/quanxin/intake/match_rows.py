"""Tying checked rows to subjects: matching, enrolling, renaming.

Invariant: after ``link`` each row has a subject, or a reason in ``issues`` why it has none; a row about another provider's
record changes nothing in the register; who may make a subject is said by the catalogue resource (``role: enrol``), and by
law for natural persons, whom no register lists beforehand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from quanxin.accounts import Actor
from quanxin.calendar import today
from quanxin.intake import own_rows, ownership
from quanxin.policy.model import Resource
from quanxin.runtime.batch_rows import BatchRows
from quanxin.runtime.bridge import put
from quanxin.runtime.keys import sealing
from quanxin.subjects.matching import match
from quanxin.subjects.models import IDENTITY
from quanxin.subjects.register import (
    add_codes,
    add_registration_numbers,
    enrol,
    find_contradicting_names,
    find_shared_names,
    lock_register,
    rename,
)


def link(
    con: duckdb.DuckDBPyConnection,
    resource: Resource,
    *,
    several: BatchRows,
    actors: Sequence[Actor],
    at: dt.datetime,
    workdir: Path,
) -> tuple[dict[int, int], int]:
    """Make ``assigned(row_no, subject_id, bad, decision)``, ``current`` and ``others`` (``ownership``), and ``own``
    (``own_rows``) from ``judged``; return how many were enrolled, for each batch that enrolled any, and how many were renamed.
    ``actors`` are who hands each batch in.

    Adds what it finds to ``issues``. Runs within the batches' transaction. An enrolling resource's batch comes alone.
    """
    batch = several.batches[0]
    seal_identities(con)
    con.execute(
        "CREATE OR REPLACE TABLE incoming AS SELECT c.row_no, c._code AS code, c._registration_number AS registration, "
        "c._organisation_code AS organisation, i.blind AS identity, c._name AS name, c._event_date AS day "
        "FROM judged c LEFT JOIN identities i ON i.text = c._identity WHERE c._duplicate_of IS NULL AND "
        "coalesce(c._code, c._registration_number, c._organisation_code, c._identity, c._name) IS NOT NULL"
    )
    enrolling = resource.subject.role == "enrol"
    if enrolling or con.execute("SELECT count(*) FROM identities").fetchone() != (0,):
        lock_register()
    match(con, workdir, provider=several.provider("row_no"), enrolling=enrolling)
    own_rows.find(con, resource, several=several, actors=actors)
    con.execute("DROP TABLE incoming")
    unknown = con.execute("SELECT 1 FROM matched WHERE problem = 'subject-unknown' LIMIT 1").fetchone()
    made = _enrol(con, resource, several=several, at=at) if unknown else {}
    ownership.find(con, resource, several=several, day=today(), workdir=workdir)
    renamed = _rename(con, batch=batch, at=at) if enrolling else 0
    if enrolling:
        add_registration_numbers(con, batch=batch, at=at)
        add_codes(con, batch=batch, at=at)
        find_shared_names(batch=batch, at=at)
    _report(con, enrolling)
    own_rows.report(con, several=several, actors=actors)
    if enrolling:
        _find_contradictions(con, batch=batch, at=at)
    return made, renamed


def seal_identities(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``identities(text, blind, sealed)``: each identity number with its blind index and its sealed form.

    Runs in the transaction that writes them: their key stands until it ends.
    """
    texts = [t for (t,) in con.execute("SELECT DISTINCT _identity FROM judged WHERE _identity IS NOT NULL").fetchall()]
    sealer = sealing() if texts else None
    made = pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "blind": pa.array([sealer.blind_index(t) for t in texts] if sealer else [], pa.string()),
            "sealed": pa.array([rf"\x{sealer.seal(t, IDENTITY).hex()}" for t in texts] if sealer else [], pa.string()),
        }
    )
    put(con, "identities", made)


def _enrol(
    con: duckdb.DuckDBPyConnection, resource: Resource, *, several: BatchRows, at: dt.datetime
) -> dict[int, int]:
    """Enrol sound rows that no subject matches: by code where the resource enrols, natural persons anywhere."""
    by_code = "c._code IS NOT NULL" if resource.subject.role == "enrol" else "false"
    con.execute(
        f"""
        CREATE OR REPLACE TABLE enrolling AS
        SELECT c.row_no, CASE WHEN i.text IS NULL THEN 'uscc' ELSE 'identity' END AS kind,
               coalesce(i.blind, c._code) AS value, i.sealed, c._registration_number AS registration, c._name AS name,
               c._name_text AS name_text, c._subject_type AS type, i.text IS NOT NULL AS person,
               CASE WHEN i.text IS NULL THEN substr(c._code, 3, 6) END AS region, c._stated_on AS day,
               NULL::BIGINT AS subject_id
        FROM judged c JOIN matched m USING (row_no) LEFT JOIN identities i ON i.text = c._identity
        WHERE m.problem = 'subject-unknown' AND NOT m.anothers AND NOT c._failed
          AND c._name IS NOT NULL AND c._subject_type IS NOT NULL AND (i.text IS NOT NULL OR {by_code})
        QUALIFY row_number() OVER (PARTITION BY value ORDER BY c.row_no) = 1
        """
    )
    made = enrol(con, several=several, at=at)
    con.execute(
        """
        UPDATE matched SET subject_id = e.subject_id, problem = CASE WHEN e.name = c._name THEN NULL
                                                                     ELSE 'subject-name-mismatch' END
        FROM judged c LEFT JOIN identities i ON i.text = c._identity
        JOIN enrolling e ON e.value = coalesce(i.blind, c._code)
        WHERE c.row_no = matched.row_no AND matched.problem = 'subject-unknown'
        """
    )
    part = several.part("row_no")
    counts = dict(con.execute(f"SELECT {part}, count(*) FROM newcomers GROUP BY ALL").fetchall()) if made else {}
    con.execute("DROP TABLE enrolling")
    con.execute("DROP TABLE IF EXISTS newcomers")
    return counts


def _rename(con: duckdb.DuckDBPyConnection, *, batch: str, at: dt.datetime) -> int:
    """Rename by the rows of the register itself that are of a later day than the name they replace."""
    con.execute(
        """
        CREATE OR REPLACE TABLE renaming AS
        SELECT m.subject_id, c._name AS name, c._name_text AS name_text, c._stated_on AS day, c.row_no
        FROM matched m JOIN judged c USING (row_no)
        WHERE NOT c._failed AND m.subject_id IS NOT NULL AND m.problem = 'subject-name-mismatch' AND m.how <> 'decision'
          AND c._name IS NOT NULL AND c._stated_on > m.current_stated_on
        QUALIFY count(*) OVER (PARTITION BY m.subject_id) = 1
        """
    )
    con.execute("UPDATE matched SET problem = NULL FROM renaming r WHERE r.row_no = matched.row_no")
    con.execute("DELETE FROM renaming USING matched m WHERE m.row_no = renaming.row_no AND m.anothers")
    return rename(con, batch=batch, at=at)


def _report(con: duckdb.DuckDBPyConnection, enrolling: bool) -> None:
    """Turn what matching found into issues and ``assigned``; a register's own contradiction has its own code."""
    mismatch = "code-two-names" if enrolling else "subject-name-mismatch"
    # a row that failed, and would have made its subject: that it has none is no further fault of it
    would_make = "true" if enrolling else "c._identity IS NOT NULL"
    sound = f"AND NOT (m.problem = 'subject-unknown' AND c._failed AND {would_make})"
    con.execute(
        f"""
        INSERT INTO issues (row_no, code, severity, value)
        SELECT m.row_no, CASE WHEN m.problem = 'subject-name-mismatch' THEN '{mismatch}' ELSE m.problem END,
               CASE WHEN m.problem = 'subject-name-mismatch' THEN 'error' ELSE 'warning' END, c._name_text
        FROM matched m JOIN judged c USING (row_no) WHERE m.problem IS NOT NULL {sound}
        """
    )
    con.execute(
        "CREATE OR REPLACE TABLE assigned AS SELECT row_no, subject_id, "
        "coalesce(problem = 'subject-name-mismatch', false) OR row_no IN (SELECT row_no FROM own) AS bad, decision FROM matched"
    )


def _find_contradictions(con: duckdb.DuckDBPyConnection, *, batch: str, at: dt.datetime) -> None:
    """One code under several names, within the file or against the register, is a finding."""
    find_contradicting_names(
        con,
        "SELECT c._code, list_distinct(array_agg(c._name_text) || array_agg(m.current_norm)) FROM judged c "
        "JOIN issues i USING (row_no) JOIN matched m USING (row_no) WHERE i.code IN ('code-two-names', "
        "'conflict-in-batch') AND c._code IS NOT NULL AND c._name_text IS NOT NULL GROUP BY c._code "
        "HAVING count(DISTINCT c._name) > 1 OR any_value(m.current_norm) IS NOT NULL",
        batch=batch,
        at=at,
    )
