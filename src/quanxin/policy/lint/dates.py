"""Lints about time: one rule a day, reviewed when it said it would be, with terms that can be kept.

Invariant: on any day a key has at most one version in force, and a record at most one last day of publication.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from quanxin.policy.kinds import DATED
from quanxin.policy.model import FieldType, Mode
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]


def overlapping_versions(pack: Pack, today: dt.date) -> Found:
    """Two versions of one rule in force on the same day, or a version that ends before it begins."""
    for kind in DATED:
        versions: dict[str, list[Any]] = defaultdict(list)
        for rule in pack.parts[kind.name]:
            versions[rule.key].append(rule)
            if rule.in_force.until and rule.in_force.until < rule.in_force.from_:
                yield f"{kind.name}/{rule.key}", "is out of force before it is in force"
        for key, rules in versions.items():
            for one, other in combinations(rules, 2):
                if one.in_force.overlaps(other.in_force):
                    days = f"{one.in_force.from_} and {other.in_force.from_}"
                    yield f"{kind.name}/{key}", f"has two versions in force, from {days}"


def review_date_past(pack: Pack, today: dt.date) -> Found:
    """A rule whose review was due."""
    for kind in DATED:
        for rule in pack.parts[kind.name]:
            if rule.review_by and rule.review_by < today:
                yield f"{kind.name}/{rule.key}", f"was to be reviewed by {rule.review_by}"


def months_in_order(pack: Pack, today: dt.date) -> Found:
    """A term that is negative, or a window that ends before it may."""
    for where, name, term in _terms(pack):
        if term is not None and term < 0:
            yield where, f"has a negative term: {name} {term}"
    for edition in pack.tiers:
        for tier in edition.tiers:
            least, most = tier.minimum_months, tier.maximum_months
            if least is not None and most is not None and least > most:
                yield f"tiers/{edition.key}/{tier.key}", f"has a window that ends before it may: {least} > {most}"
    for rule in pack.overrides:
        least, most = rule.minimum_months, rule.maximum_months
        if least is not None and most is not None and least > most:
            yield f"overrides/{rule.key}", f"has a window that ends before it may: {least} > {most}"
    for item in pack.lists:
        least, most = item.earliest_removal_months, item.term_months
        if least is not None and most is not None and least > most:
            yield f"lists/{item.key}", f"has a removal after its term: {least} > {most}"


def _terms(pack: Pack) -> Iterator[tuple[str, str, int | None]]:
    """Every term of a pack: where it stands, its name, how long."""
    for resource in pack.resources:
        where = f"resources/{resource.key}"
        yield where, "publication.months", resource.publication.months
        yield where, "retention.years", resource.retention.years
        yield where, "deadline.working_days", resource.deadline.working_days
    for edition in pack.tiers:
        for tier in edition.tiers:
            for name in ("minimum_months", "maximum_months"):
                yield f"tiers/{edition.key}/{tier.key}", name, getattr(tier, name)
    for kind, names in (
        ("clocks", ("working_days", "months", "extension_working_days")),
        ("lists", ("term_months", "earliest_removal_months")),
        ("measures", ("term_months",)),
    ):
        for rule in pack.parts[kind]:
            for name in names:
                yield f"{kind}/{rule.key}", name, getattr(rule, name)


def publication_conflict(pack: Pack, today: dt.date) -> Found:
    """A resource that says in more than one way until when it is public, or says so though it is not public."""
    for resource in pack.resources:
        rule, where = resource.publication, f"resources/{resource.key}"
        said = [name for name in ("months", "until", "tiers") if getattr(rule, name) is not None]
        if len(said) > 1 and "tiers" in said:
            yield where, f"says in more than one way until when it is public: {', '.join(said)}"
        if said and rule.mode is not Mode.PUBLIC:
            yield where, f"is not public, yet says until when: {', '.join(said)}"
        for name in filter(None, (rule.until, rule.left)):
            if any(f.key == name and f.type is not FieldType.DATE for f in resource.fields):
                yield where, f"is public until {name}, which is no date"
        if rule.months is not None and not resource.event_date:
            yield where, "counts months from the event, but names no event_date"
