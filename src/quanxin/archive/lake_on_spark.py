"""Reading the lake on Apache Spark: the versions of a resource that stood at a moment, as ``lake_reading`` gives them.

Invariant: what only the database knows (what was superseded, merged, held) goes to Spark as files of the workshop, which its
workers must see; what comes back is read by DuckDB.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from quanxin.archive import lake_reading
from quanxin.engine.normalise import quoted
from quanxin.engine.spark import translated
from quanxin.engine.values import type_of
from quanxin.policy.model import FieldDef

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_OWN = {
    "_id": "BIGINT",
    "_subject_id": "BIGINT",
    "_version": "INT",
    "_event_date": "DATE",
    "_valid_until": "DATE",
    "_published": "BOOLEAN",
    "_public_until": "DATE",
    "_row_no": "BIGINT",
    "_batch": "STRING",
}


def versions(
    spark: SparkSession,
    con: duckdb.DuckDBPyConnection,
    resource: str,
    fields: Sequence[FieldDef],
    moment: dt.datetime,
    workdir: Path,
    columns: Sequence[str] = ("_event_date",),
) -> str | None:
    """A SELECT, in DuckDB's words, of the versions of a resource that stood at a moment: with its ``fields`` and those
    ``columns`` of the lake's own beside the ids. None where the resource has no file."""
    files = lake_reading.files_of(resource)
    if not files:
        return None
    from pyspark.sql import functions

    lake_reading.put_standing(con, resource, workdir)
    for name in ("standing", "batches"):
        hand_over(spark, con, name, workdir, as_file=f"{resource}.{name}")
    kinds = _OWN | {f.key: exp.DataType.build(type_of(f), dialect="duckdb").sql("spark") for f in fields}
    # the types are said beforehand: Spark cannot read the lake's UUIDs, and items that a file lacks are NULL
    stored = spark.read.schema(", ".join(f"`{c}` {kind}" for c, kind in kinds.items())).parquet(*map(str, files))
    named = "coalesce(_batch, regexp_extract(input_file_name(), '([^/]+)[.]parquet$', 1))"
    stored.withColumn("_batch", functions.expr(named)).createOrReplaceTempView("stored")
    return lake_reading.joined([f.key for f in fields], moment, columns)


def hand_over(
    spark: SparkSession, con: duckdb.DuckDBPyConnection, table: str, workdir: Path, *, as_file: str = ""
) -> None:
    """Give Spark a table of DuckDB's, as a view of its name."""
    path = workdir / f"{as_file or table}.parquet"
    con.execute(f"COPY {quoted(table)} TO '{path}' (FORMAT parquet)")
    spark.read.parquet(str(path)).createOrReplaceTempView(table)


def kept(spark: SparkSession, query: str, table: str, workdir: Path, fields: Sequence[FieldDef]) -> DataFrame:
    """Make a view of what a query of DuckDB's gives, and return it.

    Written and read again, it is known by its columns and not by all that it is made of, which each query over it would
    go through.
    """
    made, place = spark.sql(translated(query, fields)), str(workdir / f"{table}.kept")
    made.write.mode("overwrite").parquet(place)
    view = spark.read.schema(made.schema).parquet(place)
    view.createOrReplaceTempView(table)
    return view


def bring_back(
    spark: SparkSession,
    con: duckdb.DuckDBPyConnection,
    query: str,
    table: str,
    workdir: Path,
    fields: Sequence[FieldDef],
) -> None:
    """Make a table of DuckDB's of what a query gives on Spark."""
    folder = workdir / f"spark-{table}"
    spark.sql(translated(query, fields)).write.mode("overwrite").parquet(str(folder))
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_parquet('{folder}/*.parquet')")
