"""The shapes that a program's expressions are made of.

Invariant: a shape is a node of an expression with what stands below it, names and values aside: of a column there is the
type of its field, of a literal its kind, of a pattern all of it. What the translation to Spark makes of a node hangs on no
more than that.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator

import sqlglot
from sqlglot import exp

from quanxin.engine.program import Program
from quanxin.policy.model import Resource

DEEP = 3  # nodes below each other: the deepest that a translation looks at once are the three of a text's bytes
_TEXT = r"'(?:[^']|'')*'"
_TOKEN = re.compile(rf"""{_TEXT}|"[^"]*"|[(\[{{]|[)\]}}]|,""")
_VALUE = re.compile(rf"{_TEXT}|\b[0-9]+\b")
_PATTERN = re.compile(r"[\[\](){}^$\\|*+?]")
_SUM = re.compile(r" AS _mask[0-9]+$")  # of bits, of which a program has as many as it has tests
_MATCHING = (exp.RegexpLike, exp.RegexpExtract, exp.RegexpFullMatch, exp.RegexpReplace, exp.RegexpSplit)
_CHAINED = (exp.And, exp.Or, exp.Add)
_LEAVES = (exp.Identifier, exp.Column, exp.Literal, exp.DataType)


def shapes_of(programs: Iterable[Program]) -> set[Hashable]:
    """All shapes of some programs. What differs in names and values alone is read once."""
    columns = ((program, column) for program in programs for step in program.steps for column in _columns(step))
    texts = {_plain(column, program.resource) for program, column in columns if not _SUM.search(column)}
    found: set[Hashable] = set()
    for text in texts:
        tree = sqlglot.parse_one(f"SELECT {text}", dialect="duckdb")
        for node in tree.walk():
            if not isinstance(node.unalias(), (*_LEAVES, exp.Select)):
                whole = _shape(node, DEEP)
                found |= {(whole, _shape(part, DEEP - 1)) for part in _many(node)} or {whole}
    return found


def _columns(step: str) -> Iterator[str]:
    """The columns of a step, which are commas apart that stand in nothing."""
    depth = start = 0
    for token in _TOKEN.finditer(step):
        if token[0] == "," and not depth:
            yield step[start : token.start()]
            start = token.end()
        depth += (token[0] in "([{") - (token[0] in ")]}")
    yield step[start:]


def _plain(text: str, resource: Resource) -> str:
    """A text with the types of fields for their names, one value for all, and patterns as they are."""
    types = {f.key: f.type.name for f in resource.fields}
    names = "|".join(sorted(types, key=len, reverse=True))
    named = re.sub(
        rf"""{_TEXT}|(?P<quote>"?)(?P<mark>\b_[a-z0-9]+_|\b)(?P<key>{names})\b(?P=quote)|_test_[0-9]+""",
        lambda found: f"{found['mark']}{types[found['key']]}" if found["key"] else found[0].rstrip("0123456789"),
        text,
    )
    return _VALUE.sub(lambda v: v[0] if _PATTERN.search(v[0]) else "'1'" if v[0][0] == "'" else "1", named)


def _many(node: exp.Expr) -> list[object]:
    """What a node may have any number of, in which no one is another's affair."""
    if isinstance(node, _CHAINED):
        return [node.left, node.right]
    return [part for parts in node.args.values() if isinstance(parts, list) for part in parts]


def _shape(node: object, deep: int, *, pattern: bool = False) -> Hashable:
    if isinstance(node, exp.Literal):
        return ("literal", node.is_string, node.name if pattern else "")
    if not isinstance(node, exp.Expr):
        return str(node)
    name = node.name.lower() if isinstance(node, exp.Anonymous) else node.sql() if isinstance(node, _LEAVES) else ""
    matching = isinstance(node, _MATCHING)
    if isinstance(node, (*_LEAVES, *_CHAINED)) or (not deep and not matching):
        return (type(node).__name__, name)
    below = {key: part for key, part in node.args.items() if part is not None and not isinstance(part, list)}
    said = frozenset(
        (key, _shape(part, max(deep - 1, 0), pattern=matching)) for key, part in below.items() if key != "alias"
    )
    return (type(node).__name__, name, said)
