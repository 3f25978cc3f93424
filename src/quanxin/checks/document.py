"""A check as a document that is issued (PDF, with its JSON twin).

Invariant: it says what the check said, of at most ``SHOWN`` results, those with findings first, and says where the others are.
It is issued once in a language; whether it may still be used is what verifying it says.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.checks import wording
from quanxin.checks.models import Check, Result
from quanxin.documents import issuing
from quanxin.documents.typesetting import Sheet
from quanxin.pages.display import day, moment
from quanxin.runtime.language import english, language, listed

SHEET = Sheet("quanxin.checks", "check.typ")
SHOWN = 2_000
_FIRST = (Result.Verdict.RESTRICTED, Result.Verdict.HINT)


def check_as_pdf(by: Actor, check: Check) -> bytes:
    """The check as PDF, issued when it is first asked for. Raises ``DocumentError`` where the font is not installed."""
    about, spoken = f"check:{check.number}", language()
    said = {
        "check": check.number, "item": check.item, "department": check.department, "asOf": check.as_of.isoformat(),
        "subjects": check.subjects, "digest": check.digest,
    }  # fmt: skip
    return issuing.pdf(
        issuing.issue(
            by,
            issuing.Draft(
                kind="check-result", key=f"{about}:{spoken}", title=_("信用核查结果"), about=about, content=said,
                sheet=SHEET, data=_data(check), language=spoken, cut_off=check.as_of, until=check.valid_until,
            ),
        )
    )  # fmt: skip


def _data(check: Check) -> dict[str, Any]:
    told = wording.of_check(check)
    order = Case(*(When(verdict=v, then=Value(n)) for n, v in enumerate(_FIRST)), default=Value(len(_FIRST)))
    results = check.results.order_by(order, "position")[:SHOWN]
    said = [_("结果只用于上述办件，过期须重新核查。没有对应措施的提示，不得据以限制。")]
    if check.subjects > SHOWN:
        said.append(
            _("共 %(all)s 个结果，本文件列出 %(shown)s 个，其余见 XLSX。") % {"all": check.subjects, "shown": SHOWN}
        )
    said += wording.unknown(check, SHOWN)
    return {
        "title": _("信用核查结果"), "said": said,
        "facts": [
            [_("核查编号"), check.number], [_("核查事项"), told["item"]], [_("核查单位"), told["department"]],
            [_("办件"), check.case_ref], [_("办理的事情"), check.words], [_("核查时间"), moment(check.as_of)],
            [_("有效期至"), day(check.valid_until)],
            [_("核查范围"), told["looked"]], [_("结果"), listed(told["counts"])],
            [_("结果摘要（SHA-256）"), check.digest],
        ],
        "header": [_("序号"), _("统一社会信用代码"), _("名称"), _("结果"), _("发现")],
        "rows": [_row(result) for result in results],
    }  # fmt: skip


def _row(result: Result) -> list[str]:
    found = [
        ("; " if english() else "；").join(
            [one["title"], *(f"{m['title']}（{'、'.join(m['basis'])}）" for m in one["measures"])]
        )
        for one in wording.findings(result)
    ]
    name = wording.name_of(result) or "—"
    return [str(result.position), result.code or "—", name, result.get_verdict_display(), "\n".join(found) or "—"]
