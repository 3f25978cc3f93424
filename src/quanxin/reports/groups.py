"""The records of one resource as a report shows them: as cards, or as lines of a table.

Invariant: what is shown of a record are items that its viewer was given, under the titles of the catalogue; the order is that of
the records that were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from quanxin.archive.definitions import definition
from quanxin.archive.models import Restriction
from quanxin.archive.shapes import RecordView
from quanxin.pages.display import field_value
from quanxin.policy.model import FieldDef, Resource
from quanxin.policy.reports import Shown
from quanxin.runtime.language import said

WIDEST = 6  # columns of a table
Data = dict[str, Any]


def group(views: Sequence[RecordView], shown: Shown) -> Data:
    """The records of a resource, in their order, as cards or as lines of a table."""
    resources = [definition(batch) for batch in dict.fromkeys(view.batch for view in views)]
    columns = _columns(resources, shown)
    keys = [field.key for field in columns]
    return {
        "resource": views[0].resource,
        "title": said(views[0].title),
        "layout": shown.layout,
        "main": [key for key in _main(resources[0]) if key in keys],
        "columns": [[field.key, said(field.title)] for field in columns],
        "records": [_record(view, keys) for view in views],
    }


def _columns(resources: list[Resource], shown: Shown) -> list[FieldDef]:
    """The items that are shown, of whichever editions the records are; without those that say whom they are about."""
    newest = resources[0]
    fields = {field.key: field for resource in reversed(resources) for field in resource.fields}
    about = set() if newest.subject.role == "enrol" else _about(newest)
    if shown.fields:
        wanted: Iterable[str] = shown.fields
    elif shown.layout == "cards":
        told = [key for key in newest.summary if newest.subject.role != "enrol"]  # what it is stands at its head
        wanted = [key for key in dict.fromkeys([*told, *fields]) if key not in about]
    else:
        wanted = _main(newest)
    chosen = [fields[key] for key in wanted if key in fields]
    return chosen if shown.layout == "cards" else chosen[:WIDEST]


def _main(resource: Resource) -> list[str]:
    """The items that say most of a record: those that lists show, and its days."""
    days = [one for one in (resource.event_date, resource.valid_until) if one]
    return list(dict.fromkeys([*resource.summary, *days]))


def _about(resource: Resource) -> set[str]:
    own = resource.subject
    said_ = (own.name, own.code, own.registration_number, own.organisation_code, own.identity, own.category)
    return {key for key in said_ if key}


def _record(view: RecordView, keys: list[str]) -> Data:
    texts = {field.key: field_value(field, text) if text else "" for field, text in view.fields}
    return {
        "record": f"{view.subject_id}-{view.id}",
        "version": view.version,
        "marks": [str(Restriction.Kind(mark).label) for mark in view.marks],
        "provider": said(view.provider_title),
        "values": [texts.get(key, "") for key in keys],
    }
