"""Receipts after the fact: what a batch still holds, and the department's own file with what is wrong.

Invariant: a receipt says the same for ever; what is still held is asked of the database each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quanxin.archive.definitions import definition
from quanxin.archive.models import Batch
from quanxin.engine.taxonomy import describe
from quanxin.intake import quarantine
from quanxin.intake.annotate import Finding, RowOutcome, annotate
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.intake.receipt import Receipt
from quanxin.policy.model import Resource
from quanxin.runtime.keys import sealer


def receipt_of(batch: str) -> Receipt:
    """The receipt of a batch; ``IntakeError`` if there is no such batch."""
    return Receipt.from_json(_batch(batch).receipt)


def held_rows(batch: str) -> list[dict[str, Any]]:
    """The rows that a batch still holds, with everything that is wrong with each, in words."""
    found = _batch(batch)
    resource = definition(found.pk)
    keys = sealer()
    return [
        {
            "row": row.row_no,
            "position": row.position,
            "bucket": row.bucket,
            "original": _by_title(resource, quarantine.shown(row, resource, keys)),
            "issues": [finding.message for finding in _findings(resource, row)],
        }
        for row in Held.objects.filter(batch=found, released_by=None, set_aside_at=None)
    ]


def held_page(batch: str, *, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """Rows that a batch still holds, after row number ``after``: by field key, with each finding's code and words."""
    found = _batch(batch)
    resource = definition(found.pk)
    keys = sealer()
    rows = Held.objects.filter(batch=found, released_by=None, set_aside_at=None, row_no__gt=after).order_by("row_no")
    return [
        {
            "row": row.row_no,
            "position": row.position,
            "bucket": row.bucket,
            "original": quarantine.shown(row, resource, keys),
            "issues": [_told(issue, resource) for issue in row.issues],
        }
        for row in rows[:limit]
    ]


def _told(issue: dict[str, Any], resource: Resource) -> dict[str, Any]:
    words = describe(issue, resource)
    return {k: issue[k] for k in ("code", "severity", "field")} | {"message": words.zh, "message_en": words.en}


def _by_title(resource: Resource, texts: dict[str, str]) -> dict[str, str]:
    titles = {f.key: f.title.zh for f in resource.fields}
    return {titles.get(key, key): text for key, text in texts.items()}


def write_annotated(batch: str, out: Path) -> None:
    """Write the rows that a batch holds as a workbook: the department's own columns, what is wrong, cells marked.

    Corrected in place, the workbook can be handed in again as it is.
    """
    found = _batch(batch)
    resource = definition(found.pk)
    columns: list[str] = found.receipt["reading"]["columns"]
    headers: list[str] = found.receipt["reading"].get("headers") or [resource.field(c).title.zh for c in columns]
    annotate(out, headers=headers, columns=columns, rows=_outcomes(found, resource, columns), receipt=found.receipt)


def _outcomes(batch: Batch, resource: Resource, columns: list[str]) -> Iterator[RowOutcome]:
    keys = sealer()
    for row in Held.objects.filter(batch=batch, released_by=None, set_aside_at=None).iterator():
        texts = quarantine.opened(row, keys)
        cells = [texts.get(c) for c in columns]
        yield RowOutcome(row.row_no, row.position, row.bucket, cells, _findings(resource, row))


def _findings(resource: Resource, row: Held) -> list[Finding]:
    return [Finding(i["code"], i["severity"], i["field"], i["value"], describe(i, resource).zh) for i in row.issues]


def _batch(number: str) -> Batch:
    found = Batch.objects.filter(pk=number).first()
    if found is None:
        raise IntakeError("batch-unknown", batch=number)
    return found
