"""工商注册号, before the 统一社会信用代码: 15 digits with a check digit, 13 digits without, and foreign forms.

Invariant: an old number is recognised and kept as it stands; it is never turned into another. Fifteen digits follow
GS 15-2006, whose last digit is ISO/IEC 7064 MOD 11,10; thirteen digits, issued until 2007, check nothing; numbers of
foreign investment read 企合苏总字第000174号.
"""

from __future__ import annotations

import re

from quanxin.identifiers.normalise import normalise_code
from quanxin.identifiers.status import VALID, State, Status, invalid

SHAPE = "[0-9]{15}"
LEGACY_SHAPE = "[0-9]{13}"
FOREIGN_SHAPE = "企[一-鿿]{2,8}字第?[0-9]{3,8}号?"
_SHAPE = re.compile(SHAPE)
_LEGACY = re.compile(LEGACY_SHAPE)
_FOREIGN = re.compile("(企[一-鿿]{2,8}字)第?([0-9]{3,8})号?")


def check_digit(stem: str) -> str:
    """The 15th digit of a stem of 14 digits. Raises ValueError for anything else."""
    if len(stem) != 14:
        raise ValueError(f"a stem has 14 digits, not {len(stem)}")
    product = 10
    for digit in stem:
        product = ((product + int(digit) + 9) % 10 + 1) * 2 % 11
    return str((11 - product) % 10)


def check(text: str) -> Status:
    """Check an old registration number.

    A right 15-digit number is valid; 13 digits and foreign forms are grandfathered, as they check nothing; anything
    else is refused with ``registration-number-check``.
    """
    number = normalise_code(text)
    if _SHAPE.fullmatch(number) and check_digit(number[:14]) == number[14]:
        return VALID
    if _LEGACY.fullmatch(number):
        return Status(State.GRANDFATHERED, "code-is-registration-number")
    if _FOREIGN.fullmatch(number):
        return Status(State.GRANDFATHERED, "code-is-foreign-registration")
    return invalid("registration-number-check")


def foreign_number(text: str) -> str | None:
    """A foreign-investment number in its full form, 企合苏总字第000174号, or None where the text is none."""
    found = _FOREIGN.fullmatch(normalise_code(text))
    return f"{found[1]}第{found[2]}号" if found else None
