"""Records in the national layout of 双公示 (发改办财金〔2018〕424号): XLSX, or the XML that the older interface takes.

Invariant: a file has the items of the standard under their own names and in their order, and of them only what may
leave the platform; natural persons and identity numbers are not in it. What it says reads back as it was. However many
records there are, a few at a time are in memory.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import xlsxwriter
from django.db import connection
from xlsxwriter.worksheet import Worksheet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.errors import NotAllowed
from quanxin.accounts.models import audit
from quanxin.archive import access, viewers
from quanxin.archive.definitions import definition
from quanxin.archive.display import show
from quanxin.archive.restrictions import HIDDEN
from quanxin.calendar import today
from quanxin.identifiers.divisions import places_of
from quanxin.intake.annotate import SHEET_ROWS, put
from quanxin.intake.errors import IntakeError, translated
from quanxin.policy.model import CodeSet, FieldDef, FieldType, Resource
from quanxin.runtime.pack import current_pack

_NO_ATTRIBUTES = AttributesImpl({})
CHUNK = 2_000  # records in memory at once
PURPOSE = "双公示数据报送"
_SHOWN = (FieldType.CODE, FieldType.CODES, FieldType.DIVISION, FieldType.BOOLEAN, FieldType.CAPITAL)
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
RECORDS = f"""
SELECT r.subject_id, r.id, r.batch_id, r.payload
FROM archive_record r JOIN subjects_subject s ON s.id = r.subject_id
WHERE r.superseded_at IS NULL AND NOT s."natural" AND r.resource = %(resource)s
  AND r.event_date BETWEEN %(first)s AND %(last)s AND (%(provider)s = '' OR r.provider = %(provider)s)
  AND s.region LIKE ANY(%(regions)s)
  AND (r.subject_id, r.id) > (%(subject)s, %(record)s) AND NOT {HIDDEN}
ORDER BY r.subject_id, r.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    resource: str
    rows: int
    fields: int


def exportable(resource: Resource) -> bool:
    """Whether a resource has a layout in the national standard: each of its required items has a name there. What is for the
    special report alone leaves by no export."""
    return (
        not resource.special
        and any(f.code for f in resource.fields)
        and all(f.code for f in resource.fields if f.required is True)
    )


def export(
    actor: Actor,
    resource: str,
    out: Path,
    *,
    kind: Literal["xlsx", "xml"],
    first: dt.date,
    last: dt.date,
    provider: str = "",
) -> Exported:
    """Write the current records whose event lies in a period, of one provider or of all, to a file: those about
    subjects of the districts that the actor's role reaches.

    Raises ``NotAllowed`` unless the actor is of the centre, or hands in for the provider; ``IntakeError`` for a resource
    without a national layout and for what a disk may do. The file appears whole or not at all.
    """
    reach = actor.by(Role.CENTRE) | {one for one in actor.by(Role.INTAKE) if provider and one.covers(provider)}
    if not reach:
        raise NotAllowed(f"{actor.name}: export {resource} {provider}")
    found = current_pack().on(today()).resources.get(resource)
    if found is None or not exportable(found):
        raise IntakeError("export-no-layout", resource=resource)
    fields = [f for f in found.fields if f.code]
    part = out.with_name(f".{out.name}.part")
    regions = sorted({f"{places_of(one.district)}%" for one in reach})
    asked = {"resource": resource, "first": first, "last": last, "provider": provider, "regions": regions}
    try:
        with translated(out):
            rows = (_write_xlsx if kind == "xlsx" else _write_xml)(part, fields, _rows(asked, fields, actor))
            part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    audit(
        actor,
        "sharing.export",
        f"resource:{resource}",
        rows=rows,
        provider=provider,
        first=first.isoformat(),
        last=last.isoformat(),
        layout=kind,
    )
    return Exported(resource, rows, len(fields))


def written(field: FieldDef, value: Any, code_sets: dict[str, CodeSet]) -> str:
    """A stored value as the national layout has it: codes by their titles, days with slashes, numbers plain."""
    if value is None or value == "":
        return ""
    if field.type is FieldType.DATE:
        return str(value).replace("-", "/")
    if field.type in _SHOWN:
        return show(field, value, code_sets).replace("；", ";")
    return str(value)


def _rows(asked: dict[str, Any], fields: list[FieldDef], actor: Actor) -> Iterator[list[str]]:
    """The items of each record, through the accessor, in the order of the subjects."""
    viewer = viewers.consumer(actor, PURPOSE, frozenset())
    code_sets = dict(current_pack().on(today()).code_sets)
    after = (0, 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(RECORDS, asked | {"subject": after[0], "record": after[1], "limit": CHUNK})
            chunk = cursor.fetchall()
        if not chunk:
            return
        after = (chunk[-1][0], chunk[-1][1])
        for _subject, _record, batch, stored in chunk:
            payload = json.loads(stored) if isinstance(stored, str) else stored
            of_its_day = {f.key: f for f in definition(batch).fields if access.may_see_field(viewer, f)}
            yield [
                written(of_its_day[f.key], access.shown(viewer, payload.get(f.key)), code_sets)
                if f.key in of_its_day
                else ""
                for f in fields
            ]


def _write_xlsx(path: Path, fields: list[FieldDef], rows: Iterable[list[str]]) -> int:
    """A sheet (or several, where one is full) with the standard's titles, every cell a text."""
    count = 0
    with closing(xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})) as book:
        text = book.add_format({"num_format": "@"})
        sheet = _begin_sheet(book, fields)
        for count, row in enumerate(rows, start=1):
            line = (count - 1) % SHEET_ROWS + 1
            if line == 1 and count > 1:
                sheet = _begin_sheet(book, fields)
            for column, cell in enumerate(row):
                if cell:
                    put(sheet, line, column, cell, text)
    return count


def _begin_sheet(book: xlsxwriter.Workbook, fields: list[FieldDef]) -> Worksheet:
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "num_format": "@"})
    for column, field in enumerate(fields):
        put(sheet, 0, column, field.title.zh, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _write_xml(path: Path, fields: list[FieldDef], rows: Iterable[list[str]]) -> int:
    """``<ROWDATA><ROW>`` with an element for each item, by its name in the standard; characters XML lacks are left out."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        xml = XMLGenerator(out, "UTF-8", short_empty_elements=True)
        xml.startDocument()
        xml.startElement("ROWDATA", _NO_ATTRIBUTES)
        for row in rows:
            xml.startElement("ROW", _NO_ATTRIBUTES)
            for field, cell in zip(fields, row, strict=True):
                xml.startElement(str(field.code), _NO_ATTRIBUTES)
                xml.characters(_NOT_IN_XML.sub("", cell))
                xml.endElement(str(field.code))
            xml.endElement("ROW")
            count += 1
        xml.endElement("ROWDATA")
        xml.endDocument()
    return count
