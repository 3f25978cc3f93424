"""Inspectors of the visits that a draw makes: by the same randomness, without those who must withdraw.

Invariant: pool, recusals and load limit are fixed before the draw; who is chosen for an object depends on them, the key
of the round and the visits before it, and on nothing else. Items of several bodies on one object are one visit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from quanxin.draws import ordering
from quanxin.draws.canonical import digest, lines
from quanxin.draws.faults import Fault, Kind, refuse
from quanxin.draws.frame import Label, part

POOL_HEADER, RECUSAL_HEADER = "cert,team", "cert,object,reason"


@dataclass(frozen=True, slots=True, order=True)
class Inspector:
    """A card, and a team that its holder belongs to: a body, a trade; who belongs to several has a line for each."""

    cert: str
    team: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Recusal:
    """Who does not inspect an object, and why."""

    cert: str
    object: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pool:
    """The inspectors' library of a draw."""

    inspectors: tuple[Inspector, ...] = ()
    recusals: tuple[Recusal, ...] = ()

    @classmethod
    def of(cls, inspectors: Iterable[Inspector], recusals: Iterable[Recusal] = ()) -> Pool:
        """Sorted, each once. Raises ``Refused`` where a text cannot stand in the files."""
        made = cls(tuple(sorted(set(inspectors))), tuple(sorted(set(recusals))))
        texts = [one.cert for one in made.inspectors] + [one.team for one in made.inspectors if one.team]
        for text in [*texts, *(text for one in made.recusals for text in (one.cert, one.object, one.reason))]:
            part(text)
        return made

    @property
    def inspectors_file(self) -> bytes:
        return lines(POOL_HEADER, (f"{one.cert},{one.team}" for one in self.inspectors))

    @property
    def recusals_file(self) -> bytes:
        return lines(RECUSAL_HEADER, (f"{one.cert},{one.object},{one.reason}" for one in self.recusals))

    @classmethod
    def read(cls, inspectors: bytes, recusals: bytes) -> Pool:
        """From the published files. Raises ``Refused`` where they are none."""
        one = [Inspector(*row) for row in rows(inspectors, POOL_HEADER)]
        two = [Recusal(*row) for row in rows(recusals, RECUSAL_HEADER)]
        return cls(tuple(one), tuple(two))


@dataclass(frozen=True, slots=True)
class Crew:
    """How visits are staffed: so many of each team, none with more visits than ``load``; which team an item needs.

    An item that ``teams`` does not name needs the team without a name.
    """

    each: int = 2
    load: int | None = None
    teams: Mapping[str, str] = field(default_factory=dict)
    inspectors: bytes = b""
    recusals: bytes = b""

    def __post_init__(self) -> None:
        if self.each < 1 or (self.load is not None and self.load < 1):
            refuse(Kind.INSPECTORS, f"{self.each}/{self.load}")

    def over(self, pool: Pool) -> Crew:
        """The same, fixed to a pool."""
        return replace(self, inspectors=digest(pool.inspectors_file), recusals=digest(pool.recusals_file))

    def committed(self) -> dict[str, Any]:
        fixed = {"inspectors": self.inspectors.hex(), "recusals": self.recusals.hex()}
        return {"each": self.each, "load": self.load, "teams": dict(self.teams), **fixed}

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Crew:
        fixed = bytes.fromhex(said["inspectors"]), bytes.fromhex(said["recusals"])
        return cls(said["each"], said["load"], said["teams"], *fixed)


@dataclass(frozen=True, slots=True)
class Assigned:
    """An inspector of a visit."""

    object: str
    team: str
    cert: str
    round: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to an object: all items that were drawn of it, and who comes."""

    object: str
    items: tuple[str, ...]
    inspectors: tuple[Assigned, ...] = ()


def visits(labels: Iterable[Label], assigned: Iterable[Assigned] = ()) -> list[Visit]:
    """Labels drawn as visits, one an object, in the order in which objects are first named."""
    items: dict[str, list[str]] = {}
    come: dict[str, list[Assigned]] = {}
    for label in labels:
        items.setdefault(label.object, []).append(label.item)
    for one in assigned:
        come.setdefault(one.object, []).append(one)
    return [Visit(key, tuple(sorted(set(own))), tuple(come.get(key, ()))) for key, own in items.items()]


def assign(
    crew: Crew, pool: Pool, key: bytes, turn: int, labels: Iterable[Label], before: Iterable[Assigned] = ()
) -> list[Assigned]:
    """Staff the visits of a round, in the order of their labels: of each team that the object has not yet, those whose
    order is lowest, who need not withdraw, have not their load, and do not come already. A team may stay short."""
    barred = {(one.cert, one.object) for one in pool.recusals}
    members: dict[str, list[str]] = {}
    for one in pool.inspectors:
        members.setdefault(one.team, []).append(one.cert)
    come: dict[str, list[Assigned]] = {}
    for earlier in before:
        come.setdefault(earlier.object, []).append(earlier)
    load = Counter(one.cert for own in come.values() for one in own)
    made = []
    for visit in visits(labels):
        own = come.setdefault(visit.object, [])
        for team in sorted({crew.teams.get(item, "") for item in visit.items} - {one.team for one in own}):
            there = {one.cert for one in own}
            free = (
                cert for cert in _by_order(key, visit.object, members.get(team, []))
                if cert not in there and (cert, visit.object) not in barred
                and (crew.load is None or load[cert] < crew.load)
            )  # fmt: skip
            chosen = [Assigned(visit.object, team, cert, turn) for cert in islice(free, crew.each)]
            load.update(one.cert for one in chosen)
            own += chosen
            made += chosen
    return made


def faults_of_pool(crew: Crew | None, pool: Pool) -> Iterator[Fault]:
    """A pool that is not the one committed to."""
    if crew is None:
        if pool != Pool():
            yield Fault(Kind.INSPECTORS)
        return
    if digest(pool.inspectors_file) != crew.inspectors:
        yield Fault(Kind.INSPECTORS, "inspectors.csv")
    if digest(pool.recusals_file) != crew.recusals:
        yield Fault(Kind.INSPECTORS, "recusals.csv")


def rows(data: bytes, header: str) -> Iterator[list[str]]:
    """The lines of a published file below its header. Raises ``Refused`` where it has another form."""
    try:
        head, *rest, last = data.decode().split("\n")
    except ValueError:
        refuse(Kind.FORM, header)
    if head != header or last:
        refuse(Kind.FORM, header)
    for line in rest:
        cells = line.split(",")
        if len(cells) != header.count(",") + 1:
            refuse(Kind.FORM, line)
        yield cells


def _by_order(key: bytes, visited: str, certs: list[str]) -> list[str]:
    made = ordering.orders(key, [f"insp|{visited}|{cert}".encode() for cert in certs])
    return [cert for _, cert in sorted(zip(made, certs, strict=True))]
