"""The rules on Spark: the same values, codes and fingerprints, row by row, as on DuckDB.

Resources put together to hold every construct of the rules are run; with EVERY_RESOURCE=1 in the environment, all that
the rules have.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from quanxin import engine
from quanxin.engine import spark as on_spark
from quanxin.identifiers.personal_numbers import mask
from quanxin.policy import load
from quanxin.policy.model import Resource
from tests.engine.constructs import covering
from tests.engine.corpus import Row, every_value, rows_of
from tests.identifiers.masking import masking
from tests.spark import needed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PACK = load("jinan")
RULES = PACK.on(dt.date(2026, 11, 23))
ISSUES = "row_no, code, severity, field, value, check_key"

pytestmark = [pytest.mark.spark, needed]


RESOURCES = (
    [RULES.resources[key] for key in sorted(RULES.resources)] if os.environ.get("EVERY_RESOURCE") else covering(RULES)
)


def checked_by_both(
    spark: SparkSession, resource: Resource, folder: Path, rows: Sequence[Row]
) -> duckdb.DuckDBPyConnection:
    """A connection with ``checked`` and ``issues`` as DuckDB makes them, and ``checked_there``, ``issues_there``."""
    columns = [f.key for f in resource.fields]
    tiers, overrides = PACK.tiers_of(resource.key), PACK.overrides_of(resource.key)
    program = engine.compile(resource, RULES, columns=columns, tiers=tiers, overrides=overrides)
    con = duckdb.connect()
    spec = ", ".join(f'"{c}" VARCHAR' for c in (*columns, "_surplus"))
    con.execute(f"CREATE TABLE source (row_no BIGINT, {spec})")
    con.executemany(
        f"INSERT INTO source VALUES ({', '.join('?' * (len(columns) + 2))})",
        [[n, *(row[c] for c in columns), "beyond" if n % 7 == 0 else None] for n, row in enumerate(rows, 1)],
    )
    engine.check(con, program, "source")
    con.execute(f"COPY source TO '{folder}/source.parquet'")
    spark.read.parquet(f"{folder}/source.parquet").createOrReplaceTempView("source")
    there = on_spark.check(spark, program, "source", f"{folder}/judged")
    there.checked.write.parquet(f"{folder}/checked")
    there.issues.write.parquet(f"{folder}/issues")
    for name in ("checked", "issues"):
        con.execute(f"CREATE VIEW {name}_there AS SELECT * FROM '{folder}/{name}/*.parquet'")
    return con


def differing(con: duckdb.DuckDBPyConnection) -> list[tuple[str, object]]:
    """Columns of ``checked`` with a row where the engines differ, and issues that one of them has alone."""
    found: list[tuple[str, object]] = []
    for name in [row[0] for row in con.execute("DESCRIBE checked").fetchall()]:
        there = "CAST(t._content AS UUID)" if name == "_content" else f't."{name}"'
        rows = con.execute(
            f'SELECT row_no, CAST(c."{name}" AS VARCHAR), CAST({there} AS VARCHAR) FROM checked c '
            f'FULL JOIN checked_there t USING (row_no) WHERE CAST(c."{name}" AS VARCHAR) '
            f"IS DISTINCT FROM CAST({there} AS VARCHAR) LIMIT 3"
        ).fetchall()
        found += [(name, row) for row in rows]
    for here, there in (("issues", "issues_there"), ("issues_there", "issues")):
        rows = con.execute(f"SELECT {ISSUES} FROM {here} EXCEPT ALL SELECT {ISSUES} FROM {there} LIMIT 3").fetchall()
        found += [(here, row) for row in rows]
    return found


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.key)
def test_every_construct_finds_the_same_in_every_row(local: SparkSession, resource: Resource, tmp_path: Path) -> None:
    rows = [*rows_of(resource, RULES, 60), *every_value(resource, RULES)]
    con = checked_by_both(local, resource, tmp_path, rows)
    assert differing(con) == []
    kinds = con.execute("SELECT count(*) FILTER (WHERE _failed), count(*) FILTER (WHERE NOT _failed) FROM checked")
    failed, passed = kinds.fetchall()[0]
    assert failed
    assert failed + passed == len(rows)


def test_repeats_and_contradictions_are_the_same_rows(local: SparkSession, tmp_path: Path) -> None:
    resource = RULES.resources["abnormal-operations"]
    con = checked_by_both(local, resource, tmp_path, rows_of(resource, RULES, 1500))
    assert differing(con) == []
    codes = dict(con.execute("SELECT code, count(*) FROM issues GROUP BY code").fetchall())
    assert codes["duplicate-in-batch"]
    assert codes["conflict-in-batch"]
    con.execute("UPDATE checked SET _failed = NOT _failed WHERE row_no = 3")
    con.execute("DELETE FROM issues WHERE row_no = (SELECT min(row_no) FROM issues)")
    assert {name for name, _ in differing(con)} == {"_failed", "issues_there"}  # a row that differs is seen


def test_persons_numbers_in_texts_are_masked_alike(local: SparkSession) -> None:
    parts = (
        "身份证37010219800615001X", "370102202401150012", "３７０１０２１９８００６１５００１ｘ", "13800000000", "wx13800000000",
        "138 0000 0000", "6222021234567890128", "6222021234567890123", "6222 0212 3456 7890 128", "证件号：370102800615001",
        "370102800615001", "91370102MA3C0001X1", "+86 138-0013-8000", "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "护照E12345678",
        "3701021980\n0615001X", "370102-19800615-0017", "济历罚〔2025〕1号", "，", "\n", "元", "12", "", " x ",
    )  # fmt: skip
    texts = [before + part + after for before in parts for part in parts for after in parts[-7:]]
    local.createDataFrame([(n, t) for n, t in enumerate(texts)], "n INT, x STRING").createOrReplaceTempView("texts")
    found = local.sql(on_spark.translated(masking("texts"), [])).collect()
    assert [row[0] for row in found] == [mask(t) for t in texts]


MENDED = (
    "regexp_matches(x, 'b$')", "regexp_matches(x, '^a.c')", "regexp_matches(x, 'c$|[$]')", "regexp_full_match(x, 'a.*')",
    "regexp_extract(x, '(a.*)$', 1)", "regexp_extract(x, '^(.*)c', 1)", "regexp_replace(x, '(b)$', '<\\1>$1', 'g')",
    "regexp_replace(x, '.', '-', 'g')", "string_split_regex(x, '.b$')", "CAST(TRY_CAST(x AS DATE) AS VARCHAR)", "strlen(x)",
    "list_extract([x, 'second'], 2)", "list_extract([x], 2)", "len(list_filter([x, 'b'], lambda t: t = 'b'))",
    "list_has_all([x, 'b'], ['b', 'c'])", "[x, 'b'] && ['c', 'ab']",
    "TRY_CAST(TRY_CAST(encode(substr(x, 1, 8)) AS BIT) AS BIGINT)",
)  # fmt: skip


def test_what_the_translation_mends_says_the_same_of_texts_made_to_tell(local: SparkSession) -> None:
    texts = ["", "b", "c", "ab", "abc", "$"]
    texts += [
        f"a{between}c{after}" for between in "b\n\r\x85\u2028𠮷" for after in ("", "\n", "\r", "\r\n", "b\n", "\u2028b")
    ]
    texts += [
        "2024-1-5",
        "2024/1/5",
        "2024-02-30",
        "2024",
        "2024-1",
        "2024-1/5",
        "٢٠٢٤-01-05",
    ]
    asked = f"SELECT {', '.join(f'{what} AS c{n}' for n, what in enumerate(MENDED))} FROM texts ORDER BY n"
    with duckdb.connect() as con:
        con.execute("CREATE TABLE texts AS SELECT unnest(range(len($1))) AS n, unnest($1) AS x", [texts])
        here = con.execute(asked).fetchall()
    local.createDataFrame(list(enumerate(texts)), "n INT, x STRING").createOrReplaceTempView("texts")
    there = local.sql(on_spark.translated(asked, [])).collect()
    found = zip(texts, here, map(tuple, there), strict=True)
    assert [
        (text, MENDED[n], a, b) for text, r, t in found for n, (a, b) in enumerate(zip(r, t, strict=True)) if a != b
    ] == []


@pytest.mark.parametrize("expression", ["regexp_replace(x, 'a', 'b')", "regexp_matches(x, y)", "list_sum(x)"])
def test_what_has_no_translation_is_refused(expression: str) -> None:
    resource = RULES.resources["credit-honour"]
    with pytest.raises(on_spark.NotTranslated):
        on_spark.translated(f"SELECT {expression} FROM source", resource.fields)
