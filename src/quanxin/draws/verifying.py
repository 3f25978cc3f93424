"""Making a published draw again from its files, and telling what differs.

Invariant: nothing is believed that can be computed. What can no longer be judged, because what it stands on is wrong, is not
blamed: a changed frame is named as that, and not as a wrong order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest

from quanxin.draws import committing, drawing, files, randomness
from quanxin.draws.canonical import canonical, digest
from quanxin.draws.drawing import Taken
from quanxin.draws.faults import Fault, Kind, Refused
from quanxin.draws.files import Published
from quanxin.draws.frame import Label
from quanxin.draws.inspecting import Assigned, faults_of_pool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a draw, if anything; what stands drawn by these files; the digest of what was committed to."""

    faults: tuple[Fault, ...]
    selected: tuple[Label, ...] = ()
    commitment: str = ""

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(given: Mapping[str, bytes], digest_before: bytes | None = None) -> Verdict:
    """Verify the files of a draw; ``digest_before`` is its commitment's as a ledger or a saved copy has it."""
    try:
        return _judged(files.read(given), given, digest_before)
    except Refused as refused:
        return Verdict(refused.faults)


def _judged(said: Published, given: Mapping[str, bytes], digest_before: bytes | None) -> Verdict:
    known = digest(canonical(said.committed)).hex()
    faults = list(_ground(said, given, known, digest_before))
    if not {fault.kind for fault in faults} & {Kind.FRAME, Kind.SOURCE, Kind.RANDOMNESS, Kind.REVEAL, Kind.SKIP}:
        faults += _outcome(said)
    return Verdict(tuple(dict.fromkeys(faults)), tuple(said.drawn.standing), known)


def _ground(said: Published, given: Mapping[str, bytes], known: str, before: bytes | None) -> Iterator[Fault]:
    """What the outcome stands on."""
    drawn, commitment = said.drawn, said.drawn.commitment
    if known != said.commitment or (before is not None and before.hex() != known):
        yield Fault(Kind.COMMITMENT)
    yield from committing.committing_faults(commitment)
    frame = list(committing.faults_of_frame(commitment, said.frame))
    yield from frame
    second = commitment.second.digest if commitment.second else None
    yield from randomness.faults_of(drawn.randomness, commitment.sources, second)
    codes = list(committing.faults_of_codes(commitment, drawn.codes))
    yield from codes
    rounds = commitment.length if codes else len(drawn.codes)
    skips = [] if frame else list(drawing.faults_of_skips(commitment, said.frame, drawn.skips, rounds))
    if said.digests.get(files.SKIPS) != digest(given[files.SKIPS]).hex():
        skips.insert(0, Fault(Kind.SKIP, files.SKIPS))
    yield from skips
    yield from faults_of_pool(commitment.crew, said.pool)


def _outcome(said: Published) -> Iterator[Fault]:
    """What was taken, and who was chosen, in each round."""
    drawn, commitment = said.drawn, said.drawn.commitment
    text, taken, assigned = drawn.randomness.text, list[Taken](), list[Assigned]()
    for turn, code in enumerate(drawn.codes):
        right = drawing.take(commitment, said.frame, text, code, drawn.skips, taken, turn)
        faults = list(_compared([one for one in drawn.taken if one.round == turn], right, turn))
        yield from faults
        if faults:
            return  # later rounds stand on this one
        assigned += drawing.staff(commitment, said.pool, text, code, right, assigned, turn)
        taken += right
    if drawn.taken != tuple(taken):
        yield Fault(Kind.ORDER, files.SELECTED)
        return
    for found, wanted in zip_longest(drawn.assigned, assigned):
        if found != wanted:
            yield Fault(Kind.INSPECTORS, (found or wanted).object)
            break
    if said.counts != files.counts(drawn):
        yield Fault(Kind.COUNTS)


def _compared(found: list[Taken], right: list[Taken], turn: int) -> Iterator[Fault]:
    """Of each stratum: how many were taken, then which and in what order."""
    ours, theirs = _by_stratum(right), _by_stratum(found)
    for stratum in sorted(ours.keys() | theirs.keys()):
        own, given = ours.get(stratum, []), theirs.get(stratum, [])
        if len(own) != len(given):
            yield Fault(Kind.SUBSTITUTE if turn else Kind.QUOTA, stratum)
        elif own != given:
            first = next(one for one, other in zip(own, given, strict=True) if one != other)
            yield Fault(Kind.SUBSTITUTE if turn else Kind.ORDER, str(first.label))


def _by_stratum(taken: list[Taken]) -> dict[str, list[Taken]]:
    ordered = sorted(taken, key=lambda one: one.label.stratum)
    return {key: list(own) for key, own in groupby(ordered, lambda one: one.label.stratum)}
