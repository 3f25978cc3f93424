"""The Frictionless Table Schema of a resource (Table Schema v1, specs.frictionlessdata.io/table-schema).

Invariant: a file that keeps to the schema has no complaint about form from the checks. The checks read more than the
schema asks for: dates in an office's own writing, amounts with their unit, full-width signs.
"""

from __future__ import annotations

from typing import Any

from quanxin.engine.normalise import NOTHING
from quanxin.engine.values import FALSE, TRUE
from quanxin.intake.forms.words import Explained, explain
from quanxin.policy import Rules
from quanxin.policy.model import FieldType, Resource

SCHEMA = "https://specs.frictionlessdata.io/schemas/table-schema.json"
_KINDS: dict[FieldType, dict[str, Any]] = {
    FieldType.DATE: {"type": "date", "format": "default"},
    FieldType.DATETIME: {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S"},
    FieldType.YEAR: {"type": "year"},
    FieldType.MONTH: {"type": "yearmonth"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.DECIMAL: {"type": "number"},
    FieldType.MONEY_WAN: {"type": "number"},
    FieldType.MONEY_YUAN: {"type": "number"},
    FieldType.BOOLEAN: {"type": "boolean", "trueValues": list(TRUE), "falseValues": list(FALSE)},
}


def table_schema(resource: Resource, rules: Rules) -> dict[str, Any]:
    """The schema of a resource under the rules of a day, as JSON; names are field keys, titles are Chinese.

    It has no ``primaryKey``: a record is known by its subject and its key together, and a subject can be stated by
    any of several fields.
    """
    return {
        "$schema": SCHEMA,
        "name": resource.key,
        "title": resource.title.zh,
        "description": resource.title.en,
        "missingValues": list(NOTHING),
        "fields": [_field(one) for one in explain(resource, rules)],
    }


def _field(one: Explained) -> dict[str, Any]:
    field = one.field
    words = [one.type, one.need, *one.limits, *one.rules]
    made: dict[str, Any] = {
        "name": field.key, "title": field.title.zh, "type": "string",
        "description": "；".join(w.zh for w in words) + " / " + "; ".join(w.en for w in words),
    }  # fmt: skip
    if not field.long_term:  # “长期” stands in a date's place
        made |= _KINDS.get(field.type, {})
    if limits := _constraints(one):
        made["constraints"] = limits
    if one.example:
        made["example"] = one.example
    return made


def _constraints(one: Explained) -> dict[str, Any]:
    field = one.field
    limits: dict[str, Any] = {}
    if field.required is True:
        limits["required"] = True
    if field.max_length:
        limits["maxLength"] = field.max_length
    if field.pattern:
        limits["pattern"] = field.pattern
    if field.type in _KINDS:
        limits |= {name: value for name in ("minimum", "maximum") if (value := getattr(field, name)) is not None}
    if one.codes is not None and field.type is not FieldType.CODES and not one.codes.open_prefix:
        spellings = [text for code in one.codes.codes for text in (code.value, code.title.zh, *code.aliases)]
        limits["enum"] = list(dict.fromkeys(spellings))
    return limits
