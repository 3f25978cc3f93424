"""Examples of what an address takes and gives, made of its schema.

Invariant: an example is one value that the schema allows as far as it says; what only a pattern says is told by a dash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 12
_TEXTS = {
    "date": "2026-06-01",
    "date-time": "2026-06-01T08:00:00+08:00",
    "uuid": "0b6c9f6e-4f0e-4d1c-9a53-2f7f1c1f0a11",
}
_PLAIN = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
# What names are in the samples of the documentation.
_NAMED = {
    "resource": "administrative-penalty",
    "code": "91370100MA00000000",
    "purpose": "supervision",
    "reason": "录入有误",
}


def example(schema: Mapping[str, Any], parts: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value of a schema; ``parts`` are the schemas that it may refer to by their names."""
    if depth > _DEEPEST:
        return None
    if "$ref" in schema:
        return example(parts[schema["$ref"].rpartition("/")[2]], parts, name, depth + 1)
    for key in ("const", "example", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if given := schema.get("examples") or schema.get("enum"):
        return given[0]
    for key in ("allOf", "anyOf", "oneOf"):
        if options := [one for one in schema.get(key, ()) if one.get("type") != "null"]:
            return example(options[0], parts, name, depth + 1)
    kind = schema.get("type", "string")
    if kind == "object":
        return {key: example(one, parts, key, depth + 1) for key, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {}), parts, name, depth + 1)]
    return _PLAIN.get(kind, _NAMED.get(name) or _TEXTS.get(schema.get("format", ""), "…"))
