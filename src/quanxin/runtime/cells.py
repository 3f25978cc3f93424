"""Texts in files that table programs open.

Invariant: no text of ours is taken for a formula, however it is written: with a sign of full width or small form, behind
blanks, or behind a tab or line break; and a plain signed number stays a number.
"""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"  # what a program may leave out before it looks at the first sign


def harmless(text: str) -> str:
    """The text with an apostrophe before it, where a table program would take it for a formula."""
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a table program would take a text for a formula."""
    if text[:1] in ("\t", "\r", "\n") and text.strip():
        return True
    first = text.lstrip().lstrip(_UNSEEN).lstrip()[:1]
    return unicodedata.normalize("NFKC", first) in ("=", "+", "-", "@") and not _NUMBER.fullmatch(text)
