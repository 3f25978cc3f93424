"""What a report says: plain data, the same for its sheet and for whoever reads it by machine.

Invariant: what stands in it came from the accessor, for its reader, at one moment of knowledge, which it states with the
edition of the rules. It quotes records, newest first; it scores, grades and ranks nobody. The same question about the same
moment has the same answer, to the last sign.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils import translation

from quanxin.archive import access, queries, restrictions, viewers
from quanxin.archive.definitions import definition
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.shapes import Archive, RecordView, SubjectCard
from quanxin.calendar import local
from quanxin.pages.display import chapter_number, day, moment
from quanxin.policy.reports import Chapter, Shown
from quanxin.reports.asked import Asked
from quanxin.reports.groups import group
from quanxin.reports.special import sections
from quanxin.runtime.language import code_of, said
from quanxin.runtime.pack import current_pack
from quanxin.subjects import queries as register

FORM = "quanxin-report/1"
Data = dict[str, Any]


def content(asked: Asked) -> Data:
    """What the report says. Raises ``NoSuchSubject`` for a subject of whom its reader may not know; leaves the line that a
    reading leaves."""
    with translation.override(code_of(asked.lang)):
        archive = _read(asked)
        views = [view for chapter in archive.chapters for view in chapter.records]
        made = sections(asked, views) if asked.report.kind == "special" else _chapters(asked, views)
        return _head(asked, archive.subject) | made


def canonical(said_: Data) -> bytes:
    """What a report says as bytes: the same for the same."""
    return json.dumps(said_, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _read(asked: Asked) -> Archive:
    """The archive as the report may tell it: a public one reads as the public does, once its reader was let in."""
    if asked.report.kind != "public":
        viewer = viewers.for_special_report(asked.viewer) if asked.report.kind == "special" else asked.viewer
        return queries.archive_of(asked.subject.pk, viewer, valid_on=asked.day, known_at=asked.known_at)
    subject = register.resolve(asked.subject)
    if not access.enter(asked.viewer, subject):
        raise NoSuchSubject(subject.pk)
    access.note_access(asked.viewer, subject)
    return queries.archive_of(subject.pk, viewers.PUBLIC, valid_on=asked.day, known_at=asked.known_at)


def _head(asked: Asked, card: SubjectCard) -> Data:
    report, use = asked.report, asked.report.use(asked.use)
    natural, state = asked.subject.natural, said(card.state.title) if card.state else ""
    return {
        "form": FORM,
        "report": report.key,
        "version": report.version,
        "lang": asked.lang,
        "title": said(report.title),
        "issuer": said(report.issuer),
        "cut_off": local(asked.known_at).isoformat(timespec="milliseconds"),
        "rules": {"pack": current_pack().name, "edition": current_pack().edition},
        "reader": asked.viewer.kind,
        "use": said(use.title) if use else "",
        "subject": {
            "name": card.name,
            "code": "" if natural else card.code,
            "type": asked.subject.type,
            "type_title": said(card.type_title),
            "state": state,
            "established": day(card.established) if card.established else "",
            "address": card.address,
            "representative": "" if natural else card.representative,
            "former_names": [name for name, _, until in card.names if until is not None and name != card.name],
        },
        "tags": [state] if state else [],
        "words": {key: said(text) for key, text in report.words.items()},
        "read_at": moment(asked.known_at),
    }


def _chapters(asked: Asked, views: list[RecordView]) -> Data:
    """The chapters in their order, each with its records by resource; none for what such a subject has not."""
    kept = [view for view in views if not restrictions.hides(view.marks)]
    scorable = current_pack().subject_types[asked.subject.type].scorable
    rules = current_pack().on(asked.day)
    of_category: dict[str, list[RecordView]] = {}
    for view in kept:
        of_category.setdefault(definition(view.batch).category, []).append(view)
    made = []
    shown = [one for one in asked.report.chapters if scorable or not one.ratings]
    for number, chapter in enumerate(shown, start=1):
        found = [view for key in chapter.categories for view in of_category.get(key, [])]
        made.append(
            {
                "key": chapter.key,
                "number": chapter_number(number),
                "title": said(chapter.title),
                "count": len(found),
                "groups": _groups(chapter, found, list(rules.resources)),
            }
        )
    summary = [{"key": one["key"], "title": one["title"], "count": one["count"]} for one in made]
    return {"summary": summary, "chapters": made, "last": chapter_number(len(made) + 1)}


def _groups(chapter: Chapter, views: list[RecordView], order: list[str]) -> list[Data]:
    shows = {one.key: one for one in chapter.shows}
    of_resource: dict[str, list[RecordView]] = {}
    for view in views:
        of_resource.setdefault(view.resource, []).append(view)
    place = {key: n for n, key in enumerate(order)}
    listed = list(shows)
    keys = sorted(
        of_resource,
        key=lambda key: (listed.index(key) if key in shows else len(shows), place.get(key, len(place)), key),
    )
    return [group(of_resource[key], shows.get(key) or Shown(key=key)) for key in keys]
