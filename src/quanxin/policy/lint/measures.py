"""Lints about lists and measures: nothing follows from a record that an article, a class and a target do not allow.

Invariant: under a pack that passes, each measure has a kind and a class that there are, an article, a ground that can befall
its targets, and somebody who may apply it; none that is for lists of the dishonest alone rests on anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy.consequences import RESPONSIBLE, CreditList, Measure, Trigger
from quanxin.policy.model import FieldType, Publication, Resource
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
    """A target that no trigger has records about, a trigger about none of the targets, or one never in force together."""
    for measure in pack.measures:
        reached: set[str] = set()
        targets = set(measure.targets) & set(pack.subject_types)
        for trigger in measure.triggers:
            versions = _versions(pack, trigger)
            if not versions:
                continue
            about = {kind for version in versions for kind in version.subject_types}
            reached |= about
            name = trigger.list or trigger.resource
            if targets and not about & targets:
                yield _where(measure), f"rests on {name}, which is about none of whom it reaches"
            if not any(measure.in_force.overlaps(version.in_force) for version in versions):
                yield _where(measure), f"is never in force together with {name}"
        if reached and (strange := sorted(targets - reached)):
            yield _where(measure), f"reaches {', '.join(strange)}, about whom none of its grounds has records"


def measure_of_persons(pack: Pack, today: dt.date) -> Found:
    """A measure that reaches natural persons on anything but a list, or on a basis that names no article."""
    natural = {key for key, kind in pack.subject_types.items() if kind.natural}
    for measure in pack.measures:
        if not natural & set(measure.targets):
            continue
        if any(trigger.list is None for trigger in measure.triggers):
            yield _where(measure), "reaches natural persons by a record: only a list that a decision put them on does"
        if not all(basis.article for basis in measure.basis):
            yield _where(measure), "reaches natural persons on a basis that names no article"


def measure_endless(pack: Pack, today: dt.date) -> Found:
    """A sanction that its term or its ground ends on no day, or whose term is longer than the listing it rests on."""
    for measure in (one for one in pack.measures if one.nature == "sanction"):
        term = measure.term_months
        for trigger in measure.triggers:
            ends = all(_ends(version.publication) for version in _versions(pack, trigger))
            if trigger.resource and term is None and not ends:
                yield _where(measure), f"has no term, and records of {trigger.resource} are shown without end"
            longest = max((one.term_months or 0 for one in _lists(pack, trigger)), default=0)
            if (term or 0) > longest > 0:
                yield _where(measure), f"lasts {term} months, and the list {trigger.list} {longest}"


def measure_without_review(pack: Pack, today: dt.date) -> Found:
    """A sanction that nobody is to look at again."""
    for measure in pack.measures:
        if measure.nature == "sanction" and measure.review_by is None:
            yield _where(measure), "names no day by which somebody looks whether it is still needed (review_by)"


def list_unusable(pack: Pack, today: dt.date) -> Found:
    """A list without an end, whose day of removal is none, that is left for a ground that no removal knows, that is
    entered by a procedure which does not ask for what its records must say, or whose responsible persons nothing carries."""
    carriers = {by for r in pack.resources if any(f.code_set == RESPONSIBLE for f in r.fields) for by in r.providers}
    for one in pack.lists:
        where = f"lists/{one.key}"
        for version in pack.resource_history(one.resource):
            if any(f.key == one.removed and f.type is not FieldType.DATE for f in version.fields):
                yield where, f"is left on {one.removed}, which is no date"
            if one.nature == "negative" and _endless(one, version.valid_until):
                yield where, "has no term, and its records state no end"
            for key in sorted(_lacking(version, _asked(pack, one.entered_by)) if one.entered_by else ()):
                yield where, f"is entered by {one.entered_by}, which does not ask for {key}"
        for ground in sorted({ground for leaving in one.removal for ground in leaving.grounds} - _grounds(pack)):
            yield where, f"is left for {ground}, which no removal knows"
        if one.responsible and one.authority not in carriers:
            yield where, f"names who answers in person, and no resource of {one.authority} carries them ({RESPONSIBLE})"


def measure_unplayed(pack: Pack, today: dt.date) -> Found:
    """A measure of which no case shows that it applies, in a pack that has cases of measures."""
    played = {case.measure for case in pack.measure_cases if case.outcome == "applies"}
    for measure in pack.measures if pack.measure_cases else ():
        if measure.key not in played:
            yield _where(measure), "is shown by no case: write one in measure-tests/"


def _asked(pack: Pack, procedure: str | None) -> set[str]:
    """The items for which the acts of a procedure ask."""
    return {f.key for one in pack.procedures if one.key == procedure for act in one.acts for f in act.asks}


def _lacking(resource: Resource, asked: set[str]) -> set[str]:
    """The items that a row of a resource must have and that neither the register nor ``asked`` gives."""
    own = resource.subject
    whose = {own.name, own.code, own.organisation_code, own.registration_number}
    return {f.key for f in resource.fields if f.required is True} - asked - whose


def _grounds(pack: Pack) -> set[str]:
    """The grounds by which a procedure chooses the term of a list."""
    asked = [
        f.code_set
        for one in pack.procedures
        for state in one.states
        for act in one.acts
        for f in act.asks
        if act.begins and state.clock is not None and state.clock.ground == f.key
    ]
    return {code.value for one in pack.code_sets if one.key in asked for code in one.codes}


def _endless(one: CreditList, valid_until: str | None) -> bool:
    return one.term_months is None and valid_until is None and one.removed is None


def _ends(shown: Publication) -> bool:
    return bool(shown.months or shown.until or shown.tiers)


def _versions(pack: Pack, trigger: Trigger) -> list[Resource]:
    """The editions of the resources that a trigger looks at."""
    feeding = {one.resource for one in _lists(pack, trigger)} | {trigger.resource or ""}
    return [version for key in sorted(feeding) for version in pack.resource_history(key)]


def _lists(pack: Pack, trigger: Trigger) -> list[CreditList]:
    return [one for one in pack.lists if one.key == trigger.list]


def _where(measure: Measure) -> str:
    return f"measures/{measure.key}"
