"""What the sheet of a report is given: what the report says as lines and rows, and the words around it in its language.

Invariant: nothing stands on the sheet that the report does not say but labels, and for whom it was made; each record that the
report has stands on it, with every item that has a value, or, of a resource with very many, with its main ones, and says so.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from quanxin.runtime.language import code_of

Data = dict[str, Any]
DENSE = (
    1_000  # records of a resource, from which on each is set with its main items alone: a sheet has its time and memory
)


def data(content: Data, applicant: str = "") -> Data:
    """What is set of a report, made for an applicant."""
    with translation.override(code_of(content["lang"])):
        chapters = [
            {**one, "groups": [_group(group, content) for group in one["groups"]]} for one in content["chapters"]
        ]
        return content | {"labels": _labels(content), "facts": _facts(content, applicant), "chapters": chapters}


def _group(group: Data, content: Data) -> Data:
    count = len(group["records"])
    made = {"title": f"{group['title']}（{count}）", "note": "", "layout": group["layout"]}
    if group["layout"] == "table" and count <= DENSE:
        header = [_("序号"), *(label for _key, label in group["columns"]), _("来源单位")]
        dash = content["words"]["dash"]
        return made | {"header": header, "rows": [_row(n, one, dash) for n, one in _numbered(group)]}
    shown = set(group["main"]) if count > DENSE else {key for key, _label in group["columns"]}
    if count > DENSE:
        made["note"] = _("本类信息条数较多，逐条列出要点；全部内容见本报告的数据文件（JSON）。")
    lines = [_line(n, one, group["columns"], shown) for n, one in _numbered(group)]
    return made | {"layout": "lines", "lines": [["\u3000".join(one), ""] for one in lines] if count > DENSE else lines}


def _numbered(group: Data) -> enumerate[Data]:
    return enumerate(group["records"], start=1)


def _row(n: int, record: Data, dash: str) -> list[str]:
    first, *rest = record["values"]
    return [str(n), _marked(record) + (first or dash), *(value or dash for value in rest), record["provider"]]


def _line(n: int, record: Data, columns: list[list[str]], shown: set[str]) -> list[str]:
    """A record as what it is called and the rest of it."""
    pairs = [
        (label, value) for (key, label), value in zip(columns, record["values"], strict=True) if value and key in shown
    ]
    pairs.append((_("来源单位"), record["provider"]))
    colon, gap = _("："), "\u3000"
    (first, value), *rest = pairs
    return [f"{n}. {_marked(record)}{first}{colon}{value}", gap.join(f"{label}{colon}{text}" for label, text in rest)]


def _marked(record: Data) -> str:
    return f"【{'、'.join(record['marks'])}】" if record["marks"] else ""


def _labels(content: Data) -> dict[str, str]:
    special = "period" in content
    return {
        "colon": _("："),
        "comma": _("、"),
        "summary": _("查询结果概要"),
        "chapter": _("领域") if special else _("信息类别"),
        "count": _("条数"),
        "none": content["words"]["empty"] if special else "0",
        "period": _("查询期间"),
        "matters": _("查询事项"),
        "suggestion": _("信用状况提升建议"),
        "statement": _("说明"),
    }


def _facts(content: Data, applicant: str) -> list[list[str]]:
    subject, dash = content["subject"], content["words"]["dash"]
    made = [
        [_("信息主体"), subject["name"]],
        [_("统一社会信用代码"), subject["code"]],
        [_("主体类型"), subject["type_title"]],
        [_("法定代表人（负责人）"), subject["representative"]],
        [_("成立日期"), subject["established"]],
        [_("住所"), subject["address"]],
        [_("曾用名"), "；".join(subject["former_names"])],
        [_("申请人"), applicant],
        [_("用途"), content["use"]],
        [_("信息截止时间"), content["read_at"]],
        [_("规则版本"), f"{content['rules']['pack']} {content['rules']['edition'][:12]}"],
    ]
    always = (_("信息主体"), _("主体类型"))
    return [[label, text or dash] for label, text in made if text or label in always]
