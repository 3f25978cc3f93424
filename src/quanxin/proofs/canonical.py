"""The form of what the public log commits to: canonical JSON (``jcs``) without fractions.

Invariant: whatever has a form keeps it through any database and any language that reads JSON. A number that may come back
spelt otherwise has none: a fraction is written as text, and so is a whole number beyond what a double holds.
"""

from __future__ import annotations

from typing import Any

from quanxin.proofs import jcs

DEEPEST = 32


def canonical(value: Any) -> bytes:
    """A value as canonical JSON in UTF-8. Raises ``ValueError`` for one that has no such form."""
    _expect_exact(value, DEEPEST)
    return jcs.canonical(value)


def _expect_exact(value: Any, deeper: int) -> None:
    if not deeper:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        for one in value.values():
            _expect_exact(one, deeper - 1)
    elif isinstance(value, list | tuple):
        for one in value:
            _expect_exact(one, deeper - 1)
    elif isinstance(value, float):
        raise ValueError(f"no exact form: {value!r}")
