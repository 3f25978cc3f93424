"""The stored form of a row, and the fingerprints by which repeated rows are known.

Invariant: a payload holds exactly the catalogue's fields in the catalogue's order, amounts as decimal text, dates in
ISO form, identity numbers masked; the same content has the same fingerprint whatever the order of columns or rows.
"""

from __future__ import annotations

from quanxin.engine.normalise import comparable, literal, quoted, without_ordinal
from quanxin.engine.values import type_of
from quanxin.identifiers import sql
from quanxin.policy.model import FieldDef, FieldType, Resource

_EXACT = (FieldType.DECIMAL, FieldType.MONEY_WAN, FieldType.MONEY_YUAN)
KEY_MARK = "chr(31)"


def payload(resource: Resource, alias: str = "c") -> str:
    """The JSON text of a row of ``checked`` under that alias."""
    parts = ", ".join(f"{quoted(f.key)} := {json_value(f, f'{alias}.{quoted(f.key)}')}" for f in resource.fields)
    return f"CAST(to_json(struct_pack({parts})) AS VARCHAR)"


def json_value(field: FieldDef, column: str) -> str:
    if field.type in _EXACT:
        return f"CAST({column} AS VARCHAR)"
    if field.type is FieldType.CAPITAL:
        return (
            f"CASE WHEN {column} IS NOT NULL THEN struct_pack(amount := CAST({column}.amount AS VARCHAR), "
            f"currency := {column}.currency) END"
        )
    if field.type is FieldType.IDENTITY:
        return sql.mask(column)
    if field.type is FieldType.DATETIME:
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S')"
    return column


def item(field: FieldDef, column: str) -> str:
    """An item of a payload in ``column`` (JSON) as its type: texts hold dates and amounts, lists and capital are JSON."""
    taken = "->" if field.type in (FieldType.CODES, FieldType.CAPITAL) else "->>"
    return f"CAST({column} {taken} {literal(field.key)} AS {type_of(field)})"


def comparing(resource: Resource) -> list[str]:
    """The columns ``_compared_``, of what is compared in its comparing form: documents' numbers, texts of the natural key."""
    asked = [f.key for f in resource.fields if f.type is FieldType.DOCUMENT_NUMBER]
    asked += [k for k in resource.natural_key if resource.field(k).type is FieldType.TEXT]
    return [f"{comparable(quoted(k))} AS {_compared(k)}" for k in asked]


def content(resource: Resource) -> str:
    """The fingerprint of what a row says: MD5 over its required values, then every other that it has, by name.

    A data item that the catalogue adds later, and a row lacks, changes no fingerprint.
    """
    required = [_text(f) for f in resource.fields if f.required is True]
    others = [
        part
        for f in resource.fields
        if f.required is not True
        for part in (f"CASE WHEN {quoted(f.key)} IS NOT NULL THEN {literal(f.key)} END", _text(f))
    ]
    return f"CAST(md5(concat_ws({KEY_MARK}, {', '.join(required + others)})) AS UUID)"


def key(resource: Resource) -> str:
    """The natural key of a row beside its subject, in comparing form; empty where a subject has one record only."""
    parts = [f"coalesce({_comparing(resource.field(k))}, '')" for k in resource.natural_key]
    return f"concat_ws({KEY_MARK}, {', '.join(parts)})" if parts else "''"


def _text(field: FieldDef) -> str:
    column = quoted(field.key)
    if field.type is FieldType.CODES:
        return f"CASE WHEN {column} IS NOT NULL THEN concat('[', array_to_string({column}, ', '), ']') END"
    if field.type is FieldType.CAPITAL:
        parts = f"'{{''amount'': ', CAST({column}.amount AS VARCHAR), ', ''currency'': ', {column}.currency, '}}'"
        return f"CASE WHEN {column} IS NOT NULL THEN concat({parts}) END"
    if field.type is FieldType.IDENTITY:  # as it is kept: from a fingerprint of the whole number it could be guessed
        return sql.mask(column)
    if field.type is FieldType.DOCUMENT_NUMBER:  # shapes of brackets, blanks and widths say nothing
        return without_ordinal(column, _compared(field.key))
    return column if field.type in _TEXTS else f"CAST({column} AS VARCHAR)"


def _comparing(field: FieldDef) -> str:
    column = quoted(field.key)
    if field.type is FieldType.DOCUMENT_NUMBER:
        return without_ordinal(column, _compared(field.key))
    if field.type is FieldType.TEXT:
        return _compared(field.key)
    return _text(field)


def _compared(key: str) -> str:
    return quoted("_compared_" + key)


_TEXTS = (
    FieldType.TEXT, FieldType.MONTH, FieldType.CODE, FieldType.DIVISION, FieldType.USCC,
    FieldType.ORGANISATION_CODE, FieldType.REGISTRATION_NUMBER,
)  # fmt: skip
