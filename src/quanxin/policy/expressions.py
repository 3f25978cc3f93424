"""The expressions of packs: SQL boolean and scalar expressions in DuckDB's dialect, from closed lists.

Invariant: an expression that passes here is a pure function of the fields of one row and of the day of intake: it names
no table, runs no query, reads no clock, file or setting, and holds no function, operator or symbol that is not listed.

The engines run the text as it is written, so the lists are kept twice over: the words and symbols of the text, and the
nodes of the tree that SQLGlot makes of it. What only one of the two knows does not pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.simplify import simplify
from sqlglot.tokenizer_core import Token, TokenType

DIALECT = "duckdb"

# Each function by its one name, and the node that SQLGlot has for it.
FUNCTIONS: Mapping[str, type[exp.Expr]] = {
    "abs": exp.Abs, "coalesce": exp.Coalesce, "contains": exp.Contains, "ends_with": exp.EndsWith,
    "greatest": exp.Greatest, "least": exp.Least, "len": exp.Length, "length": exp.Length,
    "list_contains": exp.ArrayContains, "list_has_all": exp.Anonymous, "list_has_any": exp.ArrayOverlaps,
    "lower": exp.Lower, "make_date": exp.DateFromParts, "month": exp.Month, "nullif": exp.Nullif,
    "regexp_matches": exp.RegexpLike, "replace": exp.Replace, "round": exp.Round, "starts_with": exp.StartsWith,
    "strpos": exp.StrPosition, "substr": exp.Substring, "today": exp.CurrentDate, "trim": exp.Trim,
    "upper": exp.Upper, "year": exp.Year,
}  # fmt: skip
# Everything else that an expression may be made of: fields, literals, operators. Dates move by INTERVAL literals.
OPERATORS: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Array, exp.Paren,
    exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Like, exp.Escape, exp.Case, exp.If,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe,
    exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Interval, exp.Var,
)  # fmt: skip
# What a value may be cast to: no type here is a binary float.
TYPES = frozenset({exp.DType.DATE, exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.DECIMAL, exp.DType.BIGINT})
SYMBOLS = frozenset(
    ["(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "%", "=", "<>", "!=", "<", "<=", ">", ">=", "||", "::"]
)
# Words of the grammar that may stand before a bracket without calling anything.
GRAMMAR = frozenset(
    ["and", "as", "between", "case", "cast", "decimal", "distinct", "else", "escape", "from", "in", "interval", "is",
     "like", "not", "or", "then", "try_cast", "when"]
)  # fmt: skip
TODAY = "today()"  # so written, and no otherwise: the engines put the day of intake in its place
_NONE: Mapping[str, Collection[str]] = {}
_QUOTED = frozenset({TokenType.STRING, TokenType.IDENTIFIER})
_NODES = frozenset({*OPERATORS, *FUNCTIONS.values()})


@lru_cache(maxsize=4096)
def parse(sql: str) -> exp.Expr:
    """The expression as SQLGlot has it, which nobody changes; raises ``ValueError`` for what is none."""
    try:
        return sqlglot.parse_one(sql, into=exp.Condition, dialect=DIALECT)
    except SqlglotError as error:
        raise ValueError("cannot be read as one expression") from error


def columns(sql: str) -> set[str]:
    """The fields that an expression names; raises ``ValueError`` as ``parse``."""
    return {column.name for column in parse(sql).find_all(exp.Column)}


def reads_the_day(sql: str) -> bool:
    """Whether an expression depends on the day of intake; raises ``ValueError`` as ``parse``."""
    return parse(sql).find(exp.CurrentDate) is not None


def comes_to(sql: str, known: Mapping[str, str]) -> bool | None:
    """What an expression comes to whatever a row says, the texts of some of its fields being known; None where that depends
    on the row. Raises ``ValueError`` as ``parse``."""
    said = parse(sql).transform(
        lambda node: (
            exp.Literal.string(known[node.name]) if isinstance(node, exp.Column) and node.name in known else node
        )
    )
    found = simplify(said, dialect=DIALECT)
    return found.this is True if isinstance(found, exp.Boolean) else None


def check(sql: str, fields: Collection[str], tables: Mapping[str, Collection[str]] = _NONE) -> list[str]:
    """What is wrong with an expression over ``fields`` (keys, or a mapping by key), a sentence each; or nothing.

    ``tables`` are the names before a point that it may use, each with its fields (``record.amount``).
    """
    try:
        tree = parse(sql)
    except ValueError as error:
        return [f"“{sql}” {error}"]
    wrong = [*_wrong_words(sqlglot.tokenize(sql, dialect=DIALECT)), *_wrong_nodes(tree, fields, tables)]
    if len(list(tree.find_all(exp.CurrentDate))) != sql.count(TODAY):
        wrong.append(f"the day of intake is written {TODAY}, exactly so and nowhere in a text")
    return list(dict.fromkeys(wrong))


def _wrong_words(tokens: list[Token]) -> Iterator[str]:
    """What the text holds beyond the listed functions and symbols."""
    for token in tokens:
        if token.comments:
            yield "comments are not allowed in an expression"
        word = token.text[:1].isalnum() or token.text[:1] == "_"
        if token.token_type is TokenType.NUMBER and "e" in token.text.lower():
            yield f"{token.text} is no exact number"
        elif token.token_type not in _QUOTED and not word and token.text not in SYMBOLS:
            yield f"the symbol {token.text} is not allowed in an expression"
    for token, after in pairwise(tokens):
        called = after.token_type is TokenType.L_PAREN and token.token_type is not TokenType.STRING
        if called and token.text[:1].isalpha() and token.text.lower() not in FUNCTIONS.keys() | GRAMMAR:
            yield f"{token.text} is not on the list of functions"


def _wrong_nodes(tree: exp.Expr, fields: Collection[str], tables: Mapping[str, Collection[str]]) -> Iterator[str]:
    """What the tree holds beyond the listed nodes, and what it names beyond ``fields`` and ``tables``."""
    for node in tree.walk():
        if isinstance(node, exp.Column) and node.table:
            if node.table not in tables:
                yield f"{node.sql(dialect=DIALECT)} names a table"
            elif node.name not in tables[node.table]:
                yield f"{node.name} is no field of {node.table}"
        elif isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier) and node.name not in fields:
            yield f"{node.name} is no field of the resource"
        elif type(node) not in _NODES or not _plain(node):
            yield f"{node.sql(dialect=DIALECT)} is not allowed in an expression"


def _plain(node: exp.Expr) -> bool:
    """Whether a listed node is used in its plain form."""
    match node:
        case exp.In():
            return bool(node.expressions)  # a list in brackets, no query, no field
        case exp.Interval():
            return isinstance(node.this, exp.Literal) and isinstance(node.unit, exp.Var)
        case exp.Cast():  # also TRY_CAST
            return node.to.this in TYPES
        case exp.Anonymous():
            return node.name.lower() in FUNCTIONS
        case _:
            return True
