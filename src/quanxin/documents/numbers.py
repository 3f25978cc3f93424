"""Numbers of documents, in the format that the pack rules for their kind.

Invariant: whoever has a number cannot guess another: what follows the moment is drawn anew each time.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import string

from quanxin.calendar import local
from quanxin.policy.documents import NumberFormat

_SIGNS = string.digits + string.ascii_uppercase
_NUMBER = re.compile(r"[0-9A-Z]{13,29}")


def draw(form: NumberFormat, at: dt.datetime) -> str:
    """A number for a moment."""
    there = local(at)
    moment = f"{there:%Y%m%d%H%M%S}{there.microsecond // 1000:03d}" if form.stamp.endswith("SSS") else f"{there:%Y%m%d}"
    return moment + "".join(secrets.choice(_SIGNS) for _ in range(form.random))


def written(text: str) -> str:
    """A number as it is kept, from one as people write it; "" for what can be none."""
    number = re.sub(r"[\s\-]", "", text[:80]).upper()
    return number if _NUMBER.fullmatch(number) else ""
