"""Sources of randomness, named beforehand with their days, and what came of them.

Invariant: a source is of a day after the commitment, and on which it is drawn at all; its numbers count for that day alone, as
one entered and another confirmed them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from quanxin.draws import Group, Outcome, Randomness, Source
from quanxin.draws.randomness import faults_of
from quanxin.policy.inspections import DrawRules, RandomSource
from quanxin.policy.model import Text
from quanxin.supervision.drawing.errors import DrawError

_NUMBER = re.compile(r"[0-9]{1,4}")
_BETWEEN = re.compile(r"[\s,，、.]+")


def named(rules: DrawRules, said: Iterable[tuple[Any, Any, Any]], day: dt.date) -> tuple[Source, ...]:
    """The sources that a form names: keys, days, issues; a blank key is none. Raises ``DrawError``."""
    made: list[Source] = []
    for key, on, issue in said:
        if not key:
            continue
        source = rules.source(str(key))
        if source is None:
            raise DrawError("source-unknown", source=str(key), known="、".join(one.key for one in rules.sources))
        if any(one.key == source.key for one in made):
            raise DrawError("source-twice")
        first = day + dt.timedelta(days=rules.lead_days)
        when = dt.date.fromisoformat(str(on)) if on else None
        if when is None or when < first:
            raise DrawError("source-day", source=source.title, first=first)
        if source.weekdays and when.isoweekday() not in source.weekdays:
            raise DrawError("source-weekday", source=source.title, day=when)
        groups = tuple(Group(one.count, one.of) for one in source.groups)
        made.append(Source(source.key, source.title.zh, when, str(issue or "").strip(), groups, source.bits))
    return tuple(made)


def entered(sources: Sequence[Source], said: Mapping[str, Any], today: dt.date) -> Outcome:
    """What a form says came of a source. Raises ``DrawError`` for another day, too early, or numbers that cannot be."""
    key, on = str(said["source"]), dt.date.fromisoformat(str(said["drawn_on"]))
    issue, numbers = str(said.get("issue") or "").strip(), str(said["numbers"])
    source = next((one for one in sources if one.key == key), None)
    if source is None:
        raise DrawError("randomness-source", source=key, known="、".join(one.key for one in sources))
    if on != source.on:
        raise DrawError("randomness-day", source=source.title, wanted=source.on, given=on)
    if today < source.on:
        raise DrawError("randomness-early", source=source.title, wanted=source.on)
    if source.issue and issue != source.issue:
        raise DrawError("randomness-issue", source=source.title, wanted=source.issue)
    made = Outcome(key, on, issue, *_read(source, numbers))
    if list(faults_of(Randomness((made,)), [source], None)):
        raise DrawError("randomness-shape", numbers=numbers[:60], source=source.title, form=form_of(source))
    return made


def form_of(source: Source | RandomSource) -> Text:
    """How numbers of a source look, in words."""
    bits = source.beacon_bits if isinstance(source, Source) else source.bits
    if bits:
        return Text(zh=f"{bits // 4} 位小写十六进制数", en=f"{bits // 4} hexadecimal digits in lower case")
    zh = " / ".join(f"{one.count} 个 1 到 {one.of} 的不同号码" for one in source.groups)
    en = " / ".join(f"{one.count} different numbers from 1 to {one.of}" for one in source.groups)
    return Text(zh=zh, en=en)


def kept(outcome: Outcome, by: str) -> dict[str, Any]:
    """An outcome as a case keeps it."""
    return {
        "on": outcome.on.isoformat(), "issue": outcome.issue, "numbers": [list(one) for one in outcome.numbers],
        "value": outcome.value, "by": by,
    }  # fmt: skip


def outcomes(sources: Sequence[Source], found: Mapping[str, Mapping[str, Any]]) -> tuple[Outcome, ...]:
    """What a case keeps, in the order of the sources. Raises ``DrawError`` where one is missing."""
    made = []
    for source in sources:
        one = found.get(source.key)
        if one is None:
            raise DrawError("randomness-missing", source=source.title)
        numbers = tuple(tuple(group) for group in one["numbers"])
        made.append(Outcome(source.key, dt.date.fromisoformat(one["on"]), one["issue"], numbers, one["value"]))
    return tuple(made)


def _read(source: Source, text: str) -> tuple[tuple[tuple[int, ...], ...], str]:
    if source.beacon_bits:
        return (), text.strip()
    groups = []
    for part in text.split("/"):
        found = [one for one in _BETWEEN.split(part.strip()) if one]
        groups.append(tuple(int(one) if _NUMBER.fullmatch(one) else 0 for one in found))
    empty = any(not group for group in groups)
    return (() if empty else tuple(groups)), ""
