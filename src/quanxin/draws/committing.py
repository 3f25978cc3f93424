"""What is published before a draw, so that nobody can steer it afterwards.

Invariant: everything that the outcome depends on, save the randomness and the organiser's code, is in the commitment or
fixed by a digest in it; its own digest is SHA-256 over its canonical JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import islice
from operator import ge
from typing import Any

from quanxin.draws import chain
from quanxin.draws.canonical import canonical, digest, shaped
from quanxin.draws.faults import Fault, Kind, Refused, refuse
from quanxin.draws.frame import Frame, Quota, bits_needed
from quanxin.draws.inspecting import Crew, Pool
from quanxin.draws.ordering import PICKED_FROM
from quanxin.draws.randomness import SECRET_BYTES, Group, Source, faults_of_sources

SHAPE = {
    "number": str,
    "organiser": str,
    "committed_on": str,
    "method": str,
    "frame": {"root": str, "sizes": {str: int}},
    "quotas": [{"stratum": str, "ratio": str, "floor": int, "ceiling": (int, None), "cap": (int, None)}],
    "chain": {"anchor": str, "length": int},
    "sources": [{"key": str, "title": str, "on": str, "issue": str, "groups": [[int]], "beacon_bits": int}],
    "second": ({"party": str, "digest": str}, None),
    "reasons": {str: str},
    "crew": (
        {"each": int, "load": (int, None), "teams": {str: str}, "inspectors": str, "recusals": str},
        None,
    ),
    "about": {str: str},
}


class Method(StrEnum):
    """How labels are ordered."""

    VRS = "vrs-1"
    RFC3797 = "rfc3797"


@dataclass(frozen=True, slots=True)
class Second:
    """Another party that has committed to a secret of 32 bytes: its name and the secret's SHA-256."""

    party: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A draw before it is made. ``about`` is free: the plan, titles of items; it is committed to as well."""

    number: str
    organiser: str
    committed_on: date
    frame_root: bytes
    sizes: Mapping[str, int]
    quotas: tuple[Quota, ...]
    anchor: bytes
    sources: tuple[Source, ...]
    reasons: Mapping[str, str]
    method: Method = Method.VRS
    length: int = chain.LENGTH
    second: Second | None = None
    crew: Crew | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 < self.length <= 10_000:
            refuse(Kind.REVEAL, str(self.length))

    @property
    def entropy(self) -> float:
        """The bits that the sources and the second secret give."""
        return sum(source.entropy for source in self.sources) + (8 * SECRET_BYTES if self.second else 0)

    def quota(self, stratum: str) -> int:
        """How many are drawn from a stratum."""
        return next(one.of(self.sizes.get(stratum, 0)) for one in self.quotas if one.stratum == stratum)

    def committed(self) -> dict[str, Any]:
        """As published."""
        second = self.second and {"party": self.second.party, "digest": self.second.digest.hex()}
        return {
            "number": self.number,
            "organiser": self.organiser,
            "committed_on": self.committed_on.isoformat(),
            "method": self.method.value,
            "frame": {"root": self.frame_root.hex(), "sizes": dict(self.sizes)},
            "quotas": [
                {"stratum": q.stratum, "ratio": q.ratio, "floor": q.floor, "ceiling": q.ceiling, "cap": q.cap}
                for q in self.quotas
            ],
            "chain": {"anchor": self.anchor.hex(), "length": self.length},
            "sources": [
                {"key": s.key, "title": s.title, "on": s.on.isoformat(), "issue": s.issue,
                 "groups": [[g.count, g.of] for g in s.groups], "beacon_bits": s.beacon_bits}
                for s in self.sources
            ],
            "second": second,
            "reasons": dict(self.reasons),
            "crew": self.crew and self.crew.committed(),
            "about": dict(self.about),
        }  # fmt: skip

    @classmethod
    def read(cls, said: Any) -> Commitment:
        """From what was published. Raises ``Refused`` where it is no commitment, or says more than one does."""
        if not shaped(said, SHAPE):
            refuse(Kind.FORM, "committed")
        try:
            found = cls(
                number=said["number"],
                organiser=said["organiser"],
                committed_on=date.fromisoformat(said["committed_on"]),
                method=Method(said["method"]),
                frame_root=bytes.fromhex(said["frame"]["root"]),
                sizes=said["frame"]["sizes"],
                quotas=tuple(Quota(**one) for one in said["quotas"]),
                anchor=bytes.fromhex(said["chain"]["anchor"]),
                length=said["chain"]["length"],
                sources=tuple(_source(one) for one in said["sources"]),
                second=said["second"] and Second(said["second"]["party"], bytes.fromhex(said["second"]["digest"])),
                reasons=said["reasons"],
                crew=said["crew"] and Crew.read(said["crew"]),
                about=said["about"],
            )
            same = canonical(found.committed()) == canonical(said)
        except Refused:
            raise
        except (TypeError, ValueError):
            same = False
        if not same:
            refuse(Kind.FORM, "committed")
        return found


def commitment_digest(commitment: Commitment) -> bytes:
    """What a ledger holds, or a signature signs: SHA-256 over the canonical JSON of what is committed to."""
    return digest(canonical(commitment.committed()))


def commit(
    frame: Frame, quotas: tuple[Quota, ...], codes: chain.Chain, *, pool: Pool | None = None, **rest: Any
) -> Commitment:
    """Make a commitment of a frame, quotas and a chain; ``rest`` are the other fields, ``crew`` without its digests.

    Raises ``Refused`` with everything that forbids the draw: sources that are not to come or too few for it, a stratum
    without a quota, more than RFC 3797 can pick from.
    """
    if rest.get("crew") is not None:
        rest["crew"] = rest["crew"].over(pool or Pool())
    made = Commitment(
        frame_root=frame.root, sizes=frame.sizes, quotas=quotas, anchor=codes.anchor, length=codes.length, **rest
    )
    if faults := list(committing_faults(made)):
        raise Refused(*faults)
    return made


def committing_faults(commitment: Commitment) -> Iterator[Fault]:
    """What forbids a draw, before any randomness."""
    yield from faults_of_sources(commitment.sources, commitment.committed_on)
    strata = [quota.stratum for quota in commitment.quotas]
    for stratum in sorted(set(commitment.sizes) - set(strata)):
        yield Fault(Kind.QUOTA, stratum)
    if len(strata) != len(set(strata)) or not strata:
        yield Fault(Kind.QUOTA)
    if commitment.entropy < bits_needed(commitment.sizes, commitment.quotas):
        yield Fault(Kind.ENTROPY)
    if commitment.method is Method.RFC3797 and max(commitment.sizes.values(), default=0) > PICKED_FROM:
        yield Fault(Kind.FRAME, commitment.method)


def faults_of_frame(commitment: Commitment, frame: Frame, root: bytes) -> Iterator[Fault]:
    """A frame that is not the one committed to; ``root`` is its own."""
    unsorted = any(map(ge, frame.labels, islice(frame.labels, 1, None)))
    if unsorted or root != commitment.frame_root or frame.sizes != dict(commitment.sizes):
        yield Fault(Kind.FRAME)


def faults_of_codes(commitment: Commitment, codes: tuple[bytes, ...]) -> Iterator[Fault]:
    """Codes that do not come one after the other from the anchor."""
    published = commitment.anchor
    if not 0 < len(codes) < commitment.length:
        yield Fault(Kind.REVEAL)
    for turn, code in enumerate(codes):
        if not chain.follows(code, published):
            yield Fault(Kind.REVEAL, str(turn))
            return
        published = code


def _source(said: Mapping[str, Any]) -> Source:
    groups = tuple(Group(*group) for group in said["groups"])
    return Source(
        said["key"], said["title"], date.fromisoformat(said["on"]), said["issue"], groups, said["beacon_bits"]
    )
