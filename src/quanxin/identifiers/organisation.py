"""组织机构代码, GB 11714-1997: eight characters and a check character.

Invariant: the weighted sum over all nine characters is a multiple of 11, where the check character X counts as 10.
Inside a 统一社会信用代码 a failing check is only a warning, because such codes were really issued.
"""

from __future__ import annotations

import re

from quanxin.identifiers.normalise import normalise_code
from quanxin.identifiers.status import VALID, Status, invalid

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
MODULUS = 11
CHECK_CHARACTERS = "0123456789X"
SHAPE = r"[0-9A-Z]{8}[0-9X]"
_SHAPE = re.compile(SHAPE)


def check_character(body: str) -> str:
    """The ninth character of a body of eight. Raises ValueError for characters outside 0-9 and A-Z."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(body, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[-total % MODULUS]


def check(text: str) -> Status:
    """Check a code standing alone; reason ``organisation-code-invalid``."""
    code = normalise_code(text)
    if _SHAPE.fullmatch(code) and check_character(code[:8]) == code[8]:
        return VALID
    return invalid("organisation-code-invalid")
