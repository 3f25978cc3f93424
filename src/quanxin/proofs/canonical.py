"""One form of bytes for what is committed to and signed: the JSON Canonicalization Scheme (RFC 8785) without fractions.

Invariant: whatever has a form keeps it through any database and any language that reads JSON. A number that may come back
spelt otherwise has none: a fraction is written as text, and so is a whole number beyond what a double holds.
"""

from __future__ import annotations

import json
from typing import Any

LARGEST = 2**53 - 1  # whole numbers that every reader of JSON keeps
DEEPEST = 32


def canonical(value: Any) -> bytes:
    """A value as canonical JSON in UTF-8. Raises ``ValueError`` for one that has no such form."""
    whole = json.dumps(_ordered(value, DEEPEST), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return whole.encode()  # half a surrogate pair has no bytes, and is a ValueError too


def _ordered(value: Any, deeper: int) -> Any:
    """The value with its keys in the order of their UTF-16 code units."""
    if not deeper:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key that is no text")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _ordered(value[key], deeper - 1) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(one, deeper - 1) for one in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    raise ValueError(f"no exact form: {type(value).__name__} {value!r:.40}")
