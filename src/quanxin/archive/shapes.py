"""An archive as a viewer sees it: plain immutable objects for pages, the command line and reports.

Invariant: these objects hold only what ``access`` let through; they carry no way back to more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanxin.policy.model import Basis, FieldDef, Text

# The chapters of the public credit report in their order (公共信用信息报告 V2.0).
CHAPTERS: dict[str, Text] = {
    "registration": Text(zh="登记注册基础信息", en="Registration"),
    "administrative": Text(zh="行政管理信息", en="Administrative acts"),
    "honours": Text(zh="诚实守信相关荣誉信息", en="Honours for good faith"),
    "severe": Text(zh="严重失信主体名单信息", en="Lists of serious bad faith"),
    "abnormal": Text(zh="经营（活动）异常名录（状态）信息", en="Abnormal operation"),
    "commitments": Text(zh="信用承诺信息", en="Credit commitments"),
    "ratings": Text(zh="信用评价信息", en="Sector ratings"),
    "judicial": Text(zh="司法判决及执行信息", en="Judgments and their execution"),
    "other": Text(zh="其他信息", en="Other information"),
}


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as its viewer may see it; ``fields`` and ``summary`` pair each item with its text. ``subject_id`` is the
    number under which it is kept, which of merged subjects need not be that of the card."""

    id: int
    version: int
    resource: str
    title: Text
    chapter: str
    nature: str
    event_date: dt.date | None
    valid_from: dt.date | None
    valid_until: dt.date | None
    public_until: dt.date | None
    state: str  # in-force, expired
    tier: str | None
    provider_title: Text
    batch: str
    recorded_at: dt.datetime
    fields: tuple[tuple[FieldDef, str], ...]
    summary: tuple[tuple[FieldDef, str], ...]
    basis: tuple[Basis, ...]
    marks: tuple[str, ...] = ()  # repaired, shielded, deleted, disputed
    provider: str = ""
    subject_id: int = 0


@dataclass(frozen=True, slots=True)
class ChapterCount:
    key: str
    title: Text
    count: int


@dataclass(frozen=True, slots=True)
class Chapter:
    key: str
    title: Text
    records: tuple[RecordView, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A state as the register names it, the day since which it holds where one is told, and the course it means."""

    value: str
    title: Text
    since: dt.date | None
    course: str

    @property
    def tone(self) -> str:
        """How its label looks: calm, a warning, or the seal's red."""
        return {"live": "good", "broken": "seal"}.get(self.course, "warn")


@dataclass(frozen=True, slots=True)
class SubjectCard:
    """Who a subject is on the day asked about; ``names`` and ``identifiers`` carry (…, from, until)."""

    id: int
    code: str
    name: str
    type: str
    type_title: Text
    names: tuple[tuple[str, dt.date | None, dt.date | None], ...]
    identifiers: tuple[tuple[str, str, dt.date | None], ...]
    region: str
    state: State | None = None
    address: str = ""
    established: dt.date | None = None
    representative: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive of a subject for one viewer, one day and one moment of knowledge."""

    subject: SubjectCard
    valid_on: dt.date
    known_at: dt.datetime
    chapters: tuple[Chapter, ...]

    @property
    def summary(self) -> tuple[ChapterCount, ...]:
        """How many records each chapter holds, in the order of the report."""
        return tuple(ChapterCount(c.key, c.title, len(c.records)) for c in self.chapters)

    @property
    def timeline(self) -> tuple[RecordView, ...]:
        """All records, newest event first."""
        records = (r for c in self.chapters for r in c.records)
        return tuple(sorted(records, key=lambda r: (r.event_date or dt.date.min, r.id), reverse=True))
