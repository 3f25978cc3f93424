"""A check as a printed document (PDF).

Invariant: it says what the check said, of at most ``SHOWN`` results, those with findings first, and says where the others are.
Texts reach the sheet as data, never as markup.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

import quanxin
from quanxin.checks import wording
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, Result
from quanxin.pages.display import day, moment
from quanxin.runtime.duckdb_scratch import own_folder
from quanxin.runtime.language import language

FONTS = Path(quanxin.__file__).parent / "web" / "fonts"
SHEET = "check.typ"
SHOWN = 2_000
_FIRST = (Result.Verdict.RESTRICTED, Result.Verdict.HINT)


def check_as_pdf(check: Check) -> bytes:
    """The check as PDF; ``CheckError`` where the font is not installed (``make assets``)."""
    if not any(FONTS.glob("*.ttf")):
        raise CheckError("font-missing")
    with own_folder() as place:
        (place / SHEET).write_text(files(__package__).joinpath(SHEET).read_text(encoding="utf-8"), encoding="utf-8")
        (place / "data.json").write_text(json.dumps(_data(check), ensure_ascii=False), encoding="utf-8")
        return bytes(
            typst.compile(str(place / SHEET), root=str(place), font_paths=[str(FONTS)], ignore_system_fonts=True)
        )


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
        "title": _("信用核查结果"), "number": check.number, "lang": language(), "said": said,
        "facts": [
            [_("核查编号"), check.number], [_("核查事项"), told["item"]], [_("核查单位"), told["department"]],
            [_("办件"), check.case_ref], [_("办理的事情"), check.words], [_("核查时间"), moment(check.as_of)],
            [_("有效期至"), day(check.valid_until) + (f"（{_('已失效')}）" if told["expired"] else "")],
            [_("核查范围"), "、".join(told["looked"])], [_("结果"), "；".join(told["counts"])],
            [_("结果摘要（SHA-256）"), check.digest],
        ],
        "header": [_("序号"), _("统一社会信用代码"), _("名称"), _("结果"), _("发现")],
        "rows": [_row(result) for result in results],
    }  # fmt: skip


def _row(result: Result) -> list[str]:
    found = [
        "；".join([one["title"], *(f"{m['title']}（{'、'.join(m['basis'])}）" for m in one["measures"])])
        for one in wording.findings(result)
    ]
    name = wording.name_of(result) or "—"
    return [str(result.position), result.code or "—", name, result.get_verdict_display(), "\n".join(found) or "—"]
