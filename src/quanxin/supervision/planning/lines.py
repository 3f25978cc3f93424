"""Lines of a yearly plan: items that are drawn together, of which objects, how many of each level, in which months.

Invariant: a line names published items of the department and of the partners that come along, all about one kind of objects;
every level of its scheme has a share, for nobody is exempt.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from quanxin.calendar import day_of
from quanxin.casework.models import Case
from quanxin.casework.notices import authority
from quanxin.policy.inspections import InspectionItem
from quanxin.policy.model import Text
from quanxin.runtime import parameters
from quanxin.supervision.models import PlanLine
from quanxin.supervision.planning import published
from quanxin.supervision.planning.errors import PlanError

_BETWEEN = re.compile(r"[\s、，,；;]+")
_SHARE = re.compile(r"([A-Za-z0-9-]{1,16})=(0(?:\.\d{1,6})?|1(?:\.0{1,6})?)(?:/(\d{1,6})(?:/(\d{1,6}))?)?")
PLANNED = "published"  # the state of a plan that is carried out


def words(text: object) -> list[str]:
    """The keys that a text names, whatever stands between them."""
    return [one for one in dict.fromkeys(_BETWEEN.split(str(text or ""))) if one]


def add(case: Case, said: Mapping[str, Any], at: dt.datetime, day: dt.date) -> PlanLine:
    """Add a line to the plan of a case, as its form says. Raises ``PlanError``."""
    partners = words(said.get("partners"))
    items = items_of(words(said["items"]), case.provider, partners, day)
    scheme = str(said.get("scheme") or "")
    first, last = int(said["from_month"]), int(said["to_month"])
    if first > last:
        raise PlanError("months-order")
    return PlanLine.objects.create(
        case=case,
        items=[one.key for one in items],
        objects_kind=items[0].objects,
        scheme=scheme,
        shares=shares_of(str(said.get("shares") or ""), scheme, day),
        partners=partners,
        from_month=first,
        to_month=last,
        added_at=at,
    )


def drop(case: Case, number: str, at: dt.datetime) -> PlanLine:
    """Drop a line of which nothing was drawn. Raises ``PlanError``."""
    line = standing(case).select_for_update().filter(pk=parameters.number(number) or 0).first()
    if line is None:
        raise PlanError("line-unknown")
    if line.draws.filter(voided_at=None).exists():
        raise PlanError("line-drawn")
    line.dropped_at = at
    line.save(update_fields=["dropped_at"])
    return line


def standing(case: Case) -> QuerySet[PlanLine]:
    """The lines of a plan that were not dropped."""
    return PlanLine.objects.filter(case=case, dropped_at=None)


def title_of(line: PlanLine) -> Text:
    """What a line is called in a list to choose from: its number, its items, its months."""
    known = published.items(day_of(line.added_at))
    titles = [known[key].title if key in known else Text(zh=key, en=key) for key in line.items]
    first, last = line.from_month, line.to_month
    return Text(
        zh=f"{line.pk} · {'、'.join(one.zh for one in titles)} · {first}–{last} 月",
        en=f"{line.pk} · {', '.join(one.en for one in titles)} · months {first}–{last}",
    )


def items_of(keys: Sequence[str], provider: str, partners: Collection[str], day: dt.date) -> list[InspectionItem]:
    """The items of a line, its department's first. Raises ``PlanError`` for one that is not published, is another's, or is
    about other objects, and for a partner that has none."""
    found = [published.item(key, day) for key in keys]
    if not found:
        raise PlanError("item-unpublished", item="")
    there = {provider, *partners}
    for one in found:
        if one.department not in there:
            raise PlanError("item-of-another", item=one.title, department=authority(one.department))
        if one.objects != found[0].objects:
            raise PlanError("items-differ")
    for idle in sorted(there - {one.department for one in found}):
        raise PlanError("partner-idle", department=authority(idle))
    return sorted(found, key=lambda one: one.department != provider)


def shares_of(text: str, scheme: str, day: dt.date) -> dict[str, dict[str, Any]]:
    """The shares by level that a text says, or that the scheme proposes where it says nothing. Raises ``PlanError``."""
    levels = published.levels_of(scheme, day)
    said: dict[str, dict[str, Any]] = {}
    for part in words(text):
        read = _SHARE.fullmatch(part)
        if read is None:
            raise PlanError("share-unreadable", share=part[:40])
        level, ratio, floor, ceiling = read.groups()
        if level not in levels:
            raise PlanError("level-unknown", level=level, known="、".join(levels))
        said[level] = _share(Decimal(ratio), int(floor or 0), int(ceiling) if ceiling else None)
    if not said:
        return {key: _share(one.ratio, one.floor, one.ceiling) for key, one in levels.items()}
    for level in levels:
        if level not in said:
            raise PlanError("share-missing", level=level)
    return said


def _share(ratio: Decimal, floor: int, ceiling: int | None) -> dict[str, Any]:
    text = f"{ratio:f}"
    return {"ratio": text.rstrip("0").rstrip(".") if "." in text else text, "floor": floor, "ceiling": ceiling}
