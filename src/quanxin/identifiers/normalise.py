"""How an identifier is written before anything looks at it.

Invariant: two ways of writing one number become one text, in Python and in SQL alike. The mapping is one closed
table from single characters to single characters or to nothing, so that every engine can carry it out and no version
of the Unicode tables changes a result: full-width forms become ASCII (as NFKC has it), small letters become capitals,
blanks, hyphens and invisible characters go. Everything else stays, for a check to refuse it by name.
"""

from __future__ import annotations

import re

_LOWER_WIDE = range(0xFF41, 0xFF5B)
_WIDE = range(0xFF01, 0xFF5F)
_BLANK = (*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_INVISIBLE = (0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF)
_HYPHEN = (0x2D, *range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D)

DROPPED = "".join(map(chr, (*_BLANK, *_INVISIBLE, *_HYPHEN)))
_REPLACED = {c: chr(c - 0x20) for c in range(ord("a"), ord("z") + 1)}
_REPLACED |= {c: chr(c - 0xFEE0 - (0x20 if c in _LOWER_WIDE else 0)) for c in _WIDE if c not in _HYPHEN}
REPLACED_FROM = "".join(map(chr, _REPLACED))
REPLACED_BY = "".join(_REPLACED.values())

_TABLE = str.maketrans(REPLACED_FROM, REPLACED_BY, DROPPED)
_LOWER = re.compile("[a-zａ-ｚ]")


def normalise_code(text: str) -> str:
    """An identifier as it is compared and stored: half width, capitals, without blanks and hyphens."""
    return text.translate(_TABLE)


def has_lower_case(text: str) -> bool:
    """Whether a text had small letters, which normalising made capital: worth a note, never a refusal."""
    return _LOWER.search(text) is not None
