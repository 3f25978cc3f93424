"""Reading a directory or an object store with Spark into one table of texts.

Invariant: every record with text in it is one row of the staged table, numbered from 1 in the order of the files'
names and of the records in them, whichever worker read it; what no text can hold ends the reading. Texts are UTF-8,
CSV has its header in the first line of every file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from quanxin.calendar import ZONE
from quanxin.engine.characters import NUL_SHOWN
from quanxin.intake.errors import IntakeError
from quanxin.intake.reading.delimited import SURPLUS_MARK, find_header
from quanxin.intake.reading.headers import Layout, Matcher
from quanxin.intake.reading.plain import Plain
from quanxin.intake.reading.result import CELL_LIMIT, place
from quanxin.intake.reading.units import counted, long_number_sql, plain_number_sql, with_unit_sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_BEYOND = 16  # cells beyond the header that a record may have before it is refused as no table
_PLACE = ("_metadata.file_path AS _file", "_metadata.file_block_start AS _block")
_BOM = "\ufeff"
_WHOLE = "{0} RLIKE concat('^(', {1}, ')$')"
_WRITTEN = r"(?U)[^\\s\\x1C-\\x1F]"  # anything but what Python calls a blank
_SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one file that one task read, one after the other: their first mark, how many, rows before them."""

    file: str
    block: int
    first: int
    rows: int
    before: int


@dataclass(frozen=True, slots=True)
class ScaleReading:
    """Rows staged by Spark, as an intake reads them."""

    format: str
    layout: Layout
    chunks: tuple[Chunk, ...]

    @property
    def columns(self) -> Sequence[str]:
        return self.layout.columns

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.chunks[-1].before + self.chunks[-1].rows

    def position(self, row_no: int) -> str:
        """The record of its file; with several files, their names."""
        chunk = self.chunks[bisect_right([c.before for c in self.chunks], row_no - 1) - 1]
        start = next(c for c in self.chunks if c.file == chunk.file).before
        several = self.chunks[0].file != self.chunks[-1].file
        name = unquote(chunk.file.rpartition("/")[2]) if several else ""
        return place(row_no - start + (self.format == "csv"), name)

    def describe(self) -> dict[str, Any]:
        """As ``Reading.describe``, for a receipt."""
        written = {key: header for header, key in self.layout.headers.items()}
        return {
            "format": self.format,
            "encoding": "UTF-8" if self.format == "csv" else None,
            "rows": self.rows,
            "columns": list(self.columns),
            "headers": [written[c] for c in self.columns],
            "ignored": list(self.layout.ignored),
            "sheets": [],
            "skipped": [],
            "skipped_rows": [],
            "hidden": [],
        }

    def numbered(self, staged: str, chunks: str) -> str:
        """The rows with their numbers as a SELECT, over the staged table and one of the chunks, for either engine."""
        cells = ", ".join(f"s.{c}" for c in (*self.columns, "_surplus"))
        return (
            f"SELECT s._id - c.first + c.before + 1 AS row_no, {cells} FROM {staged} s JOIN {chunks} c "
            "ON s._file = c.file AND s._block = c.block WHERE s._id >= c.first"
        )


def format_of(names: Sequence[str]) -> str:
    """``csv`` or ``parquet`` by the files' names; ``IntakeError`` where they are neither, or not all the same."""
    found = {_SUFFIXES.get(Path(name.removesuffix(".gz")).suffix.lower()) for name in names}
    kind = found.pop() if len(found) == 1 else None
    if kind is None:
        raise IntakeError("spark-format", names="、".join(sorted(names)[:5]) or "—")
    return kind


def stage(
    spark: SparkSession, files: Sequence[str], kind: str, matcher: Matcher, staged: str, workdir: Path
) -> ScaleReading:
    """Write the rows of ``files`` to the Parquet ``staged`` and say how they stand. Raises ``IntakeError``."""
    if kind == "csv":
        layout, frame = _delimited(spark, files, matcher, workdir)
    else:
        layout, frame = _parquet(spark, files, matcher)
    texts = ", ".join(f"`{c}`" for c in (*layout.columns, "_surplus"))
    kept = frame.where(rf"concat_ws('', {texts}) RLIKE '{_WRITTEN}'").selectExpr(
        "*", "monotonically_increasing_id() AS _id"
    )
    kept.write.mode("overwrite").parquet(staged)
    return ScaleReading(kind, layout, _chunks(spark, staged, layout, kind))


def _delimited(spark: SparkSession, files: Sequence[str], matcher: Matcher, workdir: Path) -> tuple[Layout, DataFrame]:
    lines = spark.read.text(list(files), lineSep="\n")
    first = spark.read.text(files[0], lineSep="\n").head(1)
    head = workdir / "header.csv"
    head.write_text(f"{first[0][0] if first else ''}\n", encoding="utf-8")
    dialect, header, _ = find_header(Plain(head, "UTF-8", copied=True), matcher)
    layout = matcher.layout(header)
    # where no line has an odd number of quotation marks no record goes over lines, and files can be read in parts
    quote = _literal(dialect.quote)
    spanning = not lines.where(f"(length(value) - length(replace(value, {quote}, ''))) % 2 = 1").isEmpty()
    names = [f"c{i}" for i in range(len(header) + _BEYOND)]
    frame = (
        spark.read.schema(", ".join(f"{n} STRING" for n in names))
        .option("sep", dialect.delimiter)
        .option("quote", dialect.quote)
        .option("escape", dialect.quote)
        .option("lineSep", "\n")
        .option("multiLine", spanning)
        .option("maxColumns", len(names))
        .csv(list(files))
        .selectExpr("_metadata", *map(_ended, names, [*names[1:], "NULL"]))
    )
    cells = [
        f"nullif({with_unit_sql(names[i], layout.units[i], match=_WHOLE)}, '') AS `{key}`"
        for i, key in enumerate(layout.keys)
        if key
    ]
    beyond = [names[i] for i in layout.blank] + names[len(header) :]
    filled = ", ".join(f"nullif({n}, '')" for n in beyond)
    surplus = f"nullif(concat_ws('{SURPLUS_MARK}', {filled}), '') AS _surplus"
    same = " AND ".join(
        f"ltrim('{_BOM}', coalesce({n}, '')) = {_literal(h.removeprefix(_BOM))}"
        for n, h in zip(names, header, strict=False)
    )
    return layout, frame.selectExpr(*_PLACE, *cells, surplus, f"{same} AS _head")


def _ended(name: str, following: str) -> str:
    """A cell without what is left of a line end of two characters where nothing follows it."""
    return _shown(f"CASE WHEN {following} IS NULL THEN rtrim('\r', {name}) ELSE {name} END") + f" AS {name}"


def _shown(text: str) -> str:
    """A text with what stands for NUL, as every reader leaves it."""
    return f"replace({text}, char(0), '{NUL_SHOWN}')"


def _literal(text: str) -> str:
    """A text as a literal of Spark's."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _parquet(spark: SparkSession, files: Sequence[str], matcher: Matcher) -> tuple[Layout, DataFrame]:
    frame = spark.read.parquet(*files)
    names = frame.columns
    if not matcher.score(names):
        raise matcher.unmatched(names)
    layout = matcher.layout(names)
    cells, nested = [], []
    numbers = {f.key for f in matcher.resource.fields if counted(f)}
    for (name, kind), key, unit in zip(frame.dtypes, layout.keys, layout.units, strict=True):
        if key is None:
            continue
        if kind.startswith(("struct", "map", "array")):
            cells.append(f"CAST(NULL AS STRING) AS `{key}`")
            nested.append(f"concat({_literal(name + '=')}, to_json(`{name}`))")
        else:
            text = with_unit_sql(_text(f"`{name}`", kind, counts=key in numbers), unit, match=_WHOLE)
            cells.append(f"nullif({text}, '') AS `{key}`")
    surplus = f"nullif(concat_ws('{SURPLUS_MARK}', {', '.join(nested)}), '')" if nested else "CAST(NULL AS STRING)"
    return layout, frame.selectExpr(*_PLACE, *cells, f"{surplus} AS _surplus", "false AS _head")


def _text(column: str, kind: str, *, counts: bool) -> str:
    """A value as text, as ``reading.parquet`` writes it."""
    text = f"CAST({column} AS STRING)"
    if kind == "timestamp":
        return f"CAST(from_utc_timestamp({column}, '{ZONE.key}') AS STRING)"
    if kind in ("double", "float"):
        whole = f"{column} = CAST({column} AS BIGINT) AND abs({column}) <= {1 << 53}"
        text = f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS STRING) ELSE {plain_number_sql(text)} END"
    if kind == "string":
        return _shown(text)
    return long_number_sql(text) if kind in ("double", "float", "bigint") and not counts else text


def _chunks(spark: SparkSession, staged: str, layout: Layout, kind: str) -> tuple[Chunk, ...]:
    """The chunks in their order; of a CSV's first chunk without its header, which is compared with the one known."""
    cells = ", ".join(f"`{c}`" for c in (*layout.columns, "_surplus"))
    longest = ", ".join(f"coalesce(octet_length(`{c}`), 0)" for c in (*layout.columns, "_surplus"))
    found = spark.read.parquet(staged).groupBy("_file", "_block").agg(*_aggregates(cells, longest)).collect()
    made, before = [], 0
    for row in sorted(found, key=lambda row: (row["_file"], row["_block"])):
        name = unquote(row["_file"].rpartition("/")[2])
        first, rows = row["first"], row["rows"]
        if kind == "csv" and row["_block"] == 0:
            if not row["head"]:
                raise IntakeError("spark-headers-differ", file=name)
            first, rows = first + 1, rows - 1
        if kind == "csv" and row["bad"]:
            raise IntakeError("spark-encoding", file=name)
        if row["longest"] > CELL_LIMIT:
            raise IntakeError("file-cell-too-long", position=name, limit=CELL_LIMIT)
        made.append(Chunk(row["_file"], row["_block"], first, rows, before))
        before += rows
    if not before:
        raise IntakeError("file-empty", what="没有一行内容", what_en="there is no row")
    return tuple(made)


def _aggregates(cells: str, longest: str) -> list[Any]:
    from pyspark.sql.functions import expr

    damaged = f"concat_ws('', {cells}) RLIKE '\ufffd'"  # what Spark reads a damaged byte of a text as
    return [
        expr("min(_id) AS first"),
        expr("count(*) AS rows"),
        expr("min_by(_head, _id) AS head"),
        expr(f"bool_or({damaged}) AS bad"),
        expr(f"max(greatest({longest}, 0)) AS longest"),
    ]
