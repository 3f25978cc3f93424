"""Making a published draw again from its files, and telling what differs.

Invariant: nothing is believed that can be computed. What can no longer be judged, because what it stands on is wrong, is not
blamed: a changed frame is named as that, and not as a wrong order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest

from quanxin.draws import beside, committing, drawing, files, partners, randomness
from quanxin.draws.canonical import canonical, digest
from quanxin.draws.drawing import Taken
from quanxin.draws.faults import Fault, Kind, Refused
from quanxin.draws.files import Published
from quanxin.draws.frame import Label
from quanxin.draws.inspecting import Assigned, faults_of_pool

STOOD_ON = {Kind.SOURCE, Kind.RANDOMNESS, Kind.REVEAL, Kind.SKIP}


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
    with beside.tree(given.get(files.FRAME, b"")) as root:
        try:
            said = files.read(given)
        except Refused as refused:
            return Verdict(refused.faults)
        known = digest(canonical(said.committed)).hex()
        faults = list(_ground(said, given, known, digest_before))
        judged = not {fault.kind for fault in faults} & STOOD_ON
        outcome = (_outcome(said) or list(partners.faults(given, said.drawn))) if judged else []
        frame = list(committing.faults_of_frame(said.drawn.commitment, said.frame, root()))
    if frame:
        outcome = frame
        faults = [fault for fault in faults if fault.kind is not Kind.SKIP or fault.at == files.SKIPS]
    return Verdict(tuple(dict.fromkeys([*faults, *outcome])), tuple(said.drawn.standing), known)


def _ground(said: Published, given: Mapping[str, bytes], known: str, before: bytes | None) -> Iterator[Fault]:
    """What the outcome stands on, save the frame."""
    drawn, commitment = said.drawn, said.drawn.commitment
    if known != said.commitment or (before is not None and before.hex() != known):
        yield Fault(Kind.COMMITMENT)
    yield from committing.committing_faults(commitment)
    second = commitment.second.digest if commitment.second else None
    yield from randomness.faults_of(drawn.randomness, commitment.sources, second)
    codes = list(committing.faults_of_codes(commitment, drawn.codes))
    yield from codes
    rounds = commitment.length if codes else len(drawn.codes)
    skips = list(drawing.faults_of_skips(commitment, said.frame, drawn.skips, rounds))
    if said.digests.get(files.SKIPS) != digest(given[files.SKIPS]).hex():
        skips.insert(0, Fault(Kind.SKIP, files.SKIPS))
    yield from skips
    yield from faults_of_pool(commitment.crew, said.pool)


def _outcome(said: Published) -> list[Fault]:
    try:
        return list(_differences(said))
    except Refused as refused:  # a frame that holds what is no label
        return list(refused.faults)


def _differences(said: Published) -> Iterator[Fault]:
    """What was taken, and who was chosen, in each round."""
    drawn, commitment = said.drawn, said.drawn.commitment
    text, taken, assigned = drawn.randomness.text, list[Taken](), list[Assigned]()
    for turn, code in enumerate(drawn.codes):
        right = [one for one in drawn.taken if one.round == turn]
        chosen = drawing.choose(commitment, said.frame, text, code, drawn.skips, taken, turn)
        if chosen != [(one.place, str(one.label).encode()) for one in right]:
            stated, right = right, [Taken(turn, place, Label.read(label)) for place, label in chosen]
            faults = list(_compared(stated, right, turn))
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
