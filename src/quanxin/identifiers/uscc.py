"""统一社会信用代码, GB 32100-2015: 18 characters of which the last checks the rest.

Invariant: the sum of all 18 values, weighted by powers of 3, is a multiple of 31; the placeholder of seventeen zeros
and an X is recognised before any arithmetic, which it never passes.

Grandfathered codes. Fujian issued codes as a pilot before the national standard settled. They are in use, and fail
its check character. Every such code that is published (five in the conformance vectors, three found elsewhere) has
two things in common: the organisation code begins with the pilot's block M000, and the last character is the right
one of another system, ISO/IEC 7064's MOD 37-2 with the weights running from the left, 1, 2, 4, 8 …, over the digits
and all 26 letters. That is the rule here: both must hold. A slip of the pen in a pilot's code is still found, and no
code from elsewhere is let through. Codes that fail both systems are refused, however often they are printed.
"""

from __future__ import annotations

import re

from quanxin.identifiers import organisation
from quanxin.identifiers.normalise import has_lower_case, normalise_code
from quanxin.identifiers.status import State, Status, invalid

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MODULUS = 31
WEIGHTS = (*(pow(3, i, MODULUS) for i in range(LENGTH - 1)), 1)
DIVISION = range(2, 8)
ORGANISATION = range(8, 17)
PLACEHOLDER = "0" * 17 + "X"

PILOT_BLOCK = r"^9[123]35[0-9]{4}M000"
PILOT_MODULUS = 37
PILOT_WEIGHTS = (*(pow(2, i, PILOT_MODULUS) for i in range(LENGTH - 1)), 1)

_CHARACTERS = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_PILOT = re.compile(PILOT_BLOCK)


def check_character(stem: str) -> str:
    """The 18th character of a stem of 17. Raises ValueError for other lengths and characters outside the alphabet."""
    if len(stem) != LENGTH - 1:
        raise ValueError(f"a stem has {LENGTH - 1} characters, not {len(stem)}")
    total = sum(ALPHABET.index(c) * w for c, w in zip(stem, WEIGHTS, strict=False))
    return ALPHABET[-total % MODULUS]


def check(text: str) -> Status:
    """Check a code as a department wrote it.

    Reasons: ``uscc-placeholder``, ``uscc-length``, ``uscc-charset`` (also a letter in the division, characters 3 to
    8), ``uscc-check-digit``; ``uscc-grandfathered`` with the state of that name. Notes on accepted codes:
    ``uscc-lower-case``, and ``uscc-org-check`` where the organisation code inside fails its own check.
    """
    code = normalise_code(text)
    if code == PLACEHOLDER:
        return invalid("uscc-placeholder")
    if len(code) != LENGTH:
        return invalid("uscc-length")
    if not _CHARACTERS.fullmatch(code):
        return invalid("uscc-charset")
    if check_character(code[:-1]) == code[-1]:
        return Status(State.VALID, None, _notes(text, code))
    if _is_pilot(code):
        return Status(State.GRANDFATHERED, "uscc-grandfathered", _notes(text, code))
    return invalid("uscc-check-digit")


def _is_pilot(code: str) -> bool:
    total = sum(organisation.ALPHABET.index(c) * w for c, w in zip(code, PILOT_WEIGHTS, strict=True))
    return _PILOT.match(code) is not None and total % PILOT_MODULUS == 0


def _notes(text: str, code: str) -> tuple[str, ...]:
    inside = code[ORGANISATION.start : ORGANISATION.stop]
    notes = {
        "uscc-lower-case": has_lower_case(text),
        "uscc-org-check": not organisation.check(inside).accepted,
    }
    return tuple(note for note, found in notes.items() if found)
