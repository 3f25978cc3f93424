"""A department's file of inspectors: read by the bounded readers of intake, taken whole or refused row by row in words.

Invariant: of a file with one row that is wrong nothing is taken; every row that is wrong is said, with its place.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.intake import reading
from quanxin.intake.reading import table
from quanxin.policy.model import Resource
from quanxin.runtime.language import in_words
from quanxin.supervision.planning import library
from quanxin.supervision.planning.errors import PlanError

MOST = 20  # rows that are said
_FIELDS = (
    ("name", "姓名", "name", ["检查人员", "执法人员", "姓名（执法人员）"]),
    ("card", "执法证号", "card", ["执法证件号", "证号", "证件编号"]),
    ("card_until", "有效期至", "valid until", ["证件有效期", "有效期", "有效期止"]),
    ("trades", "检查事项", "items", ["专业", "适用事项", "专业领域"]),
    ("load", "最多检查数", "most visits", ["工作量上限", "每次最多检查数"]),
    ("account", "登录账号", "account", ["账号"]),
)
_NEEDED = ("name", "card", "card_until")


@act
def take(actor: Actor, provider: str, path: Path, workdir: Path) -> int:
    """Enter every row of a file into the library of a department, and return how many there were.

    Raises ``PlanError`` with what is wrong row by row, ``IntakeError`` for what is no table.
    """
    read = reading.read_rows(path, _layout(), workdir=workdir)
    missing = [title for key, title, _, _ in _FIELDS if key in _NEEDED and key not in read.columns]
    if missing:
        raise PlanError("columns-missing", columns="、".join(missing))
    rows = table.few(read.columns, workdir).to_pylist()
    if not rows:
        raise PlanError("rows-none")
    wrong: list[str] = []
    for row in rows:
        try:
            library.enter(actor, provider, {key: str(row.get(key) or "") for key, *_ in _FIELDS})
        except PlanError as error:
            wrong.append(f"{read.position(row['row_no'])}：{in_words(error)}")
    if wrong:
        raise PlanError("rows-refused", count=len(wrong), said=" ".join(wrong[:MOST]))
    return len(rows)


@cache
def _layout() -> Resource:
    """The columns of such a file, as the readers know columns."""
    fields: list[dict[str, Any]] = [
        {"key": key, "title": {"zh": zh, "en": en}, "aliases": aliases} for key, zh, en, aliases in _FIELDS
    ]
    return Resource.model_validate({
        "key": "inspectors", "title": {"zh": "检查人员", "en": "inspectors"}, "in_force": {"from": "2000-01-01"},
        "category": "", "providers": [], "subject_types": [], "nature": "neutral", "fields": fields, "subject": {},
        "publication": {"mode": "shared"}, "sharing": {"mode": "shared"}, "retention": {}, "deadline": {},
    })  # fmt: skip
