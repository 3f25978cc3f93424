"""Files that met faults, one verdict a row: read, and as what, or held, and with which codes.

Invariant: every row of a file named in ``CASES`` has its verdict there; a row that is neither read nor held fails.
The files lie beside the checkout; the kinds that they stand for are tried by other tests without them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from quanxin.accounts import operator
from quanxin.archive.models import Record
from quanxin.calendar import travel
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt

REGISTER, PENALTY = "enterprise-registration", "administrative-penalty"
DAY = dt.date(2026, 11, 29)  # on which the files were written: some of their days lie after it
PROVIDER = "market-regulation"


@dataclass(frozen=True, slots=True)
class Case:
    """What is right for a file.

    ``rows`` has a verdict for each row (from 1): the value that ``item`` was read as, ``"in"`` where no item is
    asked for, ``"duplicate"``, or ``"!"`` and the codes of the errors that hold it (``"!date-incomplete"``, several
    joined by a blank). ``codes`` are codes that the receipt counts, errors or not; ``notes`` how often it notes what.
    ``refused`` is the code of the error that refuses the file as a whole. ``after`` are files handed in before it, beside
    the register.
    """

    resource: str
    item: str | None = None
    rows: Mapping[int, str] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    refused: str | None = None
    after: tuple[str, ...] = ()


def numbered(*verdicts: str) -> dict[int, str]:
    """The verdicts of rows one after the other, from 1."""
    return dict(enumerate(verdicts, 1))


CASES: dict[str, Case] = {
    # --- values
    "base-register.csv": Case(REGISTER, "capital", dict.fromkeys(range(1, 9), "500 CNY")),
    "b01-capital-header-wan.csv": Case(
        REGISTER, "capital", numbered("500 CNY", "1286.5 CNY", "50 CNY", "3000 CNY", "100 CNY")
    ),
    "b02-capital-spellings.csv": Case(
        REGISTER,
        "capital",
        numbered(
            "!unit-missing",
            "0.05 CNY",
            "!unit-missing",
            "!capital-unreadable",
            "!capital-unreadable",
            "454 HKD",
            "200 USD",
            "1065 HKD",
            "3345 EUR",
            "50000 JPY",
            "100 HKD",
            "15000 CNY",
            "!capital-unreadable",
            "0.5 CNY",
            "500 CNY",
            "500 CNY",
            "50 USD",
            "50 USD",
            "!capital-unreadable",
            "500 CNY",
            "500 CNY",
            "500 CNY",
            "!capital-unreadable",
            "!capital-unreadable",
            "!capital-unreadable",
            "!capital-unreadable",
            "500 CNY",
            "100 MOP",
            "100 SEK",
            "100 TWD",
            "100 HKD",
            "500 CNY",
        ),
    ),
    "b03-fines.csv": Case(
        PENALTY,
        "fine",
        numbered(
            "1",
            "1",
            "1",
            "0.5",
            "15000",
            "!money-unreadable",
            "!money-unreadable",
            "0.5",
            "!money-foreign",
            "!money-unreadable",
            "!money-unreadable",
            "!money-unreadable",
            "!money-unreadable",
            "1234.5678",
            "1",
            "1.5",
            "1.5",
            "0.50005",
            "!money-unreadable",
            "!check-failed",
            "!check-failed number-out-of-range",
            "!money-unreadable",
            "!money-unreadable",
            "50000",
            "60000",
            "1",
            "!money-unreadable",
            "!money-unreadable",
            "!money-unreadable",
            "!money-unreadable",
            "0.5",
            "0.5",
            "0.01",
        ),
    ),
    "b04-dates.csv": Case(
        PENALTY,
        "decision_date",
        numbered(
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "!date-ambiguous",
            "!date-ambiguous",
            "!date-ambiguous",
            "!date-ambiguous",
            "!date-ambiguous",
            "!date-incomplete",
            "!date-incomplete",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!check-failed",
            "!check-failed",
            "!check-failed",
            "!check-failed",
            "!check-failed",
            "2026-11-29",
            "!check-failed",
            "!check-failed",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "2026-11-20",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "!date-unreadable",
            "2026-01-01",
            "2026-01-01",
            "!date-unreadable",
        ),
    ),
    "b94-before-establishment.csv": Case(PENALTY, "decision_date", {1: "2010-06-01"}, {"older-than-subject": 1}),
    "b10-1904.xlsx": Case(REGISTER, "established", numbered("2015-11-20", "2015-11-20")),
    "b16-errors.xlsx": Case(
        REGISTER,
        "capital",
        numbered("500 CNY", "!cell-error", "!cell-error", "!missing-required", "!cell-error", "!capital-unreadable"),
    ),
    "b20-numeric-code.xlsx": Case(REGISTER, "uscc", numbered(*["!digits-lost uscc-length"] * 2)),
    # --- text
    "b53-nul.csv": Case(REGISTER, None, numbered("in", "!control-character"), {"control-character": 1}),
    "b54-nul.jsonl": Case(REGISTER, None, numbered("!control-character"), {"control-character": 1}),
    "b80-name-variants.csv": Case(
        PENALTY,
        None,
        {n: "!subject-name-mismatch" if n in (5, 6, 14, 15, 20, 22, 24) else "in" for n in range(1, 25)},
    ),
    "b84-fullwidth-codes.csv": Case(
        PENALTY,
        "subject_category",
        dict.fromkeys(range(1, 9), "法人及非法人组织") | dict.fromkeys((6, 7), "!code-unknown"),
    ),
    "b96-personal-numbers.csv": Case(
        PENALTY,
        "facts",
        numbered(
            "当事人张某某（身份证号：370102************，手机138********）违法",
            "身份证370102************",
            "车牌鲁A12345，电话0531-88888888，微信 wx_1234",
            "身份证号：370102************",
            "身份证号370102************",
            "身份证号：370102************",
            "!personal-number-in-key",
            "护照E********，港澳通行证H********，港澳居民居住证810000************",
            "手机+86138********；86138********；138********",
        ),
        {"personal-data-in-text": 7},
    ),
    "b97a-doc-brackets.csv": Case(PENALTY, "document_number", numbered("济测罚〔2026〕1700号")),
    "b97c-doc-brackets.csv": Case(PENALTY, None, numbered("duplicate"), after=("b97a-doc-brackets.csv",)),
    "b97e-two-shapes-one-file.csv": Case(PENALTY, "document_number", numbered("济测罚〔2026〕1701号", "duplicate")),
    # --- files
    "b62c-far-cell.xlsx": Case(REGISTER, refused="file-row-far"),
    "b62d-good.csv": Case(REGISTER, "capital", {1: "500 CNY"}, after=("b62c-far-cell.xlsx",)),
    "b75-array.json": Case(PENALTY, refused="file-json-array"),
    "b101-sheet2-no-header.xlsx": Case(
        REGISTER, "capital", numbered("500 CNY", "500 CNY"), notes={"sheet-not-read": 1}
    ),
    "b112-chartsheet.xlsx": Case(REGISTER, "capital", {1: "500 CNY"}, notes={"sheet-not-read": 2}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CASES)
def test_each_row_has_its_verdict(shared: Path, name: str) -> None:
    with travel(DAY):
        judge(CASES[name], shared / "cases", name)


def judge(case: Case, folder: Path, name: str) -> None:
    for before in ("base-register.csv", *case.after):
        if before != name:
            handed_in(CASES[before], folder / before)
    receipt = handed_in(case, folder / name)
    if receipt is None:
        return
    assert Counter(note["code"] for note in receipt.to_json()["notes"]) == case.notes
    assert verdicts(receipt, case.item) == dict(case.rows)
    assert {code: receipt.codes.get(code, 0) for code in case.codes} == dict(case.codes)


def handed_in(case: Case, path: Path) -> Receipt | None:
    """The receipt of a file; None where it is refused, as is right."""
    if not case.refused:
        return intake(path, resource=case.resource, provider=PROVIDER, actor=operator())
    with pytest.raises(IntakeError) as told:
        intake(path, resource=case.resource, provider=PROVIDER, actor=operator())
    assert told.value.code == case.refused
    return None


def verdicts(receipt: Receipt, key: str | None) -> dict[int, str]:
    """The verdict on each row of a batch, in the words of ``Case``."""
    found = dict.fromkeys(range(1, receipt.received + 1), "duplicate")
    for row_no, payload in Record.objects.filter(batch_id=receipt.batch).values_list("row_no", "payload"):
        found[row_no] = written(payload[key]) if key else "in"
    for held in Held.objects.filter(batch_id=receipt.batch):
        errors = sorted({issue["code"] for issue in held.issues if issue["severity"] == "error"})
        found[held.row_no] = f"!{' '.join(errors)}" if held.bucket != "unlinked" else "unlinked"
    assert list(found.values()).count("duplicate") == receipt.duplicate
    return found


def written(value: Any) -> str:
    """A value of a payload in short: decimals without idle noughts, capital with its currency."""
    if isinstance(value, dict):
        return f"{written(value['amount'])} {value['currency']}"
    try:
        return f"{Decimal(value).normalize():f}"
    except (ArithmeticError, TypeError, ValueError):
        return str(value)
