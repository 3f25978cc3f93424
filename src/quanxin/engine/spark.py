"""The program of a resource on Apache Spark.

Invariant: there is one text of the rules, DuckDB's; what Spark runs is translated from it, and finds in every row the
same values, codes and fingerprints. What SQLGlot alone does not translate stands below, one function a construct;
a function that neither knows raises ``NotTranslated``, and a test runs every rule of every resource on both engines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from quanxin.engine import run
from quanxin.engine.program import Program
from quanxin.identifiers import sql as identifiers
from quanxin.policy.model import FieldDef, FieldType

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# How a session must be set for the translated text to mean what it means in DuckDB: what cannot be cast is NULL, the
# size of no list is NULL, and a decimal product keeps its digits.
SETTINGS: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.legacy.sizeOfNull": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
}
# The columns of ``run.ISSUES`` in Spark's types.
ISSUES = {
    "row_no": "BIGINT",
    "code": "STRING",
    "severity": "STRING",
    "field": "STRING",
    "value": "STRING",
    "check_key": "STRING",
}
_STEP = "_quanxin_step_"  # the view of the steps that Spark knows already
# The forms of a day that the rules leave to a cast: year, month and day with one and the same sign between them.
_DAY = r"^([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})\z"


class NotTranslated(ValueError):
    """A construct of the rules that has no translation."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking leaves: ``checked`` and ``issues``, with the columns that ``run.check`` gives their tables."""

    checked: DataFrame
    issues: DataFrame


def check(spark: SparkSession, program: Program, source: str, place: str) -> Checked:
    """Check the view ``source`` (``row_no``, the program's columns, ``_surplus``), which is read more than once.

    ``judged``, ``checked`` without what rows mean to each other, is written to ``place``, which must last as long as what
    is returned. The session is one with ``SETTINGS``.
    """
    judged = _stacked(spark, program, source)
    judged.write.mode("overwrite").parquet(place)
    # read again, it is known by its columns: Spark looks at all that a query is made of for each that reads it
    stored = spark.read.schema(judged.schema).parquet(place)
    stored.createOrReplaceTempView("judged")
    fields = program.resource.fields
    repeated = spark.sql(translated(run.repeated("judged", run.ALIKE), fields))
    repeated.createOrReplaceTempView("repeated")
    kept = ", ".join(f"j.`{c}`" for c in stored.columns if c != "_failed")
    checked = spark.sql(
        f"SELECT {kept}, j._failed OR coalesce(r.conflict, false) AS _failed, CASE WHEN NOT r.conflict "
        "AND r.row_no <> r.first_row THEN r.first_row END AS _duplicate_of FROM judged j LEFT JOIN repeated r "
        "ON r.row_no = j.row_no"
    )
    told = [run.told(program, i, "judged", source, program.columns) for i in range(len(program.masks))]
    told += [run.surplus(source), run.repeated_told("repeated")]
    found = spark.sql(" UNION ALL ".join(f"({translated(query, fields)})" for query in told))
    issues = found.toDF(*ISSUES).selectExpr(*(f"CAST(`{c}` AS {kind}) AS `{c}`" for c, kind in ISSUES.items()))
    return Checked(checked, issues)


def translated(sql: str, fields: Iterable[FieldDef]) -> str:
    """A query of the engine over items of such fields, as Spark reads it. Raises ``NotTranslated``."""
    lists = {f.key for f in fields if f.type is FieldType.CODES}
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    for node in reversed(list(tree.walk(bfs=False))):  # what stands within something before the thing itself
        mended = _mended(node, lists)
        if mended is not node:
            node.replace(mended)
    return identifiers.for_spark(tree).sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def _stacked(spark: SparkSession, program: Program, source: str) -> DataFrame:
    """What the program's query finds over a view, with its steps given to Spark one after the other.

    Of a whole query Spark looks at every step again for each step that it has come to know, some fifty times.
    """
    below = source
    for step in program.stacked:
        made = spark.sql(translated(f"SELECT {step} FROM {below}", program.resource.fields))
        made.createOrReplaceTempView(_STEP)
        below = _STEP
    spark.catalog.dropTempView(_STEP)
    return made


def _mended(node: exp.Expr, lists: Collection[str]) -> exp.Expr:
    if isinstance(node, exp.Length):
        return exp.func("SIZE", node.this) if _is_list(node.this, lists) else node
    if isinstance(node, exp.Anonymous):
        if node.name.lower() not in _FUNCTIONS:
            raise NotTranslated(node.name)
        return _FUNCTIONS[node.name.lower()](*node.expressions)
    if type(node) is exp.TryCast and node.to.is_type("DATE"):
        return _day(node.this)
    if isinstance(node, exp.CTE):
        node.set("materialized", None)
    mend = _NODES.get(type(node))
    return mend(node) if mend else node


def _is_list(node: exp.Expr, lists: Collection[str]) -> bool:
    return isinstance(node, exp.ArrayFilter) or (isinstance(node, exp.Column) and node.name in lists)


def _full_match(node: exp.Expr) -> exp.Expr:
    return exp.RegexpLike(this=node.this, expression=_java(node.expression, whole=True))


def _like(node: exp.Expr) -> exp.Expr:
    node.set("expression", _java(node.expression))
    return node


def _replace(node: exp.Expr) -> exp.Expr:
    modifiers = node.args.get("modifiers")
    if modifiers is None or modifiers.name != "g":
        raise NotTranslated("regexp_replace of the first match only")
    by = re.sub(r"\\([0-9])", r"$\1", node.args["replacement"].name.replace("$", r"\$"))
    return exp.func("REGEXP_REPLACE", node.this, _java(node.expression), exp.Literal.string(by), dialect="spark")


def _java(pattern: exp.Expr, *, whole: bool = False) -> exp.Literal:
    """A pattern of RE2 in Java's terms: only a line feed ends a line, and ``$`` is the end of the text and no other."""
    if not isinstance(pattern, exp.Literal):
        raise NotTranslated("a regular expression that is no literal")
    text, within, i, made = pattern.name, False, 0, ""
    while i < len(text):
        step = 2 if text[i] == "\\" else 1
        part = text[i : i + step]
        within = part == "[" or (within and part != "]")
        made += r"\z" if part == "$" and not within else part
        i += step
    return exp.Literal.string(rf"(?d)^(?:{made})\z" if whole else f"(?d){made}")


def _element(items: exp.Expr, place: exp.Expr) -> exp.Expr:
    """An element of a list, counted from one; NULL beyond its end."""
    return exp.func("GET", items, exp.cast(exp.paren(place) - 1, "INT"))


def _overlap(node: exp.Expr) -> exp.Expr:
    return exp.func("ARRAYS_OVERLAP", node.this, node.expression)


def _has_all(whole: exp.Expr, part: exp.Expr) -> exp.Expr:
    return exp.func("SIZE", exp.func("ARRAY_EXCEPT", part, whole)).eq(0)


def _day(text: exp.Expr) -> exp.Expr:
    """A text as a day, in the forms that DuckDB reads too and no others that Spark would."""
    parts = [
        exp.RegexpExtract(this=text.copy(), expression=exp.Literal.string(_DAY), group=exp.Literal.number(group))
        for group in (1, 3, 4)
    ]
    return exp.TryCast(this=exp.func("CONCAT_WS", exp.Literal.string("-"), *parts), to=exp.DataType.build("DATE"))


_NODES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.RegexpFullMatch: _full_match,
    exp.RegexpLike: _like,
    exp.RegexpExtract: _like,
    exp.RegexpSplit: _like,
    exp.RegexpReplace: _replace,
    exp.ArrayOverlaps: _overlap,
}
_FUNCTIONS: Mapping[str, Callable[..., exp.Expr]] = {
    "list_extract": _element,
    "strlen": lambda text: exp.func("OCTET_LENGTH", text),
    "list_has_all": _has_all,
}
