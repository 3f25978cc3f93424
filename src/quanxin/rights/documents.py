"""What a case decided, as the document that its subject is given (信用修复决定书、不予修复决定书、异议答复书).

Invariant: a document is made of what the case kept and of the wording of the pack on the day of the decision, and is issued
once: the same case gives the same bytes for ever. What undoes a decision revokes its document (``casework.engine``); what is
asked for afterwards is another, which bears the mark of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from quanxin.accounts import Actor
from quanxin.archive import queries
from quanxin.archive.definitions import definition
from quanxin.archive.display import show_date
from quanxin.archive.models import Record
from quanxin.calendar import day_of
from quanxin.casework import cases, terms, words
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Step
from quanxin.casework.procedures import procedure_of
from quanxin.documents import issuing
from quanxin.documents.typesetting import Sheet
from quanxin.policy.model import Basis
from quanxin.policy.rights import NoticeText
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster, names_of

SHEET = Sheet("quanxin.rights", "decision.typ")
_FIGURES = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision: its step, its wording, and its day."""

    step: Step
    wording: NoticeText
    day: dt.date


def exists(case: Case) -> bool:
    """Whether a case has a document: it was decided, and not reopened since."""
    return _step(case) is not None


def decision(by: Actor, case: Case) -> bytes:
    """The document of what a case decided, as PDF, issued when it is first asked for.

    Raises ``RightsError`` where nothing was decided, ``DocumentError`` where the font is not installed (``make assets``).
    """
    decided = _decided(case)
    undone = _undone(case, decided.step)
    data = _data(case, decided)
    said = {
        "decision": data["document"],
        "case": case.number,
        "decidedOn": decided.day.isoformat(),
        "undone": bool(undone),
    }
    draft = issuing.Draft(
        kind="decision", key=f"{case.reference}:{decided.step.pk}:{undone.pk if undone else 0}", title=data["title"],
        about=case.reference, content=said, sheet=SHEET, data=data, subject=case.subject_id, cut_off=decided.step.at,
    )  # fmt: skip
    return issuing.pdf(issuing.issue(by, draft))


def chinese_date(day: dt.date) -> str:
    """A day as it stands under an official document: 二〇二六年九月一日."""
    year = "".join(_FIGURES[int(figure)] for figure in str(day.year))
    return f"{year}年{_below_hundred(day.month)}月{_below_hundred(day.day)}日"


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, f"{_FIGURES[tens]}十")
    return head + (_FIGURES[ones] if ones or not tens else "")


def _step(case: Case) -> tuple[Step, str] | None:
    """The step by which a case was decided, and the wording of its document; None where there is none, or it is open."""
    if case.open:
        return None
    for step in reversed(case.steps.all()):
        act = words.act_of(case, step)
        if act is not None and act.document is not None:
            return step, act.document
    return None


def _decided(case: Case) -> _Decided:
    found = _step(case)
    if found is None:
        raise RightsError("document-none")
    step, key = found
    day = day_of(step.at)
    return _Decided(step, _wording(key, day), day)


def _wording(key: str, day: dt.date) -> NoticeText:
    """The wording of a day; before its first edition the first counts."""
    pack = current_pack()
    found = pack.on(day).notices.get(key)
    return found or min((n for n in pack.notices if n.key == key), key=lambda n: n.in_force.from_)


def _data(case: Case, decided: _Decided) -> dict[str, Any]:
    record = cases.record_as_filed(case)
    authority = _authority(case, decided.day)
    subject, code = _subject(case, decided.step.at)
    about = _about(case, record, decided.day)
    said = {
        "subject": subject, "authority": authority, "number": case.number, "decided_on": show_date(decided.day),
        "reason": decided.step.note, **about,
    }  # fmt: skip
    title, body = decided.wording.filled("zh", said)
    return {
        "title": title,
        "number": case.number,
        "authority": authority,
        "subject": subject,
        "document": f"编号：{case.particulars.get('decision') or case.number}",
        "facts": _facts(case, record, {"subject": subject, "code": code, **about}, authority),
        "parts": _parts(body, decided.step.note, _basis(case)),
        "day": chinese_date(decided.day),
        "mark": _mark(case),
    }


def _facts(case: Case, record: Record | None, said: dict[str, str], authority: str) -> list[list[str]]:
    made = [["信息主体", said["subject"]]]
    if said["code"]:
        made.append(["统一社会信用代码", said["code"]])
    made += (
        [["所涉信息", said["record"]], ["文书号", said["document_number"]]]
        if record
        else [["所涉评价", said["record"]]]
    )
    if record is not None and record.event_date is not None:
        made.append(["文书（认定）日期", show_date(record.event_date)])
    made += [
        ["办理单位", authority],
        [f"{procedure_of(case).files.title.zh}日期", show_date(day_of(case.filed_at))],
    ]
    return made


def _parts(body: str, reason: str, basis: list[Basis]) -> list[dict[str, Any]]:
    """The body by its headings, lines that begin with ``#``; reason and basis follow the first part."""
    parts: list[dict[str, Any]] = []
    for line in filter(None, (line.strip() for line in body.splitlines())):
        if line.startswith("#"):
            parts.append({"title": line.removeprefix("#").strip(), "words": []})
        else:
            parts[-1]["words"].append(line)
    own = [{"title": "理由", "words": reason.splitlines()}] if reason.strip() else []
    articles = ["；".join(_article(one) for one in basis) + "。"] if basis else []
    cited = [{"title": "依据", "words": articles}] if articles else []
    return [*parts[:1], *own, *cited, *parts[1:]]


def _article(basis: Basis) -> str:
    reference = f"（{basis.reference}）" if basis.reference else ""
    return f"《{basis.title}》{reference}{basis.article or ''}"


def _basis(case: Case) -> list[Basis]:
    """The articles that a decision rests on: those that the case kept, else those of its last clock; each once."""
    kept = [Basis.model_validate(article) for article in case.particulars.get("basis", ())]
    if not kept:
        last = case.terms.order_by("-id").first()
        kept = list(terms.clock_of(last.clock, day_of(case.filed_at)).basis) if last else []
    known: dict[str, Basis] = {}
    for one in kept:
        known.setdefault(_article(one), one)
    return list(known.values())


def _subject(case: Case, at: dt.datetime) -> tuple[str, str]:
    """The name that a subject had when its case was decided, as it was known then, and its code."""
    subject = Subject.objects.select_related("merged_into").get(pk=case.subject_id)
    known = [name for name in names_of(cluster(subject)) if name.recorded_at <= at]
    day = day_of(at)
    periods = [text for text, start, _end in queries.name_periods(known) if start is None or start <= day]
    return (periods[-1] if periods else subject.name), "" if subject.natural else subject.code


def _about(case: Case, record: Record | None, day: dt.date) -> dict[str, str]:
    """What a case is about, in words: its record with its number, or a score."""
    if record is None:
        model = current_pack().on(day).models.get(case.model)
        return {"record": model.title.zh if model else "信用评价结果", "document_number": case.number}
    number = str(record.payload.get("document_number") or record.payload.get("listing_number") or "—")
    return {"record": definition(record.batch_id).title.zh, "document_number": number}


def _authority(case: Case, day: dt.date) -> str:
    known = current_pack().on(day).providers.get(case.provider)
    return known.title.zh if known else "信用中心"


def _mark(case: Case) -> str:
    """What became of a decision since."""
    found = _step(case)
    undone = _undone(case, found[0]) if found is not None else None
    if undone is None:
        return ""
    day = show_date(day_of(undone.at))
    return f"本决定已于{day}撤销。理由：{undone.note}"


def _undone(case: Case, step: Step) -> Step | None:
    """The step that undid a decision; None while it stands."""
    last = list(case.steps.all())[-1]
    return last if last.pk != step.pk else None
