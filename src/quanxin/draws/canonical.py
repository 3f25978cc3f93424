"""One form of bytes for what is committed to: JSON with sorted keys and no blanks, lines that end with a line feed.

Invariant: the same content has the same bytes in any language that reads it; there are no fractions, only whole numbers
and text (a ratio is text).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def canonical(value: Any) -> bytes:
    """A value as canonical JSON in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def shaped(value: Any, shape: Any) -> bool:
    """Whether a value that was read has a shape: a type, ``[shape]`` of each element, ``{str: shape}`` of each value,
    keys with their shapes, or a tuple of shapes of which it has one."""
    if isinstance(shape, tuple):
        return any(shaped(value, one) for one in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(shaped(one, shape[0]) for one in value)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return False
        if str in shape:
            return all(shaped(one, shape[str]) for one in value.values())
        return value.keys() == shape.keys() and all(shaped(value[key], one) for key, one in shape.items())
    return value is shape if shape is None else type(value) is shape


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def lines(header: str, rows: Iterable[str]) -> bytes:
    """A file of lines below a header."""
    return "".join(f"{row}\n" for row in (header, *rows)).encode()
