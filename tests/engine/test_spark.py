"""The rules on Spark: the same values, codes and fingerprints, row by row, as on DuckDB.

Resources that hold every construct of the rules between them are run; with EVERY_RESOURCE=1 in the environment, all.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from quanxin import engine
from quanxin.engine import spark as on_spark
from quanxin.identifiers.personal_numbers import mask
from quanxin.policy import load
from tests.engine.constructs import covering
from tests.engine.corpus import rows_of
from tests.identifiers.masking import masking
from tests.spark import INTERPRETED, LOCAL, needed, running

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PACK = load("jinan")
RULES = PACK.on(dt.date(2026, 11, 23))
ISSUES = "row_no, code, severity, field, value, check_key"

pytestmark = [pytest.mark.spark, needed]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    with running(LOCAL, **INTERPRETED) as session:
        yield session


def checked_by_both(spark: SparkSession, key: str, folder: Path, count: int) -> duckdb.DuckDBPyConnection:
    """A connection with ``checked`` and ``issues`` as DuckDB makes them, and ``checked_there``, ``issues_there``."""
    resource = RULES.resources[key]
    columns = [f.key for f in resource.fields]
    program = engine.compile(resource, RULES, columns=columns, tiers=PACK.tiers_of(key))
    con = duckdb.connect()
    spec = ", ".join(f'"{c}" VARCHAR' for c in (*columns, "_surplus"))
    con.execute(f"CREATE TABLE source (row_no BIGINT, {spec})")
    con.executemany(
        f"INSERT INTO source VALUES ({', '.join('?' * (len(columns) + 2))})",
        [
            [n, *(row[c] for c in columns), "beyond" if n % 7 == 0 else None]
            for n, row in enumerate(rows_of(resource, RULES, count), 1)
        ],
    )
    engine.check(con, program, "source")
    con.execute(f"COPY source TO '{folder}/source.parquet'")
    spark.read.parquet(f"{folder}/source.parquet").createOrReplaceTempView("source")
    there = on_spark.check(spark, program, "source")
    there.checked.write.parquet(f"{folder}/checked")
    there.issues.write.parquet(f"{folder}/issues")
    spark.catalog.clearCache()
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


@pytest.mark.parametrize("key", sorted(RULES.resources) if os.environ.get("EVERY_RESOURCE") else covering(RULES))
def test_every_construct_finds_the_same_in_every_row(spark: SparkSession, key: str, tmp_path: Path) -> None:
    con = checked_by_both(spark, key, tmp_path, 60)
    assert differing(con) == []
    kinds = con.execute("SELECT count(*) FILTER (WHERE _failed), count(*) FILTER (WHERE NOT _failed) FROM checked")
    failed, passed = kinds.fetchall()[0]
    assert failed
    assert failed + passed == 60


def test_repeats_and_contradictions_are_the_same_rows(spark: SparkSession, tmp_path: Path) -> None:
    con = checked_by_both(spark, "abnormal-operations", tmp_path, 1500)
    assert differing(con) == []
    codes = dict(con.execute("SELECT code, count(*) FROM issues GROUP BY code").fetchall())
    assert codes["duplicate-in-batch"]
    assert codes["conflict-in-batch"]


def test_a_row_that_differs_would_be_seen(spark: SparkSession, tmp_path: Path) -> None:
    con = checked_by_both(spark, "credit-honour", tmp_path, 20)
    con.execute("UPDATE checked SET _failed = NOT _failed WHERE row_no = 3")
    con.execute("DELETE FROM issues WHERE row_no = (SELECT min(row_no) FROM issues)")
    assert {name for name, _ in differing(con)} == {"_failed", "issues_there"}


def test_persons_numbers_in_texts_are_masked_alike(spark: SparkSession) -> None:
    parts = (
        "身份证37010219800615001X", "370102202401150012", "３７０１０２１９８００６１５００１ｘ", "13800000000", "wx13800000000",
        "138 0000 0000", "6222021234567890128", "6222021234567890123", "6222 0212 3456 7890 128", "证件号：370102800615001",
        "370102800615001", "91370102MA3C0001X1", "+86 138-0013-8000", "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "护照E12345678",
        "3701021980\n0615001X", "370102-19800615-0017", "济历罚〔2025〕1号", "，", "\n", "元", "12", "", " x ",
    )  # fmt: skip
    texts = [before + part + after for before in parts for part in parts for after in parts[-7:]]
    spark.createDataFrame([(n, t) for n, t in enumerate(texts)], "n INT, x STRING").createOrReplaceTempView("texts")
    found = spark.sql(on_spark.translated(masking("texts"), [])).collect()
    assert [row[0] for row in found] == [mask(t) for t in texts]


@pytest.mark.parametrize("expression", ["regexp_replace(x, 'a', 'b')", "regexp_matches(x, y)", "list_sum(x)"])
def test_what_has_no_translation_is_refused(expression: str) -> None:
    resource = RULES.resources["credit-honour"]
    with pytest.raises(on_spark.NotTranslated):
        on_spark.translated(f"SELECT {expression} FROM source", resource.fields)
