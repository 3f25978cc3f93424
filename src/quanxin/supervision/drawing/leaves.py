"""The leaves of the public log that fix a draw: where they stand, and the receipts that prove them.

Invariant: a receipt says what was committed to and when, and can be verified without the platform.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext as _

from quanxin.ledger import log_reading
from quanxin.ledger.models import Leaf
from quanxin.supervision.drawing.making import COMMITTED, MADE
from quanxin.supervision.models import Draw

ENDING = ".receipt.json"


class Told(NamedTuple):
    """A leaf as everybody is told of it; ``place`` None while it waits for its place in the log."""

    title: str
    at: dt.datetime
    place: int | None
    file: str


def of(draw: Draw) -> list[Told]:
    """The leaves of a draw, the first first: its commitment, and its outcome, round by round."""
    titles = {COMMITTED: _("抽取承诺"), MADE: _("抽取结果")}
    found = Leaf.objects.filter(kind__in=titles, about=_about(draw)).order_by("id")
    return [Told(titles[one.kind], one.at, one.place, f"{one.pk}{ENDING}") for one in found]


def receipt(draw: Draw, name: str) -> bytes | None:
    """The receipt of a leaf of the draw as a file, by its name; None for none, and while it waits."""
    number = name.removesuffix(ENDING)
    if number == name or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    leaf = Leaf.objects.filter(pk=int(number), kind__in=(COMMITTED, MADE), about=_about(draw)).first()
    found = log_reading.receipt(leaf) if leaf is not None else None
    return found.written() if found is not None else None


def _about(draw: Draw) -> str:
    return f"case:{draw.case.number}"
