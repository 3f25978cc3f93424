"""The bulletin as titled tables, for a page, a workbook and a printed document alike.

Invariant: all three say the same figures in the same order; a cell is a number, a rate (a Decimal, in percent), a day
or words, and only its writer decides how it looks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quanxin.calendar import local
from quanxin.intake.quality.bulletin import Bulletin, Shown
from quanxin.policy.model import Text

Cell = str | int | Decimal | dt.date | None
_COUNTED = (
    Text(zh="收到", en="Received"), Text(zh="接收", en="Accepted"), Text(zh="更新", en="Updated"),
    Text(zh="重复", en="Duplicate"), Text(zh="待更正", en="Quarantined"), Text(zh="待关联", en="Unlinked"),
)  # fmt: skip
_RATED = (
    Text(zh="合规率", en="Valid"), Text(zh="入库率", en="Stored"), Text(zh="完整率", en="Complete"),
    Text(zh="准确率", en="Accurate"), Text(zh="迟报率", en="Late"), Text(zh="重错码率", en="Wrong codes"),
    Text(zh="纠正率", en="Put right"),
)  # fmt: skip
_PROVIDER, _RESOURCE = Text(zh="报送单位", en="Provider"), Text(zh="目录资源", en="Resource")
_DISTRICT, _LAST = Text(zh="区划", en="District"), Text(zh="最近报送", en="Last hand-in")
_BELOW = Text(zh="未达标项", en="Below the standard")
_KEPT = (
    Text(zh="入库记录", en="Records"), Text(zh="其后更正", en="Corrected later"), Text(zh="已判时限", en="Judged"),
    Text(zh="迟报", en="Late"), Text(zh="迟报率", en="Late %"), Text(zh="准确率", en="Accurate %"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; ``empty`` is said where it has no rows. A ``detail`` stands in the workbook alone."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Presented:
    """A bulletin in one language: its title, what it is based on, its tables, its notes."""

    title: str
    known: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


def present(b: Bulletin, *, english: bool) -> Presented:
    """A bulletin in Chinese or in English."""

    def say(text: Text) -> str:
        return text.en if english else text.zh

    def says(*texts: Text) -> tuple[str, ...]:
        return tuple(say(t) for t in texts)

    nothing = say(Text(zh="本期没有报送。", en="Nothing was handed in."))
    tables = (
        Table(
            say(Text(zh="点名与提示", en="Named")), says(_PROVIDER, _RESOURCE, _BELOW),
            tuple((say(s.title), _say(s.resource, say), "；".join(map(say, s.below))) for s in b.named),
            say(Text(zh="各项均达到标准。", en="Everything meets the standard.")),
        ),
        Table(
            say(Text(zh="各单位总体情况", en="By provider")), says(_PROVIDER, *_COUNTED, *_RATED),
            tuple((say(s.title), *_counted(s), *_rated(s)) for s in (*b.providers, b.total)), nothing,
        ),
        Table(
            say(Text(zh="各单位分资源情况", en="By provider and resource")),
            says(_PROVIDER, _RESOURCE, *_COUNTED, *_RATED, _LAST),
            tuple((say(s.title), _say(s.resource, say), *_counted(s), *_rated(s), s.last) for s in b.lines), nothing,
        ),
        Table(
            say(Text(zh="各区县情况", en="By district")), says(_DISTRICT, *_KEPT),
            tuple((say(s.title), *_kept(s)) for s in b.districts), nothing,
        ),
        Table(
            say(Text(zh="各区县分资源情况", en="By district and resource")), says(_DISTRICT, _RESOURCE, *_KEPT),
            tuple((say(s.title), _say(s.resource, say), *_kept(s)) for s in b.district_lines), nothing, detail=True,
        ),
    )  # fmt: skip
    name = Text(zh=f"公共信用信息报送质量通报（{b.period.title}）", en=f"Quality of hand-ins, {b.period.key}")
    known = f"{local(b.known_at):%Y-%m-%d %H:%M}"
    basis = Text(zh=f"以 {known} 平台已知情况统计", en=f"As known at {known}")
    return Presented(say(name), say(basis), tables, tuple(say(note) for note in _notes(b)))


NOTES = (
    Text(zh="合规率：首次校验即通过的行占收到行的比例。", en="Valid: rows that passed when first checked."),
    Text(zh="入库率：至统计时已入库（含更正后）的行占收到行的比例。", en="Stored: rows in the archive by now."),
    Text(zh="完整率：必填项已填数占应填数的比例。", en="Complete: required items supplied."),
    Text(zh="准确率：入库后未因内容有误被更正或撤销的记录比例。", en="Accurate: records not corrected afterwards."),
    Text(
        zh="迟报率：超过规定工作日到达的记录占可判定记录的比例；节假日安排尚未公布的不判定。",
        en="Late: records that came after their working days, of those that can be judged by announced holidays.",
    ),
    Text(
        zh="重错码率：代码有误或一码多名等的行占收到行的比例；纠正率：其中已更正入库的比例。",
        en="Wrong codes: rows with a wrong or doubled code; put right: those of them taken in since.",
    ),
)


def _notes(b: Bulletin) -> Sequence[Text]:
    s = b.standard
    if s is None:
        return NOTES
    least = (s.validity, s.completeness, s.accuracy)
    zh = "标准：合规率 {}%、完整率 {}%、准确率 {}%".format(*least)
    en = "Standard: {}% valid, {}% complete, {}% accurate".format(*least)
    return (
        *NOTES,
        Text(zh=f"{zh}；迟报率超过 {s.mostly_late}% 的点名。", en=f"{en}; over {s.mostly_late}% late is named."),
    )


def _say(text: Text | None, say: object) -> str:
    return say(text) if text is not None and callable(say) else ""


def _counted(s: Shown) -> tuple[Cell, ...]:
    c = s.counts
    return (c.received, c.accepted, c.updated, c.duplicate, c.quarantined, c.unlinked)


def _rated(s: Shown) -> tuple[Cell, ...]:
    r = s.rates
    return (r.validity, r.stored, r.completeness, r.accuracy, r.late, r.wrong, r.righted)


def _kept(s: Shown) -> tuple[Cell, ...]:
    c = s.counts
    return (c.records, c.corrected, c.judged, c.late, s.rates.late, s.rates.accuracy)
