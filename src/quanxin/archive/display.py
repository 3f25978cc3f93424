"""Values of records as Chinese offices write them.

Invariant: a displayed value says exactly what is stored: dates in full, amounts with their unit and without a digit
lost or added, codes with their titles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from quanxin.policy.model import CodeSet, FieldDef, FieldType

LONG_TERM = dt.date(2099, 1, 31)
UNITS = {FieldType.MONEY_WAN: "万元", FieldType.MONEY_YUAN: "元"}
CURRENCY_NAMES = {"CNY": "人民币"}


def show_date(day: dt.date | None) -> str:
    """2026年3月5日; 长期 for the dates that registers use for without end; empty for none."""
    if day is None:
        return ""
    return "长期" if day >= LONG_TERM and day.year == LONG_TERM.year else f"{day.year}年{day.month}月{day.day}日"


def show_number(text: str) -> str:
    """A decimal with thousands separated and no idle zeros after the point."""
    number = Decimal(text)
    return f"{number.normalize():,f}" if number else "0"


def show(field: FieldDef, value: Any, code_sets: Mapping[str, CodeSet]) -> str:
    """A stored value of a field as text; empty for none."""
    if value is None or value == "" or value == []:
        return ""
    match field.type:
        case FieldType.DATE:
            return show_date(dt.date.fromisoformat(value))
        case FieldType.DATETIME:
            moment = dt.datetime.fromisoformat(value)
            return f"{show_date(dt.date.fromisoformat(value[:10]))} {moment:%H:%M:%S}"
        case FieldType.MONTH:
            return f"{value[:4]}年{int(value[5:7])}月"
        case FieldType.YEAR:
            return f"{value}年"
        case FieldType.MONEY_WAN | FieldType.MONEY_YUAN:
            return f"{show_number(str(value))} {UNITS[field.type]}"
        case FieldType.CAPITAL:
            return _show_capital(value)
        case FieldType.DECIMAL:
            return show_number(str(value))
        case FieldType.BOOLEAN:
            return "是" if value else "否"
        case FieldType.CODE | FieldType.DIVISION:
            return _title(field, value, code_sets)
        case FieldType.CODES:
            return "；".join(_title(field, one, code_sets) for one in value)
        case _:
            return str(value)


def _title(field: FieldDef, value: str, code_sets: Mapping[str, CodeSet]) -> str:
    code_set = code_sets.get(field.code_set or "")
    return next((c.title.zh for c in code_set.codes if c.value == value), value) if code_set else value


def _show_capital(value: Any) -> str:
    if not isinstance(value, dict):
        return f"{show_number(str(value))} 万元"
    currency = str(value.get("currency") or "CNY")
    return f"{show_number(str(value['amount']))} 万{CURRENCY_NAMES.get(currency, currency)}"
