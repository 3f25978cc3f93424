"""Lints about the rights of subjects: repair, other terms by law, consents, purposes, notices, and the clocks of all.

Invariant: under a pack that passes, a subject is never asked for more than two materials, never without a regime between
two regimes, never for one consent to two sensitive things, and never told something with a hole in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations, pairwise

from quanxin.policy.model import Confidence
from quanxin.policy.pack import Pack
from quanxin.policy.rights import (
    PLACEHOLDERS,
    ROLES,
    Coverage,
    NoticeText,
    Purpose,
    RepairRegime,
    adjoins,
)

Found = Iterator[tuple[str, str]]


def repair_incomplete(pack: Pack, today: dt.date) -> Found:
    """A regime without exactly the two materials, a proof and a commitment with its text, or a condition for each."""
    for regime in pack.repair:
        where = f"repair/{regime.key}"
        if sorted(m.kind for m in regime.materials) != ["commitment", "proof"]:
            yield where, "asks for other materials than one proof of performance and one commitment"
        for material in regime.materials:
            if (material.kind == "commitment") != (material.text is not None):
                yield f"{where}/{material.key}", "the commitment, and it alone, has a text"
        for kind in ("performed", "minimum", "commitment"):
            if sum(c.kind == kind for c in regime.conditions) != 1:
                yield where, f"does not say exactly once: {kind}"


def regime_overlap(pack: Pack, today: dt.date) -> Found:
    """Two regimes for one resource on the same day, or one that covers a resource twice."""
    for one, other in combinations(pack.repair, 2):
        shared = sorted(_covered(one) & _covered(other)) if one.key != other.key else []
        if shared and one.in_force.overlaps(other.in_force):
            yield f"repair/{one.key}", f"covers what {other.key} covers on the same days: {', '.join(shared)}"
    for regime in pack.repair:
        keys = [key for coverage in regime.covers for key in coverage.resources]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield f"repair/{regime.key}", f"covers {key} twice"


def regime_gap(pack: Pack, today: dt.date) -> Found:
    """Days between two regimes on which a resource has none."""
    for key in sorted({key for regime in pack.repair for key in _covered(regime)}):
        regimes = sorted((r for r in pack.repair if key in _covered(r)), key=lambda r: r.in_force.from_)
        for one, other in pairwise(regimes):
            if not one.in_force.overlaps(other.in_force) and not adjoins(one.in_force, other.in_force):
                days = f"between {one.in_force.until} and {other.in_force.from_}"
                yield f"repair/{other.key}", f"leaves {key} without a regime {days}"


def list_without_repair(pack: Pack, today: dt.date) -> Found:
    """A list of the dishonest that no regime of repair covers on the day of the check: whoever is on it had no way out."""
    rules = pack.on(today)
    for one in rules.lists.values():
        if one.nature != "negative" or not pack.repair or not pack.resource_history(one.resource):
            continue  # a resource that there is not is told of as an unknown reference
        if pack.regime_on(one.resource, today) is None:
            yield f"lists/{one.key}", f"can be left by no repair: no regime in force covers {one.resource}"


def _covered(regime: RepairRegime) -> set[str]:
    return {key for coverage in regime.covers for key in coverage.resources}


def coverage_unusable(pack: Pack, today: dt.date) -> Found:
    """A coverage whose minimum comes from nowhere, or that sends applicants away without saying where."""
    for regime in pack.repair:
        for coverage in regime.covers:
            where = f"repair/{regime.key}/{coverage.key}"
            yield from ((where, problem) for problem in _minimum_problems(pack, coverage))
            if coverage.here == (coverage.elsewhere is not None):
                yield where, "says elsewhere exactly where the platform does not take applications itself"


def _minimum_problems(pack: Pack, coverage: Coverage) -> Iterator[str]:
    if coverage.minimum == "months" and coverage.months is None:
        yield "takes its minimum from months, and has none"
    if coverage.minimum in ("tiers", "none") and coverage.months is not None:
        yield f"has months, but takes its minimum from {coverage.minimum}"
    for key in coverage.resources:
        # what a pack does not have at all is told of as an unknown reference
        history = pack.resource_history(key)
        if coverage.minimum == "tiers" and history and not pack.tiers_of(key):
            yield f"takes its minimum from the tiers of {key}, which has none"
        if coverage.minimum == "list" and coverage.months is None and history and not _has_list(pack, key, coverage):
            yield f"takes its minimum from the list that {key} feeds, which there is not"
        if coverage.minimum != "none" and history and not all(version.event_date for version in history):
            yield f"counts months from the event of {key}, which names no event_date"


def _has_list(pack: Pack, resource: str, coverage: Coverage) -> bool:
    """Whether there is a list for the resource; one handled elsewhere may leave its shortest time unsaid."""
    lists = [item for item in pack.lists if item.resource == resource]
    return not coverage.here or any(item.earliest_removal_months is not None for item in lists)


def override_unusable(pack: Pack, today: dt.date) -> Found:
    """Another term by law that says nothing, makes public without an end, or counts from no day."""
    for rule in pack.overrides:
        where, said = f"overrides/{rule.key}", (rule.minimum_months, rule.maximum_months, rule.published)
        if all(value is None for value in said):
            yield where, "says nothing: neither a shortest nor a longest time, nor whether it is published"
        if rule.published and rule.maximum_months is None:
            yield where, "makes public without saying how long"
        if any(not version.event_date for version in pack.resource_history(rule.resource)):
            yield where, f"counts months from the event of {rule.resource}, which names no event_date"


def clock_unusable(pack: Pack, today: dt.date) -> Found:
    """A clock without one term, that calls nobody there is, or warns before it begins."""
    for clock in pack.clocks:
        where = f"clocks/{clock.key}"
        if (clock.working_days is None) == (clock.months is None):
            yield where, "has either working_days or months"
        if clock.escalate_to is not None and clock.escalate_to not in ROLES:
            yield where, f"calls {clock.escalate_to}, which is no role"
        if clock.working_days is not None and any(before > clock.working_days for before in clock.warn):
            yield where, f"warns before it begins: {max(clock.warn)} working days before {clock.working_days}"


def placeholder_unknown(pack: Pack, today: dt.date) -> Found:
    """A notice with a placeholder that nobody fills, or with others in one language than in the other."""
    for notice in pack.notices:
        where = f"notices/{notice.key}"
        opened = {language: notice.opened(language) for language in NoticeText.LANGUAGES}
        for name in sorted(frozenset().union(*opened.values()) - PLACEHOLDERS):
            yield where, f"leaves open {{{name}}}, which nobody fills"
        if opened["zh"] != opened["en"]:
            yield where, f"leaves open in one language only: {', '.join(sorted(opened['zh'] ^ opened['en']))}"


def consent_without_items(pack: Pack, today: dt.date) -> Found:
    """A consent to nothing, or for a purpose that needs none."""
    purposes: dict[str, list[Purpose]] = {}
    for purpose in pack.purposes:
        purposes.setdefault(purpose.key, []).append(purpose)
    for text in pack.consents:
        if not text.items:
            yield f"consents/{text.key}", "asks for a consent to nothing"
        known = purposes.get(text.purpose, [])
        if known and not any(purpose.consent for purpose in known):
            yield f"consents/{text.key}", f"asks for a consent for {text.purpose}, which needs none"


def sensitive_consent_shared(pack: Pack, today: dt.date) -> Found:
    """A sensitive item that shares its consent with another, or that is had by another consent too."""
    for text in pack.consents:
        if text.sensitive and len(text.resources) > 1:
            yield f"consents/{text.key}", f"joins sensitive items: {', '.join(text.resources)} (each needs its own)"
    for one, other in combinations(pack.consents, 2):
        shared = sorted(set(one.resources) & set(other.resources))
        if shared and one.key != other.key and one.sensitive != other.sensitive:
            both = one if one.sensitive else other
            yield f"consents/{both.key}", f"is sensitive, but {', '.join(shared)} can be had by another consent"


def persons_without_basis(pack: Pack, today: dt.date) -> Found:
    """A purpose that opens natural persons without an article for it, to everyone, or to an institution unasked."""
    for purpose in pack.purposes:
        where = f"purposes/{purpose.key}"
        if not purpose.persons:
            continue
        if purpose.basis and not any(b.article and b.confidence is not Confidence.LOW for b in purpose.basis):
            yield where, "opens natural persons, but no article is named that allows it"
        if "public" in purpose.viewers:
            yield where, "opens natural persons to everyone"
        if "institution" in purpose.viewers and not purpose.consent:
            yield where, "opens natural persons to institutions without their consent"
