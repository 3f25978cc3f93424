"""What a check says of many: ``judging`` for any number of them, to the last sign of each digest.

Invariant: every text is the canonical JSON that Python writes of one result; what differs from row to row is put into it by SQL.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

import duckdb

from quanxin.checks.judging import canonical, digest_of, rule_of
from quanxin.checks.models import Result
from quanxin.engine.grounds import LISTED
from quanxin.engine.normalise import literal
from quanxin.policy.checks import CheckItem
from quanxin.runtime.pack import current_pack

Verdict = Result.Verdict


def put_results(
    con: duckdb.DuckDBPyConnection, item: CheckItem, day: dt.date, head: Mapping[str, Any]
) -> tuple[dict[str, int], str]:
    """Make ``results(position, subject_id, code, name, verdict, findings, digest)``; return how many there are of each
    verdict, and the digest of the check. The tables of ``whom`` and ``records`` are there."""
    _put_rules(con, item, day)
    con.execute(f"CREATE OR REPLACE TABLE findings AS {_findings()}")
    con.execute(
        "CREATE OR REPLACE TABLE by_subject AS SELECT kept, '[' || string_agg(said, ',' ORDER BY event_date DESC NULLS LAST, "
        "id DESC, list DESC) || ']' AS findings, bool_or(restricts) AS restricts FROM findings GROUP BY kept"
    )
    restricted = f"CASE WHEN b.restricts THEN '{Verdict.RESTRICTED}' WHEN b.kept IS NOT NULL THEN '{Verdict.HINT}'"
    con.execute(
        "CREATE OR REPLACE TABLE results AS SELECT *, sha256("
        + _written(
            {"check": digest_of(head), "item": item.key},
            {
                "position": "position", "subject": "coalesce(CAST(subject_id AS VARCHAR), 'null')", "code": _text("code"),
                "verdict": _text("verdict"), "findings": "findings",
            },
        )
        + ") AS digest FROM (SELECT a.position, a.subject AS subject_id, a.code, a.name, "
        f"CASE WHEN a.verdict <> '' THEN a.verdict ELSE {restricted} ELSE '{Verdict.CLEAR}' END END AS verdict, "
        "CASE WHEN a.verdict = '' AND b.kept IS NOT NULL THEN b.findings ELSE '[]' END AS findings "
        "FROM asked AS a LEFT JOIN by_subject AS b ON b.kept = a.subject)"
    )  # fmt: skip
    counts = con.execute("SELECT verdict, count(*) FROM results GROUP BY verdict ORDER BY verdict").fetchall()
    listed = """'[' || string_agg('"' || digest || '"', ',' ORDER BY position) || ']'"""
    digest = con.execute(f"SELECT sha256({_written(head, {'results': listed})}) FROM results").fetchall()[0][0]
    return dict(counts), digest


def _put_rules(con: duckdb.DuckDBPyConnection, item: CheckItem, day: dt.date) -> None:
    """Make ``said_of``: what a finding says of each measure, before, between and after its days."""
    rules = [rule for key, rule in current_pack().on(day).measures.items() if key in item.measures]
    con.execute("CREATE OR REPLACE TABLE said_of (measure VARCHAR, head VARCHAR, middle VARCHAR, tail VARCHAR)")
    since, until = uuid.uuid4().hex, uuid.uuid4().hex
    for rule in rules:
        text = canonical(rule_of(rule) | {"since": since, "until": until})
        con.execute("INSERT INTO said_of VALUES (?, ?, ?, ?)", [rule.key, *re.split(f'"(?:{since}|{until})"', text)])


def _findings() -> str:
    """Each finding as ``judging.finding`` says it, and whether a measure that is not suspended follows from it."""
    rule = f"concat(m.head, {_day('c.since')}, m.middle, {_day('c.until')}, m.tail)"
    listed = "'[' || coalesce(string_agg({}, ',' ORDER BY c.measure, c.ground) FILTER ({}), '') || ']'"
    said = _written({}, {
        "record": "'\"' || f.subject || '-' || f.id || '\"'", "resource": _text("f.resource"), "list": _text("f.list"),
        "since": _day("f.event_date"), "until": _day("f.until"), "source": _text("f.provider"),
        "disputed": "CAST(f.disputed AS VARCHAR)", "measures": listed.format(rule, "NOT c.suspended"),
        "suspended": listed.format(_text("c.measure"), "c.suspended"),
    })  # fmt: skip
    every = "f.kept, f.id, f.subject, f.resource, f.event_date, f.until, f.list, f.provider, f.disputed"
    return (
        f"SELECT f.kept, f.event_date, f.id, f.list, {said} AS said, coalesce(bool_or(NOT c.suspended), false) AS restricts "
        f"FROM found AS f LEFT JOIN consequences AS c ON c.id = f.id AND (f.list = '' OR c.ground = '{LISTED}' || f.list) "
        f"LEFT JOIN said_of AS m ON m.measure = c.measure GROUP BY {every}"
    )


def _written(fixed: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """VARCHAR: the canonical JSON of an object with what is ``fixed``, and items whose JSON is a SQL expression."""
    marks = {uuid.uuid4().hex: sql for sql in columns.values()}
    text = canonical({**fixed, **dict(zip(columns, marks, strict=True))})
    parts = re.split(f'"({"|".join(marks)})"', text)
    return f"concat({', '.join(marks.get(part) or literal(part) for part in parts)})"


def _text(column: str) -> str:
    """VARCHAR: a text as JSON, control characters as Python writes them."""
    odd = f"replace(replace({column}, '\\', '\\\\'), '\"', '\\\"')"
    for sign in map(chr, range(1, 32)):
        odd = f"replace({odd}, chr({ord(sign)}), '{json.dumps(sign)[1:-1]}')"
    plain = f"CAST(to_json({column}) AS VARCHAR)"
    return f"CASE WHEN regexp_matches({column}, '[\\x01-\\x1f]') THEN '\"' || {odd} || '\"' ELSE {plain} END"


def _day(column: str) -> str:
    """VARCHAR: a day as JSON."""
    return f"coalesce('\"' || CAST({column} AS VARCHAR) || '\"', 'null')"
