"""Lints about reports: nothing that a report shows is missing or lost, persons' are given to nobody else, and what only the
special report may read is read by nothing else.

Invariant: under a pack that passes, each record has one place in a report, no report about natural persons is given to
anybody but the person, and no archive, score, check, measure, feed or export can come to name what is special.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import BaseModel

from quanxin.policy.model import Mode, Resource
from quanxin.policy.pack import Pack
from quanxin.policy.reports import Report

Found = Iterator[tuple[str, str]]
# The kinds of parts in which a special resource may not be named; what a report or a clause of the plan says is no use of it.
USES = (
    "lists", "measures", "commitments", "tiers", "models", "repair", "overrides", "consents", "check_items",
    "inspection_items", "object_kinds", "draw_rules", "schemes", "matrices", "procedures", "quality", "comparison",
)  # fmt: skip


def report_unknown(pack: Pack, today: dt.date) -> Found:
    """A report that names a resource, item, provider, kind of document or type of subject that there is not, or a text in
    one language."""
    for report in pack.reports:
        where = f"reports/{report.key}"
        yield from _missing(where, "subject type", report.subject_types, pack.subject_types)
        yield from _missing(where, "kind of document", (report.document,), {one.key for one in pack.document_kinds})
        for domain in report.domains:
            yield from _missing(where, "provider", domain.providers, pack.providers)
        for key, text in report.words.items():
            if not text.zh.strip() or not text.en.strip():
                yield f"{where}/words/{key}", "is not said in both languages"
        for resource, fields in _shown(report):
            found = pack.resource_history(resource)
            yield from _missing(where, "resource", (resource,), [one.key for one in found])
            for version in found:
                yield from _missing(where, "item", fields, [f.key for f in version.fields])


def report_loses_records(pack: Pack, today: dt.date) -> Found:
    """A category that no chapter of a report has, or two have; a resource that is shown in a chapter of another category."""
    for report in (one for one in pack.reports if one.chapters):
        where = f"reports/{report.key}"
        held = Counter(key for chapter in report.chapters for key in chapter.categories)
        for key in sorted(pack.categories.keys() | held.keys()):
            if key not in pack.categories:
                yield where, f"has a chapter of the category {key}, which there is not"
            elif held[key] != 1:
                yield where, f"has {held[key]} chapters of the category {key}"
        for chapter in report.chapters:
            for shown in chapter.shows:
                for version in pack.resource_history(shown.key):
                    if version.category not in chapter.categories:
                        yield f"{where}/{chapter.key}", f"shows {shown.key}, which is of {version.category}"


def report_of_persons(pack: Pack, today: dt.date) -> Found:
    """A report about natural persons that others are given, or that is not of what is the person's own; the reverse; one that is
    given to whom it is not for; ratings of whom nobody may rate."""
    natural = {key for key, kind in pack.subject_types.items() if kind.natural}
    ratings = {key for key, category in pack.categories.items() if category.chapter == "ratings"}
    for report in pack.reports:
        where, about = f"reports/{report.key}", set(report.subject_types)
        if about & natural and (about - natural or report.kind != "own"):
            yield where, "is about persons, and about others with them, or of another kind than their own"
        if about & natural and not set(report.readers) <= {"subject", "window"}:
            yield where, "is about persons, and given to others than the person"
        if report.kind == "own" and not about & natural:
            yield where, "shows what is not public, and is not about persons"
        if ("department" in report.readers) != (report.kind == "check"):
            yield where, "is given to a department and no check, or a check and given to others"
        if "public" in report.readers and report.kind != "public":
            yield where, "is given to the public, and says more than the public may see"
        rated = [chapter for chapter in report.chapters if ratings & set(chapter.categories)]
        if any(not chapter.ratings for chapter in rated):
            yield where, "has ratings in a chapter that does not say so"


def special_read_elsewhere(pack: Pack, today: dt.date) -> Found:
    """What only the special report may read, named by anything else, published, shared or evaluated."""
    special = {one.key for one in pack.resources if one.special}
    for resource in pack.resources:
        if resource.special:
            yield from _open(resource)
    for kind in USES:
        for rule in _rules(pack.parts[kind]):
            for key in sorted(special & _words(rule)):
                yield f"{kind}/{rule.key}", f"names {key}, which the special report alone may read"
    for report in pack.reports:
        shown = {one.key for chapter in report.chapters for one in chapter.shows}
        for key in sorted(special & shown):
            yield f"reports/{report.key}", f"shows {key}, which the special report alone may read"


def _open(resource: Resource) -> Found:
    where = f"resources/{resource.key}"
    if resource.evaluation:
        yield where, "is for the special report alone, and may enter an evaluation"
    if resource.publication.mode is not Mode.AUTHORISED or resource.sharing.mode is not Mode.AUTHORISED:
        yield where, "is for the special report alone, and public or shared"


def _shown(report: Report) -> Iterator[tuple[str, Collection[str]]]:
    for chapter in report.chapters:
        yield from ((one.key, one.fields) for one in chapter.shows)
    for section in report.sections:
        yield from ((key, ()) for key in section.resources)


def _rules(value: Any) -> list[Any]:
    return list(value.values()) if hasattr(value, "values") else list(value)


def _words(rule: BaseModel) -> set[str]:
    """Every text that a rule holds, its bases aside."""
    found: set[str] = set()
    todo: list[Any] = [rule.model_dump(exclude={"basis"})]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, dict):
            todo.extend([*one.keys(), *one.values()])
        elif isinstance(one, list | tuple | set | frozenset):
            todo.extend(one)
    return found


def _missing(where: str, what: str, keys: Collection[str], known: Collection[str]) -> Found:
    for key in keys:
        if key not in known:
            yield where, f"names the {what} {key}, which there is not"
