"""The draw itself: who is taken in each round, and who inspects.

Invariant: the same commitment, frame, randomness, codes and skips have the same outcome, byte for byte. Whatever is wrong
with what is given is refused before anything is taken. A round leaves standing what earlier rounds took, save what was
withdrawn with a reason fixed beforehand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from quanxin.draws import ordering
from quanxin.draws.committing import Commitment, Method, committing_faults, faults_of_codes, faults_of_frame
from quanxin.draws.faults import Fault, Kind, Refused
from quanxin.draws.frame import Frame, Label
from quanxin.draws.inspecting import Assigned, Pool, Visit, assign, faults_of_pool, visits
from quanxin.draws.randomness import Randomness, faults_of


@dataclass(frozen=True, slots=True, order=True)
class Skip:
    """A label that is passed over from a round on, for one of the reasons: 0 before the draw, later one that is withdrawn."""

    round: int
    label: Label
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A label that was drawn: in which round, and which place in its stratum it had there, from 1."""

    round: int
    place: int
    label: Label


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw that was made, with all that its outcome depends on."""

    commitment: Commitment
    randomness: Randomness
    codes: tuple[bytes, ...]
    skips: tuple[Skip, ...]
    taken: tuple[Taken, ...]
    assigned: tuple[Assigned, ...] = ()

    @property
    def standing(self) -> list[Label]:
        """What is to be inspected: what was taken and not withdrawn."""
        gone = {skip.label for skip in self.skips}
        return [one.label for one in self.taken if one.label not in gone]

    @property
    def visits(self) -> list[Visit]:
        """The same as visits, one an object, with their inspectors."""
        return visits(self.standing, self.assigned)

    @property
    def short(self) -> dict[str, int]:
        """By how many a stratum stays below its quota, because no more could be taken."""
        have = Counter(label.stratum for label in self.standing)
        lack = {one.stratum: self.commitment.quota(one.stratum) - have[one.stratum] for one in self.commitment.quotas}
        return {stratum: count for stratum, count in lack.items() if count}

    @property
    def unstaffed(self) -> dict[tuple[str, str], int]:
        """By how many inspectors a team stays short at an object, because no more were free to come."""
        crew = self.commitment.crew
        if crew is None:
            return {}
        come = Counter((one.object, one.team) for one in self.assigned)
        needed = {(label.object, crew.teams.get(label.item, "")) for label in self.standing}
        return {one: crew.each - come[one] for one in sorted(needed) if come[one] < crew.each}


def draw(
    commitment: Commitment,
    frame: Frame,
    randomness: Randomness,
    code: bytes,
    skips: Iterable[Skip] = (),
    pool: Pool | None = None,
) -> Draw:
    """Make a draw with the first code of its chain. Raises ``Refused`` with everything that is wrong."""
    pool = pool or Pool()
    if faults := [*committing_faults(commitment), *faults_of_frame(commitment, frame, frame.root)]:
        raise Refused(*faults)
    start = Draw(commitment, randomness, (), (), ())
    return _next(start, frame, code, skips, pool)


def substitute(drawn: Draw, frame: Frame, code: bytes, skips: Iterable[Skip], pool: Pool | None = None) -> Draw:
    """Withdraw what ``skips`` name and take substitutes with the next code. Raises ``Refused`` with what is wrong."""
    return _next(drawn, frame, code, skips, pool or Pool())


def _next(drawn: Draw, frame: Frame, code: bytes, skips: Iterable[Skip], pool: Pool) -> Draw:
    turn, commitment, randomness = len(drawn.codes), drawn.commitment, drawn.randomness
    second = commitment.second.digest if commitment.second else None
    all_skips = (*drawn.skips, *sorted(replace(skip, round=turn) for skip in skips))
    codes = (*drawn.codes, code)
    faults = [
        *faults_of(randomness, commitment.sources, second),
        *faults_of_codes(commitment, codes),
        *faults_of_skips(commitment, frame, all_skips, len(codes)),
        *faults_of_pool(commitment.crew, pool),
    ]
    if faults:
        raise Refused(*faults)
    taken = take(commitment, frame, randomness.text, code, all_skips, drawn.taken, turn)
    assigned = staff(commitment, pool, randomness.text, code, taken, drawn.assigned, turn)
    return replace(
        drawn, codes=codes, skips=all_skips, taken=(*drawn.taken, *taken), assigned=(*drawn.assigned, *assigned)
    )


def take(
    commitment: Commitment,
    frame: Frame,
    text: str,
    code: bytes,
    skips: Iterable[Skip],
    before: Iterable[Taken],
    turn: int,
) -> list[Taken]:
    """What a round takes: of each stratum as many as its quota still lacks."""
    chosen = choose(commitment, frame, text, code, skips, before, turn)
    return [Taken(turn, place, Label.read(label)) for place, label in chosen]


def choose(
    commitment: Commitment,
    frame: Frame,
    text: str,
    code: bytes,
    skips: Iterable[Skip],
    before: Iterable[Taken],
    turn: int,
) -> list[tuple[int, bytes]]:
    """The same as places, from 1 in each stratum, and labels as the frame has them."""
    before = list(before)
    gone = {str(skip.label).encode() for skip in skips if skip.round <= turn}
    held = {str(one.label).encode() for one in before}
    standing = Counter(label.partition(b"|")[0].decode() for label in held - gone)
    chosen: list[tuple[int, bytes]] = []
    for quota in sorted(commitment.quotas, key=lambda one: one.stratum):
        labels = frame.stratum(quota.stratum)
        wanted = quota.of(len(labels)) - standing[quota.stratum]
        without = {label for label in gone | held if label.startswith(f"{quota.stratum}|".encode())}
        if commitment.method is Method.RFC3797:
            key = f"{text}{code.hex().upper()}./{quota.stratum}./"
            found = ordering.picked(key, labels, wanted, without)
        else:
            found = ordering.lowest(ordering.key_of(code, text), labels, wanted, without)
        chosen += enumerate(found, 1)
    return chosen


def staff(
    commitment: Commitment,
    pool: Pool,
    text: str,
    code: bytes,
    taken: Iterable[Taken],
    before: Iterable[Assigned],
    turn: int,
) -> list[Assigned]:
    """Who inspects what a round has taken: visits by the best place of their labels, then by stratum."""
    if commitment.crew is None:
        return []
    ordered = sorted(taken, key=lambda one: (one.place, one.label))
    key = ordering.key_of(code, text)
    return assign(commitment.crew, pool, key, turn, [one.label for one in ordered], before)


def faults_of_skips(commitment: Commitment, frame: Frame, skips: Iterable[Skip], rounds: int) -> Iterator[Fault]:
    """Skips of labels that are not in the frame or skipped already, for another reason, or in no round."""
    seen = set()
    for skip in skips:
        known = skip.reason in commitment.reasons and 0 <= skip.round < rounds and skip.label in frame
        if not known or skip.label in seen:
            yield Fault(Kind.SKIP, str(skip.label))
        seen.add(skip.label)
