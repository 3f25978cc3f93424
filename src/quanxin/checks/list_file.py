"""Reading a list that is to be checked: codes, and names beside them.

Invariant: a file is read by the bounded readers of intake, in a process of its own. A list is taken whole or refused in words:
without a code in each row, with a person's number, or with other columns, nothing of it is checked.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from quanxin.checks.asked import Row
from quanxin.checks.errors import CheckError
from quanxin.identifiers import personal_numbers
from quanxin.intake import reading
from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import table
from quanxin.intake.reading.result import Reading
from quanxin.policy.model import Resource
from quanxin.policy.parts import Text

CODE, NAME, IDENTITY = "code", "subject_name", "identity_number"
MOST = 100_000
_COLUMNS = frozenset({"file-column-unknown", "file-column-twice", "file-headers-unmatched"})
_SAID = 160  # characters of what the reader said of columns
_FIELDS = (
    (CODE, "统一社会信用代码", "unified social credit code", ["代码", "信用代码", "主体代码", "统一代码"]),
    (NAME, "名称", "name", ["主体名称", "企业名称", "单位名称", "供应商名称", "投标人名称", "申请单位", "申报单位"]),
    (IDENTITY, "证件号码", "identity number", ["身份证号", "身份证号码", "公民身份号码", "证件号"]),
)


def rows_of(path: Path, workdir: Path) -> list[Row]:
    """The rows of a list; ``CheckError`` or ``IntakeError`` says why it cannot be checked, and where."""
    try:
        read = reading.read_rows(path, _layout(), workdir=workdir)
    except IntakeError as error:
        if error.code in _COLUMNS:
            said = Text(zh=_shortened(error.zh), en=_shortened(error.en))
            raise CheckError("list-columns", said=said) from error
        raise
    if read.rows > MOST:
        raise CheckError("too-many", limit=MOST, count=read.rows)
    if CODE not in read.columns:
        raise CheckError("list-no-code")
    return [_row(read, row) for row in table.few(read.columns, workdir).to_pylist()]


def _row(read: Reading, row: dict[str, Any]) -> Row:
    number = row["row_no"]
    code, name = ((row.get(key) or "").strip() for key in (CODE, NAME))
    if (row.get(IDENTITY) or "").strip() or personal_numbers.mask(name) != name:
        raise CheckError("list-of-persons", place=read.position(number))
    if row[table.SURPLUS]:
        raise CheckError("list-surplus", place=read.position(number))
    if not code:
        raise CheckError("list-blank-code", place=read.position(number))
    return Row(number, code, name)


def _shortened(text: str) -> str:
    return text if len(text) <= _SAID else f"{text[:_SAID]}……"


@cache
def _layout() -> Resource:
    """The columns of a list, as the readers know columns."""
    fields = [{"key": key, "title": {"zh": zh, "en": en}, "aliases": aliases} for key, zh, en, aliases in _FIELDS]
    return Resource.model_validate({
        "key": "check-list", "title": {"zh": "核查名单", "en": "list to be checked"}, "in_force": {"from": "2000-01-01"},
        "category": "", "providers": [], "subject_types": [], "nature": "neutral", "fields": fields,
        "subject": {"name": NAME, "code": CODE, "identity": IDENTITY},
        "publication": {"mode": "shared"}, "sharing": {"mode": "shared"}, "retention": {}, "deadline": {},
    })  # fmt: skip
