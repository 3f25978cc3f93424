"""Lints about lists and measures: nothing follows from a record that an article, a class and a target do not allow.

Invariant: under a pack that passes, each measure has a kind and a class that there are, an article, a ground that can befall
its targets, and somebody who may apply it; none that is for lists of the dishonest alone rests on anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy.consequences import CreditList, Measure, Trigger
from quanxin.policy.model import FieldType
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]


def measure_outside_national_list(pack: Pack, today: dt.date) -> Found:
    """A sanction whose kind the national list of measures does not have, or of a class that is not for sanctions."""
    for measure in pack.measures:
        if measure.nature == "sanction" and measure.kind not in pack.measure_kinds:
            yield _where(measure), f"sanctions by {measure.kind}, which the national list does not have"
        found = pack.measure_classes.get(measure.class_)
        if found is not None and found.nature != measure.nature:
            yield _where(measure), f"is of the class {measure.class_}, which is for another nature ({found.nature})"


def measure_without_article(pack: Pack, today: dt.date) -> Found:
    """A sanction that names no article; a local one that rests on no local regulation; a class without a basis."""
    for measure in pack.measures:
        if measure.nature == "sanction" and measure.basis and not any(basis.article for basis in measure.basis):
            yield _where(measure), "names no article: a sanction rests on one, not on a document as a whole"
        found = pack.measure_classes.get(measure.class_)
        if (
            found is not None
            and found.local
            and measure.basis
            and not any("条例" in basis.title for basis in measure.basis)
        ):
            yield _where(measure), "is an addition of this place, and no local regulation is its basis"
    for key, one in pack.measure_classes.items():
        if not one.basis:
            yield f"measure-classes/{key}", "has no basis: name the title and article that allow it"


def measure_without_list(pack: Pack, today: dt.date) -> Found:
    """A measure that is for lists of the dishonest alone, and is triggered by anything else; an incentive by such a list."""
    for measure in pack.measures:
        found = pack.measure_classes.get(measure.class_)
        for trigger in measure.triggers:
            natures = {one.nature for one in _lists(pack, trigger)}
            if found is not None and found.severe_only and natures != {"negative"}:
                yield _where(measure), f"is of the class {measure.class_}: only a list of the dishonest grounds it"
            if measure.nature == "incentive" and "negative" in natures:
                yield _where(measure), f"rewards whoever is on the list {trigger.list}"
            if measure.nature == "sanction" and "positive" in natures:
                yield _where(measure), f"punishes whoever is on the list {trigger.list}"


def measure_without_enforcer(pack: Pack, today: dt.date) -> Found:
    """A measure that nobody applies, though its class does not leave it to any department."""
    for measure in pack.measures:
        found = pack.measure_classes.get(measure.class_)
        if not measure.enforcers and (found is None or not found.any_enforcer):
            yield _where(measure), "names nobody who applies it"


def measure_ungrounded(pack: Pack, today: dt.date) -> Found:
    """A trigger whose records are about none of the measure's targets, or are never in force together with it."""
    for measure in pack.measures:
        for trigger in measure.triggers:
            feeding = {one.resource for one in _lists(pack, trigger)} | {trigger.resource or ""}
            versions = [version for key in feeding for version in pack.resource_history(key)]
            if not versions:
                continue
            about = {kind for version in versions for kind in version.subject_types}
            name = trigger.list or trigger.resource
            if strange := sorted(set(measure.targets) & set(pack.subject_types) - about):
                yield _where(measure), f"reaches {', '.join(strange)}, about whom {name} has no records"
            if not any(measure.in_force.overlaps(version.in_force) for version in versions):
                yield _where(measure), f"is never in force together with {name}"


def list_unusable(pack: Pack, today: dt.date) -> Found:
    """A list without an end, or whose day of removal is none."""
    for one in pack.lists:
        where = f"lists/{one.key}"
        for version in pack.resource_history(one.resource):
            if any(f.key == one.removed and f.type is not FieldType.DATE for f in version.fields):
                yield where, f"is left on {one.removed}, which is no date"
            if one.nature == "negative" and _endless(one, version.valid_until):
                yield where, "has no term, and its records state no end"


def measure_unplayed(pack: Pack, today: dt.date) -> Found:
    """A measure of which no case shows that it applies, in a pack that has cases of measures."""
    played = {case.measure for case in pack.measure_cases if case.outcome == "applies"}
    for measure in pack.measures if pack.measure_cases else ():
        if measure.key not in played:
            yield _where(measure), "is shown by no case: write one in measure-tests/"


def _endless(one: CreditList, valid_until: str | None) -> bool:
    return one.term_months is None and valid_until is None and one.removed is None


def _lists(pack: Pack, trigger: Trigger) -> list[CreditList]:
    return [one for one in pack.lists if one.key == trigger.list]


def _where(measure: Measure) -> str:
    return f"measures/{measure.key}"
