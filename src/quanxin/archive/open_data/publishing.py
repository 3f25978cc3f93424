"""Writing a day of open data.

Invariant: a record is written as ``access`` shows it to the public, by the code that shows it on a page; a day's folder
appears by one renaming when all of it is on disk, and one process at a time writes.
"""

from __future__ import annotations

import csv
import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Max

from quanxin.accounts import Actor
from quanxin.accounts.models import audit
from quanxin.archive import access
from quanxin.archive.definitions import definition
from quanxin.archive.display import show
from quanxin.archive.models import Event, Record
from quanxin.archive.open_data.days import MANIFEST, Dataset, OpenDay, Published, days, latest, root
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import day_of, now, today
from quanxin.policy import Rules
from quanxin.policy.model import FieldDef, Mode, Resource
from quanxin.runtime.cells import harmless
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

CHUNK = 5_000  # records in memory at once
OWN = (
    ("record", "记录编号"),
    ("subject_code", "主体代码"),
    ("subject", "主体名称"),
    ("provider", "来源单位"),
    ("recorded_on", "入库日期"),
    ("public_until", "公示期至"),
)


def publish() -> OpenDay | None:
    """Write today's open data; return what was written, or None while another process writes.

    Written twice on a day, the later takes the place of the earlier. Days beyond ``QUANXIN_OPEN_DATA_DAYS`` go.
    """
    root().mkdir(parents=True, exist_ok=True)
    with (root() / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        _clear()
        day, rules = today(), current_pack().on(today())
        position = Event.objects.aggregate(last=Max("position", default=0))["last"]  # before any record is read
        draft = root() / f".draft-{uuid.uuid4().hex[:12]}"
        draft.mkdir()
        datasets = [
            _write(draft, resource, rules, day)
            for _, resource in sorted(rules.resources.items())
            if resource.publication.mode is Mode.PUBLIC
        ]
        made = OpenDay(day, now(), position, tuple(one for one in datasets if one.rows))
        manifest = draft / MANIFEST
        manifest.write_text(json.dumps(made.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        digest = _published(manifest).sha256
        _put_in_place(draft, root() / day.isoformat())
        audit(Actor("job:archive"), "archive.publish", f"open-data:{day}", sha256=digest, files=len(made.datasets))
        for old in days()[: -settings.OPEN_DATA_DAYS]:
            shutil.rmtree(root() / old.isoformat(), ignore_errors=True)
        return made


def renew() -> OpenDay | None:
    """Write today's open data anew where something in the latest files was taken from the public since."""
    kept = latest()
    return publish() if kept is not None and kept.outdated() & {one.resource for one in kept.datasets} else None


def _clear() -> None:
    """Remove what a process that died left; the caller holds the lock."""
    for path in root().glob(".draft-*"):
        shutil.rmtree(path, ignore_errors=True)


def _put_in_place(draft: Path, target: Path) -> None:
    for path in draft.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    if target.exists():
        target.rename(target.with_name(f".draft-{uuid.uuid4().hex[:12]}"))
    draft.rename(target)
    _clear()


def _write(folder: Path, resource: Resource, rules: Rules, day: dt.date) -> Dataset:
    """Write the public records of a resource as CSV and Parquet."""
    fields = [f for f in resource.fields if access.may_see_field(PUBLIC, f)]
    names = [key for key, _ in OWN] + [f.key for f in fields]
    table, plain = folder / f"{resource.key}.parquet", folder / f"{resource.key}.csv"
    schema = pa.schema([(name, pa.string()) for name in names])
    rows = 0
    with (
        pq.ParquetWriter(table, schema, compression="zstd") as out,
        plain.open("w", encoding="utf-8-sig", newline="") as text,
    ):
        sheet = csv.writer(text, lineterminator="\r\n")
        sheet.writerow([harmless(title) for title in (*(t for _, t in OWN), *(f.title.zh for f in fields))])
        for chunk in _chunks(resource, fields, rules, day):
            rows += len(chunk)
            sheet.writerows([harmless(cell) for cell in row] for row in chunk)
            columns = zip(*chunk, strict=True)
            out.write_table(pa.table([pa.array(column, pa.string()) for column in columns], schema=schema))
    if not rows:
        table.unlink()
        plain.unlink()
    return Dataset(
        resource.key,
        resource.title.zh,
        resource.title.en,
        rows,
        tuple({"name": f.key, "title": f.title.zh, "title_en": f.title.en, "type": f.type.value} for f in fields),
        tuple(f"《{b.title.strip('《》')}》{b.article or ''}" for b in resource.basis),
        resource.deadline.rhythm or "",
        tuple(_published(path) for path in (plain, table)) if rows else (),
    )


def _chunks(resource: Resource, fields: Sequence[FieldDef], rules: Rules, day: dt.date) -> Iterator[list[list[str]]]:
    """The public records in the order of their subjects, some at a time."""
    after = (0, 0)
    visible = access.visible_records(PUBLIC, Record.objects.filter(superseded_at=None, resource=resource.key), day)
    while True:
        found = list(
            visible.extra(where=["(subject_id, id) > (%s, %s)"], params=after).order_by("subject_id", "id")[:CHUNK]
        )
        if not found:
            return
        after = (found[-1].subject_id, found[-1].id)
        subjects = Subject.objects.select_related("merged_into").in_bulk({r.subject_id for r in found})
        rows = [_row(r, subjects[r.subject_id], fields, rules) for r in found if _open(r, subjects[r.subject_id], day)]
        if rows:
            yield rows


def _open(record: Record, subject: Subject, day: dt.date) -> bool:
    return (
        access.may_see_subject(PUBLIC, subject)
        and access.may_see_record(PUBLIC, definition(record.batch_id), day, record.event_date, natural=subject.natural)
        and (record.event_date is None or record.event_date <= day)
    )


def _row(record: Record, subject: Subject, fields: Sequence[FieldDef], rules: Rules) -> list[str]:
    about = subject.merged_into or subject
    of_its_day = {f.key: f for f in definition(record.batch_id).fields if access.may_see_field(PUBLIC, f)}
    provider = rules.providers.get(record.provider)
    texts = [
        show(of_its_day[f.key], access.shown(PUBLIC, record.payload.get(f.key)), rules.code_sets)
        if f.key in of_its_day
        else ""
        for f in fields
    ]
    return [
        f"{record.subject_id}-{record.id}",
        about.code,
        about.name,
        provider.title.zh if provider else record.provider,
        day_of(record.recorded_at).isoformat(),
        record.public_until.isoformat() if record.public_until else "",
        *texts,
    ]


def _published(path: Path) -> Published:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return Published(path.name, path.suffix[1:], path.stat().st_size, digest.hexdigest())
