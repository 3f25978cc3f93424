"""From what was drawn to inspections: one visit a subject, with all items and everybody who was drawn for it.

Invariant: what several labels of one subject ask for is one inspection; nobody goes alone. It is done the way that suffices,
off site before on site.
"""

from __future__ import annotations

import datetime as dt

from quanxin.accounts import Actor
from quanxin.draws import Label
from quanxin.subjects.models import Subject
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.inspecting import beginning
from quanxin.supervision.models import Draw, Inspector, Selected
from quanxin.supervision.planning import published

LEAST = 2


def begin_all(actor: Actor, draw: Draw, window: tuple[dt.date, dt.date]) -> int:
    """Begin the inspections of a draw, and return how many there are. Raises ``DrawError`` and as ``beginning.begin``."""
    line = draw.plan_line
    by_subject: dict[int, list[Selected]] = {}
    for one in draw.selected.filter(withdrawn=""):
        by_subject.setdefault(one.subject_id, []).append(one)
    subjects = Subject.objects.in_bulk(list(by_subject))
    people = {one.card: one for one in Inspector.objects.filter(card__in=_cards(by_subject))}
    mode = published.item(line.items[0], window[0]).modes[0]
    for subject, selected in sorted(by_subject.items()):
        cards = list(dict.fromkeys(card for one in selected for card in one.inspectors))
        if len(cards) < LEAST:
            raise DrawError("visit-short", object=Label.read(selected[0].label).object, have=len(cards))
        beginning.begin(
            actor,
            subject=subjects[subject],
            provider=draw.case.provider,
            items=line.items,
            inspectors=[people[card] for card in cards],
            window=window,
            selected=selected[0],
            partners=line.partners,
            mode=mode,
        )
    return len(by_subject)


def _cards(by_subject: dict[int, list[Selected]]) -> set[str]:
    return {card for selected in by_subject.values() for one in selected for card in one.inspectors}
