"""Whether what a row tells is older than whom it tells it of.

Invariant: the founding day is the one that the registers hold at that moment, of the subject that the row was matched
with; the row is warned of and goes its way.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from quanxin.engine.normalise import literal
from quanxin.policy import Rules
from quanxin.policy.model import Resource
from quanxin.runtime.bridge import ask

CODE = "older-than-subject"


def warn_of_older(con: duckdb.DuckDBPyConnection, resource: Resource, rules: Rules, workdir: Path) -> None:
    """Add to ``issues`` the rows of ``judged`` whose event is of a day before their subject's first (V05).

    Needs ``assigned(row_no, subject_id, …)``. A register's own rows say when their subject began.
    """
    registers = [r.key for r in rules.resources.values() if r.subject.role == "enrol" and r.event_date]
    if resource.subject.role == "enrol" or not resource.event_date or not registers:
        return
    dated = "judged c JOIN assigned a USING (row_no) WHERE a.subject_id IS NOT NULL AND c._event_date IS NOT NULL"
    query = (
        "SELECT r.subject_id, min(r.event_date) FROM dated_subject d JOIN archive_record r ON r.subject_id = d.subject_id "
        f"AND r.superseded_at IS NULL AND r.resource IN ({', '.join(map(literal, sorted(registers)))}) "
        "WHERE r.event_date > d.first GROUP BY r.subject_id"
    )
    ask(
        con,
        f"SELECT a.subject_id, min(c._event_date) AS first FROM {dated} GROUP BY a.subject_id",
        "dated_subject",
        {"subject_id": "bigint", "first": "date"},
        query,
        "founded",
        {"subject_id": "BIGINT", "day": "DATE"},
        workdir,
    )
    con.execute(
        f"INSERT INTO issues (row_no, code, severity, field, value) SELECT row_no, '{CODE}', 'warning', "
        f"{literal(resource.event_date)}, CAST(c._event_date AS VARCHAR) FROM {dated} "
        "AND EXISTS (SELECT 1 FROM founded f WHERE f.subject_id = a.subject_id AND f.day > c._event_date)"
    )
