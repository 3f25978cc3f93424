"""The frame: who and what may be drawn, as sorted labels in strata, and how many of each stratum are.

Invariant: a label is ``stratum|object|item`` in characters of the basic plane, without ``|``, commas, quotes and blanks in
its parts; a frame holds each label once, in the order of its bytes, so that a stratum is one stretch of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil, comb, log2

from quanxin.draws.faults import Kind, refuse
from quanxin.proofs import merkle

_PART = re.compile(r"""[^\x00-\x20\x7f-\xa0\u3000|,"'\ud800-\udfff\ufeff\U00010000-\U0010ffff]{1,80}""")
_RATIO = re.compile(r"0(\.\d{1,12})?|1(\.0{1,12})?")
HEADER = "label"


def part(text: str) -> str:
    """A part of a label, as it is. Raises ``Refused`` where it cannot be one."""
    if not _PART.fullmatch(text):
        refuse(Kind.FORM, text)
    return text


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """What is drawn: an object (a public identifier) of a stratum, for an item of inspection."""

    stratum: str
    object: str
    item: str

    def __str__(self) -> str:
        return f"{self.stratum}|{self.object}|{self.item}"

    @classmethod
    def read(cls, text: str | bytes) -> Label:
        parts = (text if isinstance(text, str) else text.decode(errors="replace")).split("|")
        if len(parts) != 3:
            refuse(Kind.FORM, "|".join(parts))
        return cls(*parts)


@dataclass(frozen=True)
class Frame:
    """Labels that no longer change: a tuple, which Python's collector does not walk through again and again as it does a list."""

    labels: tuple[bytes, ...]

    @classmethod
    def freeze(cls, labels: Iterable[Label]) -> Frame:
        """Sort labels. Raises ``Refused`` where a part is no part of a label or one stands twice."""
        found = []
        for one in labels:
            for text in (one.stratum, one.object, one.item):
                part(text)
            found.append(str(one).encode())
        found.sort()
        for before, after in pairwise(found):
            if before == after:
                refuse(Kind.FRAME, after.decode())
        return cls(tuple(found))

    @classmethod
    def read(cls, data: bytes) -> Frame:
        """The frame of a published file. Raises ``Refused`` where it is none."""
        lines = data.split(b"\n")
        if lines[0] != HEADER.encode() or (len(lines) > 1 and lines[-1]):
            refuse(Kind.FRAME, HEADER)
        return cls(tuple(lines[1:-1]))

    def written(self) -> bytes:
        """As its published file."""
        return b"\n".join([HEADER.encode(), *self.labels, b""])

    @cached_property
    def root(self) -> bytes:
        return merkle.root_over(self.labels)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How many labels each stratum has."""
        sizes, at = {}, 0
        while at < len(self.labels):
            prefix = self.labels[at].partition(b"|")[0]
            end = bisect_left(self.labels, prefix + b"}", at)  # the next character after "|"
            sizes[prefix.decode(errors="replace")] = end - at
            at = end
        return sizes

    def stratum(self, key: str) -> Sequence[bytes]:
        """The labels of a stratum, in order."""
        start = bisect_left(self.labels, key.encode() + b"|")
        return self.labels[start : bisect_left(self.labels, key.encode() + b"}", start)]

    def __contains__(self, label: Label) -> bool:
        wanted = str(label).encode()
        at = bisect_left(self.labels, wanted)
        return at < len(self.labels) and self.labels[at] == wanted


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of a stratum: a ratio as exact decimal text, at least ``floor``, at most ``ceiling``.

    ``cap`` is how many visits an object of the stratum may have in the year; who has had them is skipped by a line.
    """

    stratum: str
    ratio: str
    floor: int = 0
    ceiling: int | None = None
    cap: int | None = None

    def __post_init__(self) -> None:
        part(self.stratum)
        bounds = (self.floor, self.ceiling or 0, self.cap or 0)
        try:
            sound = bool(_RATIO.fullmatch(self.ratio)) and Decimal(self.ratio) <= 1 and min(bounds) >= 0
        except InvalidOperation:
            sound = False
        if not sound:
            refuse(Kind.QUOTA, self.stratum)

    def of(self, size: int) -> int:
        """How many of so many: the ratio rounded up, within floor, ceiling and what there is."""
        wanted = max(ceil(Fraction(self.ratio) * size), self.floor)
        return min(wanted, size if self.ceiling is None else min(self.ceiling, size))


def bits_needed(sizes: Mapping[str, int], quotas: Iterable[Quota]) -> float:
    """The bits of randomness that make every selection possible, at most 128."""
    needed = 0.0
    for quota in quotas:
        size = sizes.get(quota.stratum, 0)
        taken = min(quota.of(size), size - quota.of(size))
        # from here on any further one is beyond the limit, and the exact number would be thousands of digits long
        needed += 128.0 if taken > 128 else log2(comb(size, taken))
    return min(needed, 128.0)


def skips_by_cap(frame: Frame, quotas: Iterable[Quota], visited: Mapping[str, int]) -> list[Label]:
    """The labels whose objects have had as many visits this year as their stratum allows."""
    full = []
    for quota in quotas:
        if quota.cap is not None:
            own = map(Label.read, frame.stratum(quota.stratum)) if visited else ()
            full += [label for label in own if visited.get(label.object, 0) >= quota.cap]
    return full
