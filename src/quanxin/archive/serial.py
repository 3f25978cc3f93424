"""An archive as JSON.

Invariant: the same archive is always the same bytes: nothing in it depends on when, where or how often it is asked.
"""

from __future__ import annotations

from typing import Any

from quanxin.archive.shapes import Archive, RecordView


def as_json(archive: Archive) -> dict[str, Any]:
    """The archive as plain data, in the order of the report; moments are in UTC."""
    subject = archive.subject
    return {
        "subject": {
            "code": subject.code,
            "name": subject.name,
            "type": subject.type,
            "region": subject.region,
            "state": subject.state.value if subject.state else None,
            "state_since": _iso(subject.state.since) if subject.state else None,
            "address": subject.address,
            "established": subject.established.isoformat() if subject.established else None,
            "names": [{"name": n, "from": _iso(a), "until": _iso(b)} for n, a, b in subject.names],
            "identifiers": [{"kind": k, "value": v, "from": _iso(f)} for k, v, f in subject.identifiers],
        },
        "summary": [{"chapter": c.key, "title": c.title.zh, "count": c.count} for c in archive.summary],
        "chapters": [
            {"chapter": c.key, "title": c.title.zh, "records": [_record(r) for r in c.records]}
            for c in archive.chapters
        ],
    }


def _record(view: RecordView) -> dict[str, Any]:
    return {
        "id": view.id,
        "version": view.version,
        "resource": view.resource,
        "title": view.title.zh,
        "event_date": _iso(view.event_date),
        "valid_from": _iso(view.valid_from),
        "valid_until": _iso(view.valid_until),
        "public_until": _iso(view.public_until),
        "state": view.state,
        "tier": view.tier,
        "provider": view.provider_title.zh,
        "batch": view.batch,
        "recorded_at": view.recorded_at.isoformat(),
        "summary": {f.title.zh: text for f, text in view.summary},
        "fields": {f.key: text for f, text in view.fields},
        "basis": [b.model_dump(mode="json", exclude_none=True) for b in view.basis],
        "marks": list(view.marks),
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
