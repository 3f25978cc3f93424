"""Lints about credit checks: an item reads only what its purpose opens, of whom it may, and allows only what can follow.

Invariant: under a pack that passes, whatever a check reads its readers may read, persons are checked for staff items alone,
and each measure that an item names can follow from something that the item looks at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy.checks import CheckItem
from quanxin.policy.model import Resource
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]


def check_not_opened(pack: Pack, today: dt.date) -> Found:
    """An item whose purpose does not open what it reads to its readers, or stands only under a consent."""
    for item in pack.check_items:
        reader = "personnel" if item.persons else "department"
        for purpose in (one for one in pack.purposes if one.key == item.purpose):
            if purpose.consent:
                yield _where(item), f"is read under {purpose.key}, which needs the subject's consent"
            for resource in _read(pack, item):
                if not purpose.allows(reader, resource.sharing.mode, resource.category):
                    yield _where(item), f"reads {resource.key}, which {purpose.key} does not open to a {reader}"


def check_of_persons(pack: Pack, today: dt.date) -> Found:
    """Natural persons as targets of an item that is not for staff, or whose purpose is not for persons; the reverse."""
    natural = {key for key, kind in pack.subject_types.items() if kind.natural}
    opened = {purpose.key for purpose in pack.purposes if purpose.persons}
    for item in pack.check_items:
        about = set(item.targets) & natural
        if item.persons and item.kind != "staff":
            yield _where(item), "checks persons, and is not for staff"
        if item.persons and item.purpose not in opened and any(p.key == item.purpose for p in pack.purposes):
            yield _where(item), f"checks persons under {item.purpose}, which is not for persons"
        if about and not item.persons:
            yield _where(item), f"reaches {', '.join(sorted(about))} without saying so (persons)"
        if item.persons and set(item.targets) - natural:
            yield _where(item), "checks persons, and others with them"


def check_measure_ungrounded(pack: Pack, today: dt.date) -> Found:
    """A measure that follows from nothing that the item looks at, reaches none of its targets, or is another's to apply."""
    for item in pack.check_items:
        resources = {reading.resource for reading in item.reads}
        for measure in (one for one in pack.measures if one.key in item.measures):
            name = measure.key
            if not any(t.list in item.lists if t.list else t.resource in resources for t in measure.triggers):
                yield _where(item), f"allows {name}, which nothing that it looks at grounds"
            if not set(measure.targets) & set(item.targets):
                yield _where(item), f"allows {name}, which reaches none of its targets"
            if measure.enforcers and item.department not in measure.enforcers:
                yield _where(item), f"allows {name}, which {item.department} does not apply"


def _read(pack: Pack, item: CheckItem) -> Iterator[Resource]:
    """The resources that an item reads, by themselves or as what feeds its lists, once each."""
    feeding = [one.resource for one in pack.lists if one.key in item.lists]
    for key in dict.fromkeys((*(reading.resource for reading in item.reads), *feeding)):
        yield from pack.resource_history(key)[-1:]


def _where(item: CheckItem) -> str:
    return f"check-items/{item.key}"
