"""A cell of the sample city for any field of the catalogue, by the field's type.

Invariant: a clean cell satisfies its own field; what ties fields of one row together is ``rows``'s to see to.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from quanxin.demo.phrases import phrase
from quanxin.demo.place import here
from quanxin.policy.model import CodeSet, FieldDef, FieldType

NUMBERED = {
    "customs_number": "{region}{:06d}", "stock_code": "{:06d}", "account": "U{:08d}", "unit_number": "D{:08d}",
    "institution_code": "H{region}{:07d}", "cma_number": "CMA{:012d}", "node_code": "ZS{region}{:010d}", "tax_number": "",
    "permit_number": "91{region}{:012d}P", "right_number": "ZL{:012d}", "certificate_number": "ZS{:010d}",
    "plan_number": "CC{:08d}", "basis_number": "（2024）{court}民终{}号", "institution_certificate": "", "social_certificate": "",
}  # fmt: skip


def cell(random: Random, field: FieldDef, day: dt.date, number: int, code_set: CodeSet | None) -> str:
    """A text that reads as a department would write it; ``day`` is the day of the row's event."""
    town = here()
    match field.type:
        case FieldType.DATE:
            return written(random, day)
        case FieldType.DATETIME:
            return f"{day.isoformat()} 09:30:00"
        case FieldType.YEAR:
            return str(day.year - 1)
        case FieldType.MONTH:
            return f"{day.year}-{day.month:02d}" if random.random() < 0.7 else f"{day.year}年{day.month:02d}月"
        case FieldType.INTEGER:
            return str(random.randrange(1, 300))
        case FieldType.DECIMAL:
            return f"{random.randrange(100, 9000)}.{random.randrange(100):02d}" if field.maximum is None else "98.5"
        case FieldType.MONEY_WAN:
            return f"{random.randrange(1, 500)}.{random.randrange(10000):04d}"
        case FieldType.MONEY_YUAN:
            return f"{random.randrange(100, 90000)}.{random.randrange(100):02d}"
        case FieldType.CAPITAL:
            return random.choice(("{}万元", "{}万人民币", "{}.0000(万元)", "{}（万元）")).format(
                random.randrange(3, 3000)
            )
        case FieldType.BOOLEAN:
            return random.choice("是否")
        case FieldType.CODE | FieldType.DIVISION | FieldType.CODES if code_set:
            return random.choice(code_set.codes).value
        case FieldType.DOCUMENT_NUMBER:
            return f"{town.words.document_mark}{field.title.zh[0]}字〔{day.year}〕{number}号"
    if field.key in NUMBERED:
        return NUMBERED[field.key].format(number, region=town.region[:4], court=town.words.court_mark)
    return phrase(random, field.key, field.title.zh)


def written(random: Random, day: dt.date) -> str:
    """A date in one of the forms that departments write."""
    form = random.randrange(10)
    if form < 6:
        return day.isoformat()
    return (
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y/%m/%d}",
    )[form - 6]
