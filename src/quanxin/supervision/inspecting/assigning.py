"""What an inspection must have before it is assigned.

Invariant: no task without a published item, two inspectors with valid cards who need not withdraw, a subject that is there
to be inspected, and, where it was drawn, room under the yearly cap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from quanxin.accounts import Actor
from quanxin.archive.models import Record
from quanxin.archive.own_matters import own_subjects
from quanxin.policy.inspections import DRAW
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster
from quanxin.supervision.inspecting import published
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.models import Inspector
from quanxin.supervision.planning import caps

LEAST = 2  # inspectors of an inspection


def words(text: object) -> list[str]:
    """The keys or cards that a text names, separated by anything that people put between them."""
    said = str(text or "")
    for mark in "、，,；;\n\t\u3000":
        said = said.replace(mark, " ")
    return list(dict.fromkeys(said.split()))


def expect_items(keys: Sequence[str], departments: Collection[str], day: dt.date) -> None:
    """Raise ``InspectionError`` for an item that is not published on the day, or is none of the departments'."""
    known = published.items_on(day)
    if not keys:
        raise InspectionError("item-unpublished", item="")
    for key in keys:
        item = known.get(key)
        if item is None:
            raise InspectionError("item-unpublished", item=key)
        if item.department not in departments:
            raise InspectionError("item-of-another", item=item.title.zh)


def expect_inspectors(cards: Sequence[str], departments: Collection[str], subject: Subject, until: dt.date) -> None:
    """Raise ``InspectionError`` where the cards are fewer than two, or one of them may not inspect the subject."""
    if len(cards) < LEAST:
        raise InspectionError("inspectors-few")
    found = {one.card: one for one in Inspector.objects.filter(card__in=cards, active=True)}
    ids = cluster(subject)
    for card in cards:
        one = found.get(card)
        if one is None:
            raise InspectionError("inspector-unknown", card=card)
        if one.provider not in departments:
            raise InspectionError("inspector-of-another", card=card)
        if one.card_until < until:
            raise InspectionError("inspector-card", card=card)
        own = own_subjects(Actor(f"user:{one.account}")) if one.account else frozenset()
        if own & set(ids) or one.recusals.filter(subject_id__in=ids).exists():
            raise InspectionError("inspector-recused", card=card)


def expect_there(subject: Subject, day: dt.date) -> None:
    """Raise ``InspectionError`` for a person, and for a subject that its newest record of a kind shows to be gone."""
    if subject.natural:
        raise InspectionError("subject-person")
    standing = Record.objects.filter(subject_id__in=cluster(subject), superseded_at=None)
    for sign in current_pack().on(day).draw_rules[DRAW].closed:
        newest = standing.filter(resource=sign.resource).order_by("-event_date", "-id").first()
        if newest is not None and (sign.field is None or newest.payload.get(sign.field) in sign.values):
            title = current_pack().on(day).resources[sign.resource].title.zh
            raise InspectionError("subject-closed", state=newest.payload.get(sign.field or "") or title)


def expect_room(subject: Subject, level: str, provider: str, day: dt.date) -> None:
    """Raise ``InspectionError`` where a department's drawn inspections of a subject have reached what the year allows."""
    used = sum(caps.used(cluster(subject), day.year, provider).values())
    allowed = caps.allowed(level, provider, day)
    if allowed is not None and used >= allowed:
        raise InspectionError("cap-reached", used=used, allowed=allowed)


def expect_results(provider: str, resource: str, day: dt.date) -> None:
    """Raise ``InspectionError`` where a department hands in no results."""
    rule = current_pack().on(day).resources.get(resource)
    if rule is None or provider not in rule.providers:
        raise InspectionError("results-elsewhere")
