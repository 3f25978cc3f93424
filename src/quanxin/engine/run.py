"""Running a program over a source.

Invariant: ``judged`` and ``checked`` have one row for each row of the source and ``issues`` one for each finding; none
depends on the order of the rows. ``judged`` is what was found of a row; ``checked`` has its values and fingerprint too.
Of many rows these are not kept but read from the source again where they are asked for, so that memory does not grow
with what the rows say. Of rows that repeat each other to the letter the first stays; rows that contradict each other
under one key all fail, for nobody can tell which is right.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from quanxin.engine.normalise import literal, quoted
from quanxin.engine.prepared import Prepared, names_of
from quanxin.engine.program import BITS, Program

# Whom a row is about, by the strongest identifier that it carries.
SLOT = "coalesce('c' || _code, 'r' || _registration_number, 'o' || _organisation_code, 'i' || _identity, 'n' || _name)"
FEW = 2000  # rows of a source for which plans are not optimised
# What a row's natural key is known by, in the archive too.
KEY_HASH = "CAST(md5(_key) AS UUID)"
ALIKE = f"SELECT row_no, {SLOT} AS slot, _key, _content FROM {{checked}} WHERE NOT _failed"
# The same, of the rows whose hash another shares: few are left to be looked at closely.
ALIKE_BY_HASH = (
    f"SELECT j.row_no, {SLOT} AS slot, j._key_hash AS _key, p._content FROM {{checked}} j JOIN prints p USING (row_no) "
    "WHERE NOT j._failed"
)
OFTEN = (
    f"WITH slots AS (SELECT row_no, hash({SLOT}, _key_hash) AS h FROM judged WHERE NOT _failed), "
    "often AS (SELECT h FROM slots GROUP BY h HAVING count(*) > 1) SELECT row_no FROM slots SEMI JOIN often USING (h)"
)
KEPT_WHOLE = "SELECT 1 FROM duckdb_tables() WHERE table_name = 'checked' AND database_name = current_database()"
ISSUES = "row_no BIGINT, code VARCHAR, severity VARCHAR, field VARCHAR, value VARCHAR, check_key VARCHAR"


def check(con: duckdb.DuckDBPyConnection, program: Program, source: str, standing: Prepared | None = None) -> None:
    """Make ``judged``, ``checked`` and ``issues`` from the table or view ``source``, which must last as long as they.

    ``source`` has ``row_no BIGINT`` and a VARCHAR for each of the program's columns, perhaps ``_surplus``. A connection
    that keeps programs prepared runs ``program`` from its ``standing``; its source may lack some of the columns.
    """
    few = standing is not None or _settle_planning(con, source)
    if standing is not None:
        standing.run(program, source)
    elif few:
        con.execute(f"CREATE OR REPLACE TABLE checked AS SELECT * FROM {program.over(source)}")
    if few:
        con.execute("ALTER TABLE checked ADD COLUMN _duplicate_of BIGINT")
        judge(con, program)
    else:
        _judge_many(con, program, source)
    con.execute(f"CREATE OR REPLACE TABLE issues ({ISSUES})")
    there = names_of(con, source)
    for mask, found in enumerate(_flagged(con, program)):
        if found:
            con.execute(f"INSERT INTO issues {told(program, mask, 'judged', source, there)}")
    if "_surplus" in there:
        con.execute(f"INSERT INTO issues {surplus(source)}")
    _find_repeated(con, program, source, "checked" if few else "judged")


def judge(con: duckdb.DuckDBPyConnection, program: Program) -> None:
    """Make ``judged`` of a table ``checked`` that keeps everything."""
    con.execute(
        f"CREATE OR REPLACE VIEW judged AS SELECT row_no, {', '.join(program.verdicts)}, {KEY_HASH} AS _key_hash, "
        "_duplicate_of FROM checked"
    )


def _judge_many(con: duckdb.DuckDBPyConnection, program: Program, source: str) -> None:
    verdicts = ", ".join(program.verdicts)
    con.execute(
        f"CREATE OR REPLACE TABLE judged AS SELECT row_no, {verdicts}, {KEY_HASH} AS _key_hash, "
        f"CAST(NULL AS BIGINT) AS _duplicate_of FROM {program.over(source)}"
    )
    values = ", ".join(f"v.{quoted(f.key)}" for f in program.resource.fields)
    kept = ", ".join(f"j.{c}" for c in program.verdicts)
    con.execute(
        f"CREATE OR REPLACE VIEW checked AS SELECT row_no, {values}, {kept}, v._key, v._content, j._duplicate_of "
        f"FROM judged j JOIN {program.over(source)} v USING (row_no)"
    )


def fingerprint(con: duckdb.DuckDBPyConnection, program: Program, source: str, rows: str) -> None:
    """Make ``prints(row_no, _content)``, of the rows of the SELECT ``rows(row_no)`` at least."""
    if con.execute(KEPT_WHOLE).fetchone() is not None:
        con.execute("CREATE OR REPLACE VIEW prints AS SELECT row_no, _content FROM checked")
        return
    con.execute(f"CREATE OR REPLACE TABLE asked_prints AS {rows}")
    if con.execute("SELECT 1 FROM asked_prints LIMIT 1").fetchone() is None:
        con.execute("CREATE OR REPLACE TABLE prints (row_no BIGINT, _content UUID)")
        return
    asked = f"(SELECT * FROM {source} SEMI JOIN asked_prints USING (row_no))"
    con.execute(f"CREATE OR REPLACE TABLE prints AS SELECT row_no, _content FROM {program.over(asked)}")


def _flagged(con: duckdb.DuckDBPyConnection, program: Program) -> tuple[bool, ...]:
    """For each mask whether any row of ``judged`` has one of its bits."""
    if not program.masks:
        return ()
    found = con.execute(f"SELECT {', '.join(f'bool_or({m} <> 0)' for m in program.masks)} FROM judged").fetchone()
    return tuple(bool(any_) for any_ in found or ())


def _settle_planning(con: duckdb.DuckDBPyConnection, source: str) -> bool:
    """Plan as plainly as can be for a few rows: optimising the long query takes longer than running it on them.

    Returns whether they are few.
    """
    few = con.execute(f"SELECT count(*) <= {FEW} FROM (SELECT 1 FROM {source} LIMIT {FEW + 1})").fetchone() == (True,)
    con.execute("PRAGMA disable_optimizer" if few else "PRAGMA enable_optimizer")
    return few


def told(program: Program, mask: int, checked: str, source: str, there: Collection[str]) -> str:
    """The issues that the bits of one mask stand for, each with the text as the department wrote it, as a SELECT.

    ``there`` are the columns that the source has.
    """
    tests = program.tests[mask * BITS : (mask + 1) * BITS]
    written = [c for c in program.columns if c in there]
    told = [(bit, t, field) for bit, t in enumerate(tests) for field in (written if t.cells else [t.field])]
    rows = ", ".join(f"({bit}, '{t.code}', '{t.severity}', {_text(f)}, {_text(t.check)})" for bit, t, f in told)
    columns = dict.fromkeys(field for _, _, field in told if field in written)
    values = " ".join(f"WHEN {literal(c)} THEN s.{quoted(c)}" for c in columns if c is not None)
    value = f"CASE t.field {values} END" if values else "CAST(NULL AS VARCHAR)"
    bits = program.masks[mask]
    query = (
        f"WITH flagged AS MATERIALIZED (SELECT row_no, {bits} AS mask FROM {checked} "
        f"WHERE {bits} <> 0), told AS MATERIALIZED (SELECT f.row_no, t.* FROM flagged f "
        f"JOIN (VALUES {rows}) t(bit, code, severity, field, check_key) ON (f.mask >> t.bit) & 1 = 1) "
        f"SELECT t.row_no, t.code, t.severity, t.field, {value} AS value, t.check_key "
        f"FROM told t JOIN {source} s ON s.row_no = t.row_no"
    )
    cells = " ".join(f"WHEN '{t.code}' THEN regexp_matches(value, {literal(t.cells)})" for t in tests if t.cells)
    return f"SELECT * FROM ({query}) AS found WHERE CASE code {cells} ELSE true END" if cells else query


def surplus(source: str) -> str:
    """The issues of cells beyond the columns, as a SELECT."""
    return (
        "SELECT row_no, 'cells-beyond-columns', 'warning', NULL, _surplus, NULL "
        f"FROM {source} WHERE _surplus IS NOT NULL"
    )


def repeated(checked: str, alike: str) -> str:
    """The rows of one subject and key among those that passed, repeats and contradictions, as a SELECT.

    ``alike`` is a SELECT of ``checked`` (row_no, slot, _key, _content), of no fewer rows than these.
    """
    return (
        "SELECT row_no, first_row, conflict FROM (SELECT row_no, min(row_no) OVER same AS first_row, "
        "min(_content) OVER same <> max(_content) OVER same AS conflict, count(*) OVER same AS times "
        f"FROM ({alike.format(checked=checked)}) AS alike WINDOW same AS (PARTITION BY slot, _key)) AS counted "
        "WHERE times > 1"
    )


def repeated_told(repeated: str) -> str:
    """The issues of repeated rows, as a SELECT."""
    return (
        "SELECT row_no, CASE WHEN conflict THEN 'conflict-in-batch' ELSE 'duplicate-in-batch' END, "
        f"CASE WHEN conflict THEN 'error' ELSE 'note' END, NULL, NULL, NULL FROM {repeated} "
        "WHERE conflict OR row_no <> first_row"
    )


def _find_repeated(con: duckdb.DuckDBPyConnection, program: Program, source: str, table: str) -> None:
    """Mark the rows of ``table`` (``checked`` or ``judged``, whichever is no view) that repeat or contradict others."""
    alike = ALIKE
    if table == "judged":
        fingerprint(con, program, source, OFTEN)
        alike = ALIKE_BY_HASH
    con.execute(f"CREATE OR REPLACE TABLE repeated AS {repeated(table, alike)}")
    if con.execute("SELECT 1 FROM repeated LIMIT 1").fetchone() is None:
        return
    con.execute(f"UPDATE {table} SET _failed = true FROM repeated r WHERE r.row_no = {table}.row_no AND r.conflict")
    con.execute(
        f"UPDATE {table} SET _duplicate_of = r.first_row FROM repeated r "
        f"WHERE r.row_no = {table}.row_no AND NOT r.conflict AND r.row_no <> r.first_row"
    )
    con.execute(f"INSERT INTO issues {repeated_told('repeated')}")


def _text(text: str | None) -> str:
    return "NULL" if text is None else literal(text)
