"""Who inspects: the inspectors of the department and of each partner, by the same randomness, without those who withdraw.

Invariant: pools are fixed with the commitment: the department's by the commitment itself, a partner's by a digest in it. No
inspector stands in a pool whose card is over on the last day of randomness, or who is not fit for all of its items.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from quanxin import draws
from quanxin.casework.notices import authority
from quanxin.draws import Assigned, Crew, Pool, partners
from quanxin.draws.canonical import digest
from quanxin.draws.drawing import Taken
from quanxin.draws.files import INSPECTORS, RECUSALS, VISITS
from quanxin.policy.inspections import DrawRules
from quanxin.supervision.drawing import folder
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.models import Draw, Recusal
from quanxin.supervision.planning import library, published

WITHDRAWS = "recusal"  # the reason as it is published: why, is the inspector's own matter


@dataclass(frozen=True, slots=True)
class Partners:
    """Who of the partners comes to which object in all rounds, and the files that say so."""

    assigned: tuple[Assigned, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def crew_of(draw: Draw, rules: DrawRules) -> Crew:
    """How the department staffs the visits of a draw."""
    line = draw.plan_line
    return Crew(each=rules.each, load=rules.load, teams={line.items[0]: draw.case.provider})


def pools_of(draw: Draw, rules: DrawRules, day: dt.date) -> dict[str, Pool]:
    """The pool of each department that comes. Raises ``DrawError`` where one has too few inspectors."""
    line = draw.plan_line
    found = {}
    for provider in (draw.case.provider, *line.partners):
        own = [key for key in line.items if published.item(key, day).department == provider]
        people = list(library.valid(provider, own, day))
        if len(people) < rules.each:
            raise DrawError("inspectors-short", department=authority(provider), have=len(people), need=rules.each)
        found[provider] = Pool.of(
            [draws.Inspector(one.card, provider) for one in people], _recusals(draw, [one.pk for one in people])
        )
    return found


def files_of(draw: Draw, pools: Mapping[str, Pool]) -> dict[str, bytes]:
    """The partners' pools as files; the department's own is of the commitment."""
    made: dict[str, bytes] = {}
    for provider, pool in pools.items():
        if provider != draw.case.provider:
            made |= partners.pool_files(pool, provider)
    return made


def digests_of(draw: Draw, pools: Mapping[str, Pool]) -> dict[str, str]:
    """The digests by which the commitment fixes the partners' pools."""
    return {name: digest(content).hex() for name, content in files_of(draw, pools).items()}


def pool_of(draw: Draw, provider: str = "") -> Pool:
    """A pool as it lies on the disk."""
    names = [partners.named(name, provider) if provider else name for name in (INSPECTORS, RECUSALS)]
    return Pool.read(*(folder.read(draw, name) for name in names))


def partners_of(draw: Draw, drawn: draws.Draw, taken: Sequence[Taken], turn: int) -> Partners:
    """Whom the partners send in a round, by the rule and the randomness of the department's own."""
    about, made, kept = drawn.commitment.about, list[Assigned](), dict[str, bytes]()
    for provider in draw.plan_line.partners:
        pool = pool_of(draw, provider)
        if any(about.get(name) != digest(held).hex() for name, held in partners.pool_files(pool, provider).items()):
            raise DrawError("frame-changed")
        name = partners.named(VISITS, provider)
        before = partners.read(folder.read(draw, name)) if turn else []
        come = [*before, *partners.sent(drawn, provider, pool, taken, turn, before)]
        kept[name] = partners.written(come)
        made += come
    return Partners(tuple(made), kept)


def cards_of(drawn: draws.Draw, others: Partners) -> dict[str, list[str]]:
    """The cards of who comes to each object, the department's first."""
    found: dict[str, list[str]] = {}
    for one in (*drawn.assigned, *others.assigned):
        found.setdefault(one.object, []).append(one.cert)
    return found


def _recusals(draw: Draw, people: Collection[int]) -> list[draws.Recusal]:
    """Who withdraws from which object of the frame, under the names of the frame."""
    held = Recusal.objects.filter(inspector__in=people).select_related("inspector")
    cards: dict[int, list[str]] = {}
    for one in held:
        cards.setdefault(one.subject_id, []).append(one.inspector.card)
    if not cards:
        return []
    made = []
    for line in folder.read(draw, folder.OBJECTS).decode().splitlines():
        label, _, subject = line.rpartition(",")
        for card in cards.get(int(subject), []):
            made.append(draws.Recusal(card, draws.Label.read(label).object, WITHDRAWS))
    return made
