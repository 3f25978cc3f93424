"""The items that somebody may check by, and in what edition they stand.

Invariant: an item is used on a day of its own alone, by the department that it names.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.calendar import today
from quanxin.checks.errors import CheckError
from quanxin.policy.checks import CheckItem
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack

ASKING = (Role.INTAKE, Role.DECIDER)  # who checks for a department
LONGEST_WORDS, LONGEST_CASE = 200, 128


def item_in_force(key: str) -> CheckItem:
    """The item of a key that is in force today; ``CheckError`` says since when or until when it is not."""
    found = current_pack().on(today()).check_items.get(key)
    if found is not None:
        return found
    editions = sorted((i for i in current_pack().check_items if i.key == key), key=lambda i: i.in_force.from_)
    if not editions:
        raise CheckError("item-unknown", item=key[:64])
    past = [one for one in editions if one.in_force.until is not None and one.in_force.until < today()]
    if past:
        over = past[-1].in_force.until or today()
        raise CheckError("item-expired", title=past[-1].title, day=over + dt.timedelta(days=1))
    raise CheckError("item-not-yet", title=editions[0].title, day=editions[0].in_force.from_)


def latest(key: str) -> CheckItem:
    """The item of a key in its latest edition; ``CheckError`` where the pack has none any more."""
    editions = sorted((i for i in current_pack().check_items if i.key == key), key=lambda i: i.in_force.from_)
    if not editions:
        raise CheckError("item-unknown", item=key[:64])
    return editions[-1]


def titles() -> dict[str, Text]:
    """The title of each item there has ever been."""
    return {one.key: one.title for one in current_pack().check_items}


def asking(actor: Actor, item: CheckItem) -> frozenset[Assignment]:
    """The assignments by which an actor checks by an item: those of its department. Raises ``CheckError`` for none."""
    held = frozenset(one for one in actor.by(*ASKING) if one.covers(item.department))
    if not held:
        raise CheckError("item-unknown", item=item.key)
    return held


def of_department(item: CheckItem, districts: Iterable[str]) -> frozenset[Assignment]:
    """What a job acts with for who handed a list in: a clerk's role in the item's department, in these districts alone."""
    return frozenset(Assignment(Role.INTAKE, item.department, district) for district in districts)


def own_items(actor: Actor) -> list[CheckItem]:
    """The items of today that an actor may check by, those about persons left out."""
    every = current_pack().on(today()).check_items.values()
    return sorted(
        (one for one in every if not one.persons and any(a.covers(one.department) for a in actor.by(*ASKING))),
        key=lambda one: one.key,
    )


def departments_of(actor: Actor) -> frozenset[str] | None:
    """The departments whose checks an actor sees; None for every one."""
    held = frozenset(one.provider for one in actor.by(*ASKING))
    return None if "" in held else held


def edition_of(item: CheckItem) -> str:
    """SHA-256 of all that an item says."""
    said = item.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def last_day(item: CheckItem, day: dt.date) -> dt.date:
    """Until which day a result of a day may be used."""
    if item.valid.days is not None:
        return day + dt.timedelta(days=item.valid.days)
    return current_pack().calendar.add_working_days(day, item.valid.working_days or 0).date


def stated(words: str, case_ref: str) -> tuple[str, str]:
    """What a check is for, and its case, without the blanks around them; ``CheckError`` where either is missing."""
    words, case_ref = words.strip(), case_ref.strip()
    if not words:
        raise CheckError("words-missing")
    if not case_ref:
        raise CheckError("case-missing")
    for what, text, limit in (("办理事项", words, LONGEST_WORDS), ("办件", case_ref, LONGEST_CASE)):
        if len(text) > limit:
            raise CheckError("too-long", what=what, limit=limit)
    return words, case_ref
