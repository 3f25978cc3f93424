"""Lints about expressions: from the closed list, over the fields of their resource.

Invariant: an expression that passes compiles, and reads nothing but the row that it judges and the day of intake; the
tier of a record does not even depend on that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy import expressions
from quanxin.policy.evaluation import Indicator
from quanxin.policy.model import Resource
from quanxin.policy.pack import Pack


def expression_invalid(pack: Pack, today: dt.date) -> Iterator[tuple[str, str]]:
    """A check, condition, tier or filter whose expression is not allowed, or names a field that there is not."""
    for resource in pack.resources:
        fields = {f.key for f in resource.fields}
        for place, sql in _expressions(resource):
            for problem in expressions.check(sql, fields):
                yield f"resources/{resource.key}/{place}", problem
        if resource.publication.when:
            for problem in _window_problems(resource.publication.when, fields):
                yield f"resources/{resource.key}/publication", problem
    for edition in pack.tiers:
        fields = _fields(pack, edition.resource)
        for tier in edition.tiers:
            for problem in _window_problems(tier.when, fields):
                yield f"tiers/{edition.key}/{tier.key}", problem
    for rule in pack.overrides:
        for problem in _window_problems(rule.when, _fields(pack, rule.resource)) if _known(pack, rule.resource) else ():
            yield f"overrides/{rule.key}", problem
    for measure in pack.measures:
        for trigger in measure.triggers:
            resource_key = trigger.resource or ""
            for problem in (
                _window_problems(trigger.when, _fields(pack, resource_key)) if _known(pack, resource_key) else ()
            ):
                yield f"measures/{measure.key}", problem
    for scheme in pack.schemes:
        for one in scheme.looked_at:
            key = one.resource or ""
            for problem in _window_problems(one.when, _fields(pack, key)) if _known(pack, key) else ():
                yield f"schemes/{scheme.key}", problem
    for item in pack.check_items:
        for reading in item.reads:
            for problem in (
                expressions.check(reading.when, _fields(pack, reading.resource))
                if _known(pack, reading.resource)
                else ()
            ):
                yield f"check-items/{item.key}/{reading.resource}", problem
    for model in pack.models:
        for part in model.parts:
            texts = [("filter", part.filter), ("of", part.of if isinstance(part, Indicator) else None)]
            for name, text in texts if _known(pack, part.resource or "") else ():
                for problem in expressions.check(text, _fields(pack, part.resource or "")) if text else ():
                    yield model.place(part, name), problem


def _window_problems(when: str, fields: set[str]) -> list[str]:
    """What is wrong with a condition of a window."""
    problems = expressions.check(when, fields)
    if not problems and expressions.reads_the_day(when):
        return ["a window follows from the decision, not from the day on which it came in"]
    return problems


def _known(pack: Pack, resource: str) -> bool:
    return bool(pack.resource_history(resource))


def _fields(pack: Pack, resource: str) -> set[str]:
    """The fields that every version of a resource has: a tier or a filter may meet any of them."""
    versions = [{f.key for f in version.fields} for version in pack.resource_history(resource)]
    return set.intersection(*versions) if versions else set()


def _expressions(resource: Resource) -> Iterator[tuple[str, str]]:
    for field in resource.fields:
        if isinstance(field.required, str):
            yield field.key, field.required
    for check in resource.checks:
        yield check.key, check.assert_
        if check.when:
            yield check.key, check.when
