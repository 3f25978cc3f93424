"""JSON in its one canonical form (RFC 8785): what is hashed and signed as JSON, whoever wrote it.

Invariant: two texts that say the same give the same bytes; what JSON cannot say exactly is refused, never rounded.
"""

from __future__ import annotations

import json
from typing import Any

from rfc8785 import CanonicalizationError, dumps


class NotCanonical(ValueError):
    """A value that has no canonical form, or a text that is not JSON with each name once."""


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value. Raises ``NotCanonical`` for one that has none."""
    try:
        return bytes(dumps(value))
    except (CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
        raise NotCanonical(str(error)) from error


def read(raw: bytes) -> Any:
    """A value from a text: UTF-8, each name of an object once. Raises ``NotCanonical`` otherwise."""
    try:
        return json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return made


def _never(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
