"""Inspectors of other bodies that come along: each from a pool of its own, by the rule and the randomness of the draw.

Invariant: the commitment fixes the files of a partner's pool by their digests, under their names; whom it sends follows from
them, from the codes and from what was taken, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from quanxin.draws.canonical import digest, lines
from quanxin.draws.drawing import Draw, Taken
from quanxin.draws.faults import Fault, Kind, Refused
from quanxin.draws.files import INSPECTORS, RECUSALS, VISITS, VISITS_HEADER
from quanxin.draws.inspecting import Assigned, Crew, Pool, assign, rows
from quanxin.draws.ordering import key_of


def named(name: str, partner: str) -> str:
    """The partner's file of a kind."""
    stem, _, ending = name.partition(".")
    return f"{stem}-{partner}.{ending}"


def of(about: Mapping[str, str]) -> list[str]:
    """The partners whose pools a commitment fixes."""
    stem, _, ending = INSPECTORS.partition(".")
    found = [name for name in about if name.startswith(f"{stem}-") and name.endswith(f".{ending}")]
    return sorted(name[len(stem) + 1 : -len(ending) - 1] for name in found)


def pool_files(pool: Pool, partner: str) -> dict[str, bytes]:
    """The files of a partner's pool."""
    return {named(INSPECTORS, partner): pool.inspectors_file, named(RECUSALS, partner): pool.recusals_file}


def sent(
    drawn: Draw, partner: str, pool: Pool, taken: Sequence[Taken], turn: int, before: Iterable[Assigned]
) -> list[Assigned]:
    """Whom a partner sends in a round, after those whom it sent ``before``."""
    crew = drawn.commitment.crew or Crew()
    ordered = [one.label for one in sorted(taken, key=lambda one: (one.place, one.label))]
    own = Crew(crew.each, crew.load, {label.item: partner for label in ordered})
    return assign(own, pool, key_of(drawn.codes[turn], drawn.randomness.text), turn, ordered, before)


def written(come: Iterable[Assigned]) -> bytes:
    """The file of whom a partner sends."""
    return lines(VISITS_HEADER, (f"{one.object},{one.team},{one.cert},{one.round}" for one in come))


def read(content: bytes) -> list[Assigned]:
    """As ``written``. Raises ``Refused``, and ``ValueError`` for a round that is no number."""
    return [Assigned(where, team, cert, int(turn)) for where, team, cert, turn in rows(content, VISITS_HEADER)]


def faults(given: Mapping[str, bytes], drawn: Draw) -> Iterator[Fault]:
    """What is wrong with the partners' files of a draw whose own outcome holds."""
    about = drawn.commitment.about
    for partner in of(about):
        names = [named(name, partner) for name in (INSPECTORS, RECUSALS, VISITS)]
        missing = [name for name in names if name not in given]
        yield from (Fault(Kind.FORM, name) for name in missing)
        changed = [name for name in names[:2] if name in given and digest(given[name]).hex() != about.get(name)]
        yield from (Fault(Kind.INSPECTORS, name) for name in changed)
        if missing or changed:
            continue
        try:
            pool, stated = Pool.read(given[names[0]], given[names[1]]), read(given[names[2]])
        except (Refused, ValueError):
            yield Fault(Kind.FORM, names[2])
            continue
        right: list[Assigned] = []
        for turn in range(len(drawn.codes)):
            right += sent(drawn, partner, pool, [one for one in drawn.taken if one.round == turn], turn, right)
        if stated != right:
            yield Fault(Kind.INSPECTORS, names[2])
