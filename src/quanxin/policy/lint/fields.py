"""Lints about data items: each has a type, limits that can be kept, and headers that mean it alone.

Invariant: a header of a department's file names at most one field of a resource, and a code at most one value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from quanxin.policy import storage
from quanxin.policy.model import FieldDef, FieldType
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]


def field_without_type(pack: Pack, today: dt.date) -> Found:
    """A field whose type is not written down."""
    for resource in pack.resources:
        for field in resource.fields:
            if "type" not in field.model_fields_set:
                yield f"resources/{resource.key}/{field.key}", "has no type"


def header_ambiguous(pack: Pack, today: dt.date) -> Found:
    """A header (key, code, Chinese title or alias) by which a file could mean either of two fields."""
    for resource in pack.resources:
        meaning: dict[str, str] = {}
        for field in resource.fields:
            for text in dict.fromkeys((field.key, field.code or field.key, field.title.zh, *field.aliases)):
                other = meaning.setdefault(_folded(text), field.key)
                if other != field.key:
                    yield f"resources/{resource.key}", f"“{text}” means both {other} and {field.key}"


def code_ambiguous(pack: Pack, today: dt.date) -> Found:
    """A value, title or alias of a code set that means two of its codes."""
    for code_set in pack.code_sets:
        meaning: dict[str, str] = {}
        for code in code_set.codes:
            for text in dict.fromkeys((code.value, code.title.zh, *code.aliases)):
                other = meaning.setdefault(text, code.value)
                if other != code.value:
                    yield f"code_sets/{code_set.key}", f"“{text}” means both {other} and {code.value}"
        values = [code.value for code in code_set.codes]
        for value in sorted({v for v in values if values.count(v) > 1}):
            yield f"code_sets/{code_set.key}", f"has the value {value} twice"


def limit_unusable(pack: Pack, today: dt.date) -> Found:
    """A length, bound, pattern or long-term value of a field that nothing could keep, or that its type has no use for."""
    for resource in pack.resources:
        for field in resource.fields:
            for problem in _limits(field):
                yield f"resources/{resource.key}/{field.key}", problem


def _limits(field: FieldDef) -> Iterator[str]:
    if field.max_length is not None and field.max_length < 1:
        yield f"may have {field.max_length} characters at most"
    if field.long_term and field.type is not FieldType.DATE:
        yield "has long-term values, but is no date"
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
        except re.error as error:
            yield f"has a pattern that cannot be read: {error}"
    bounds = [text for text in (field.minimum, field.maximum) if text is not None]
    try:
        values = [_bound(text, field.type) for text in bounds]
    except (ValueError, InvalidOperation):
        yield f"is bounded by {' and '.join(bounds)}, which is not of its type"
        return
    if field.type in storage.DIGITS and any(abs(value) > storage.most(field.type) for value in values):
        yield f"is bounded by {' and '.join(bounds)}; no engine carries more than {storage.most(field.type)}"
    if len(values) == 2 and values[0] > values[1]:
        yield f"has its minimum {bounds[0]} above its maximum {bounds[1]}"


def _bound(text: str, type_: FieldType) -> Decimal:
    """A bound as a number that compares: the day's ordinal of a date, an exact number of anything else."""
    if type_ is FieldType.DATE:
        return Decimal(dt.date.fromisoformat(text).toordinal())
    if not (number := Decimal(text)).is_finite():
        raise ValueError(text)
    return number


def _folded(text: str) -> str:
    """What two headers share when they say the same: half width, one case, letters and digits alone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")
