"""How dates, numbers and names are written on a page, in either language.

Invariant: formatting loses nothing: a text that is not in the form its field promises is shown as it stands, and
nothing here depends on the machine's locale.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from quanxin.calendar import day_of, local
from quanxin.policy.model import FieldDef, FieldType
from quanxin.runtime.language import english

_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_CHINESE_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")
_DATED = (FieldType.DATE, FieldType.DATETIME)
_AMOUNTS = (FieldType.MONEY_WAN, FieldType.MONEY_YUAN, FieldType.CAPITAL)
_ENGLISH_UNITS = {"万人民币": "× 10,000 CNY", "万元": "× 10,000 CNY", "万": "× 10,000 ", "元": "CNY"}

FIELD_TYPES = {
    FieldType.TEXT: _("文本"),
    FieldType.DATE: _("日期"),
    FieldType.DATETIME: _("日期时间"),
    FieldType.YEAR: _("年度"),
    FieldType.MONTH: _("月份"),
    FieldType.INTEGER: _("整数"),
    FieldType.DECIMAL: _("数值"),
    FieldType.MONEY_WAN: _("金额（万元）"),
    FieldType.MONEY_YUAN: _("金额（元）"),
    FieldType.CAPITAL: _("注册资本"),
    FieldType.BOOLEAN: _("是或否"),
    FieldType.CODE: _("代码"),
    FieldType.CODES: _("多个代码"),
    FieldType.USCC: _("统一社会信用代码"),
    FieldType.ORGANISATION_CODE: _("组织机构代码"),
    FieldType.REGISTRATION_NUMBER: _("注册号"),
    FieldType.IDENTITY: _("证件号码（加密保存）"),
    FieldType.DOCUMENT_NUMBER: _("文书号"),
    FieldType.DIVISION: _("行政区划"),
}


def day(value: dt.date) -> str:
    """Write a day as Chinese offices do, 2026年3月5日, or in English as 5 March 2026."""
    if english():
        return f"{value.day} {_ENGLISH_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: dt.datetime) -> str:
    """Write a moment to the minute in the platform's time zone; an aware datetime is expected."""
    return f"{day(day_of(value))} {local(value):%H:%M}"


def number(value: int) -> str:
    """Write a count with its thousands grouped."""
    return f"{value:,}"


def chapter_number(ordinal: int) -> str:
    """Number a chapter, 1 to 10, as reports do: 一、 in Chinese and 1. in English, with the space that follows."""
    return f"{ordinal}. " if english() else f"{'一二三四五六七八九十'[ordinal - 1]}、"


def field_value(field: FieldDef, text: str) -> str:
    """Return a record's value as the archive shows it, or a dash where it is empty, as the national report does.

    The archive writes values as Chinese offices do. On an English page days, months and the units of amounts are
    put into English; names, contents and code titles are the departments' own words and stay.
    """
    if not text:
        return "— —"
    if not english():
        return text
    if field.type in _DATED:
        told = _CHINESE_DAY.sub(lambda found: day(dt.date(*map(int, found.groups()))), text)
        return told.replace("长期", "no end date")
    if field.type is FieldType.MONTH and (month := _CHINESE_MONTH.fullmatch(text)):
        return f"{_ENGLISH_MONTHS[int(month[2]) - 1]} {month[1]}"
    if field.type is FieldType.YEAR:
        return text.removesuffix("年")
    if field.type is FieldType.BOOLEAN:
        return {"是": "Yes", "否": "No"}.get(text, text)
    for unit, foreign in _ENGLISH_UNITS.items():
        if field.type in _AMOUNTS and unit in text:
            return text.replace(unit, foreign)
    return text


def code_groups(code: str) -> SafeString:
    """Break an 18-character code where GB 32100-2015 does (authority, division, organisation, check), for the eye only.

    The groups are spans with no space between them, so that copying the code gives the code.
    """
    if len(code) != 18:
        return format_html("<span>{}</span>", code)
    parts = (code[:2], code[2:8], code[8:17], code[17:])
    return format_html_join("", "<span>{}</span>", ((part,) for part in parts))


def highlighted(name: str, query: str) -> SafeString:
    """Mark where ``query`` stands in ``name``, comparing without regard to width or case.

    Where normalising changes the length of the name no place can be told, and the name is returned unmarked.
    """
    plain_name = unicodedata.normalize("NFKC", name).casefold()
    plain_query = unicodedata.normalize("NFKC", query).casefold().strip()
    start = plain_name.find(plain_query) if plain_query and len(plain_name) == len(name) else -1
    if start < 0:
        return format_html("{}", name)
    end = start + len(plain_query)
    return format_html("{}<mark>{}</mark>{}", name[:start], name[start:end], name[end:])
