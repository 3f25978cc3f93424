"""Public randomness: sources named beforehand with their days, what came of them, and the text that all agree on.

Invariant: the text is that of RFC 3797: the numbers of a group sorted, each with a point behind it, a stroke behind the
group; text sources in upper case. Nobody who took part can have known it when the draw was committed to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import comb, log2

from quanxin.draws.faults import Fault, Kind, refuse

SECRET_BYTES = 32
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Group:
    """Balls drawn together: so many different ones out of 1 to ``of``; their order is not told."""

    count: int
    of: int

    def __post_init__(self) -> None:
        if not 0 < self.count < self.of <= 1000:
            refuse(Kind.SOURCE, f"{self.count}/{self.of}")


@dataclass(frozen=True, slots=True)
class Source:
    """A source of randomness: a lottery by its groups of balls, or a beacon by the bits of its hexadecimal value."""

    key: str
    title: str
    on: date
    issue: str = ""
    groups: tuple[Group, ...] = ()
    beacon_bits: int = 0

    @property
    def entropy(self) -> float:
        return sum(log2(comb(group.of, group.count)) for group in self.groups) + self.beacon_bits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a source: the numbers of its groups, or its value in hexadecimal."""

    source: str
    on: date
    issue: str = ""
    numbers: tuple[tuple[int, ...], ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Randomness:
    """The outcomes in the order of their sources, and the second party's secret where one was committed to."""

    outcomes: tuple[Outcome, ...]
    secret: bytes | None = None

    @property
    def text(self) -> str:
        return text_of([*self._groups(), *([[self.secret.hex().upper()]] if self.secret is not None else [])])

    def _groups(self) -> Iterator[Sequence[str | int]]:
        for outcome in self.outcomes:
            yield from (sorted(numbers) for numbers in outcome.numbers)
            if outcome.value:
                yield [outcome.value.upper()]


def text_of(groups: Iterable[Sequence[str | int]]) -> str:
    """Groups of values as one text."""
    return "".join("".join(f"{value}." for value in group) + "/" for group in groups)


def faults_of_sources(sources: Sequence[Source], committed_on: date) -> Iterator[Fault]:
    """Sources that were not to come, that nobody can draw from, or that stand twice."""
    if not sources:
        yield Fault(Kind.SOURCE)
    seen = set()
    for source in sources:
        one_form = bool(source.groups) != bool(source.beacon_bits) and source.beacon_bits % 8 == 0
        if source.on <= committed_on or source.key in seen or not one_form or source.beacon_bits < 0:
            yield Fault(Kind.SOURCE, source.key)
        seen.add(source.key)


def faults_of(randomness: Randomness, sources: Sequence[Source], second: bytes | None) -> Iterator[Fault]:
    """What of the randomness is not what the sources can give, is of another day, or is not the committed secret."""
    if [outcome.source for outcome in randomness.outcomes] != [source.key for source in sources]:
        yield Fault(Kind.SOURCE)
        return
    for outcome, source in zip(randomness.outcomes, sources, strict=True):
        if outcome.on != source.on or (source.issue and outcome.issue != source.issue):
            yield Fault(Kind.SOURCE, source.key)
        elif not _possible(outcome, source):
            yield Fault(Kind.RANDOMNESS, source.key)
    secret = randomness.secret
    kept = secret is None if second is None else secret is not None and hashlib.sha256(secret).digest() == second
    if not kept:
        yield Fault(Kind.RANDOMNESS)


def _possible(outcome: Outcome, source: Source) -> bool:
    if source.beacon_bits:
        return (
            not outcome.numbers and len(outcome.value) * 4 == source.beacon_bits and bool(_HEX.fullmatch(outcome.value))
        )
    return not outcome.value and len(outcome.numbers) == len(source.groups) and all(
        len(numbers) == len(set(numbers)) == group.count and min(numbers) >= 1 and max(numbers) <= group.of
        for numbers, group in zip(outcome.numbers, source.groups, strict=True)
    )  # fmt: skip
