"""The identity that a row states, as a steward decides about it.

Invariant: rows of one key state one identity, so that one decision serves them all: the same strongest number with
the same name, or without any number the same name from the same provider. A natural person's row states none: it
is told by an identity number or not at all.
"""

from __future__ import annotations

import duckdb

from quanxin.engine.normalise import literal
from quanxin.policy import Rules
from quanxin.runtime.batch_rows import BatchRows
from quanxin.subjects.matching import STATED


def state(con: duckdb.DuckDBPyConnection, rules: Rules, *, several: BatchRows) -> None:
    """Make ``stated(row_no, stated, key)`` from ``judged`` and ``outcome`` for the rows that are to be held."""
    natural = ", ".join(literal(key) for key, kind in rules.subject_types.items() if kind.natural) or "''"
    con.execute(
        f"""
        CREATE OR REPLACE TABLE stated AS
        WITH told AS (
            SELECT row_no, _code AS code, _registration_number AS registration, _organisation_code AS organisation,
                   _identity AS identity, _name AS name, _name_text AS text, _subject_type AS type
            FROM judged JOIN outcome o USING (row_no) LEFT JOIN assigned a USING (row_no)
            WHERE o.bucket = 'unlinked' OR a.decision IS NOT NULL
        ), identified AS (
            SELECT *, {STATED["kind"]} AS kind, {STATED["value"]} AS value
            FROM told WHERE identity IS NULL AND coalesce(type NOT IN ({natural}), true)
        )
        SELECT row_no, md5(concat_ws(chr(31), kind, value, coalesce(name, ''),
                                     CASE WHEN kind = 'name' THEN {several.provider("row_no")} END)) AS key,
               to_json(struct_pack(kind := kind, value := value, name := coalesce(text, ''), norm := coalesce(name, ''),
                   code := coalesce(code, ''), registration := coalesce(registration, ''),
                   organisation := coalesce(organisation, ''), type := coalesce(type, ''))) AS stated
        FROM identified WHERE kind IS NOT NULL
        """
    )
