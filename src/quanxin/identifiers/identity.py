"""Numbers of natural persons' documents.

Invariant: a number is accepted only with a real day of birth that is not in the future, and says who is of age.

Known forms: 居民身份证 (GB 11643-1999, 18 characters), 港澳居民居住证 (810000, 820000) and 台湾居民居住证 (830000) of
the same build, 外国人永久居留身份证 of 2023 (9, province, nationality, birth, the same check) and its form of before
(three letters, place, birth as yymmdd, two digits; its check digit is not published, so none is checked), and the
15-digit 居民身份证 that is no longer in force. A district is checked to its province: districts come and go, and a
number keeps the one it was issued in.
"""

from __future__ import annotations

import datetime as dt
import re

from quanxin.identifiers.normalise import normalise_code
from quanxin.identifiers.status import VALID, State, Status, invalid

PROVINCE = "(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71)"
SHAPE = f"({PROVINCE}[0-9]{{4}}|8[123]0000|9{PROVINCE}[0-9]{{3}})(19|20)[0-9]{{9}}[0-9X]"
LEGACY_SHAPE = f"{PROVINCE}[0-9]{{13}}"
FOREIGN_SHAPE = f"[A-Z]{{3}}{PROVINCE}[0-9]{{10}}"
MODULUS = 11
WEIGHTS = (*(pow(2, 17 - i, MODULUS) for i in range(17)), 1)
CHECK_CHARACTERS = "0123456789X"
AGE_OF_MAJORITY = 18

_SHAPE = re.compile(SHAPE)
_LEGACY = re.compile(LEGACY_SHAPE)
_FOREIGN = re.compile(FOREIGN_SHAPE)


def check_character(stem: str) -> str:
    """The 18th character of a stem of 17 digits (ISO/IEC 7064 MOD 11-2). Raises ValueError for anything else."""
    if len(stem) != 17:
        raise ValueError(f"a stem has 17 digits, not {len(stem)}")
    return CHECK_CHARACTERS[(1 - sum(int(c) * w for c, w in zip(stem, WEIGHTS, strict=False))) % MODULUS]


def born_on(text: str, today: dt.date) -> dt.date | None:
    """The day of birth that a number states, or None where it has no known form or names no real day.

    A form with two digits for the year means the latest such year that is not after ``today``.
    """
    number = normalise_code(text)
    if _SHAPE.fullmatch(number):
        return _real_day(number[6:14])
    if _LEGACY.fullmatch(number):
        return _real_day("19" + number[6:12])
    if _FOREIGN.fullmatch(number):
        recent = "20" + number[7:13]
        return _real_day(recent if recent <= f"{today:%Y%m%d}" else "19" + number[7:13])
    return None


def age_on(born: dt.date, day: dt.date) -> int:
    """Whole years of age on a day; someone born on 29 February is a year older on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check(text: str, today: dt.date) -> Status:
    """Check a number on a day.

    Reasons: ``identity-invalid``; ``identity-minor`` for persons under 18, whose records a platform does not take;
    ``identity-legacy``, grandfathered, for 15 digits.
    """
    number = normalise_code(text)
    born = born_on(number, today)
    wrong = len(number) == 18 and not passes(number)
    if born is None or born > today or wrong:
        return invalid("identity-invalid")
    if age_on(born, today) < AGE_OF_MAJORITY:
        return invalid("identity-minor")
    if _LEGACY.fullmatch(number):
        return Status(State.GRANDFATHERED, "identity-legacy")
    return VALID


def passes(number: str) -> bool:
    """Whether 18 normalised characters have the shape and the check character of a number; its day is not looked at."""
    return _SHAPE.fullmatch(number) is not None and check_character(number[:17]) == number[17]


def has_form(number: str) -> bool:
    """Whether a normalised text of 18 characters, or of 15 digits, has the shape of a number and names a real day."""
    if _SHAPE.fullmatch(number):
        return _real_day(number[6:14]) is not None
    return _LEGACY.fullmatch(number) is not None and _real_day("19" + number[6:12]) is not None


def mask(text: str) -> str:
    """A number as it may be shown, 3701**********1234: four characters at each end, of 15 or more, or none at all."""
    if len(text) < 15:
        return "*" * len(text)
    return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"


def _real_day(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
