"""The published list of inspection items, and the schemes by which their objects are classed.

Invariant: what is not in force in the pack on a day is not inspected on it: the items of the day are the list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from quanxin.policy.inspections import DRAW, NO_CLASS, DrawRules, InspectionItem, ObjectKind, SkipReason
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack
from quanxin.supervision.planning.errors import PlanError


class LevelShare(NamedTuple):
    """What a scheme proposes for one of its levels: the share of its objects, at least and at most so many."""

    title: Text
    ratio: Decimal
    floor: int = 0
    ceiling: int | None = None
    visits: int | None = None


WITHOUT = LevelShare(Text(zh="不分级", en="without a class"), Decimal("0.01"))


def items(day: dt.date) -> Mapping[str, InspectionItem]:
    """The published list of a day, by key."""
    return current_pack().on(day).inspection_items


def item(key: str, day: dt.date) -> InspectionItem:
    """A published item; raises ``PlanError`` for one that is none."""
    found = items(day).get(key)
    if found is None:
        raise PlanError("item-unpublished", item=key)
    return found


def objects_of(found: InspectionItem) -> ObjectKind:
    """The kind of objects of an item."""
    return current_pack().object_kinds[found.objects]


def draw_rules(day: dt.date) -> DrawRules:
    """The rules of draws of a day; raises ``KeyError`` where the pack has none."""
    return current_pack().on(day).draw_rules[DRAW]


def reason_of(found: str, day: dt.date) -> SkipReason:
    """The reason to skip that the platform finds by itself, by what it finds; raises ``LookupError``."""
    reason = draw_rules(day).reason(found)
    if reason is None:
        raise LookupError(found)
    return reason


def levels_of(scheme: str, day: dt.date) -> Mapping[str, LevelShare]:
    """The levels of a scheme with the share that it proposes of each, and the stratum of those without a class, the best first.

    Raises ``PlanError`` for a scheme that there is not.
    """
    if not scheme:
        return {NO_CLASS: WITHOUT}
    found = current_pack().on(day).parts.get("schemes", {}).get(scheme)
    if found is None:
        raise PlanError("scheme-unknown", scheme=scheme)
    made = {
        one.key: LevelShare(one.title, one.share.ratio, one.share.floor, one.share.ceiling, one.share.visits)
        for one in found.levels
    }
    return made | {NO_CLASS: WITHOUT}


def schemes(day: dt.date) -> Mapping[str, Text]:
    """The schemes of a day with their titles."""
    return {key: one.title for key, one in current_pack().on(day).parts.get("schemes", {}).items()}


def title_of_level(scheme: str, level: str, day: dt.date) -> Text:
    """What a stratum is called."""
    try:
        found = levels_of(scheme, day).get(level)
    except PlanError:
        found = None
    return found.title if found else Text(zh=level, en=level)
