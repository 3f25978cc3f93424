"""The unit of a column of money, and numbers as text.

Invariant: a number whose unit stands in its header, above the table or in its number format leaves the reading with that
unit beside it, so that a held row says what the file said; a value that names its own unit keeps it. A number in a column
that is none of numbers keeps all its digits, in powers of ten where it has more than a table program can keep.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import cache

from quanxin.engine.amounts import BARE, SCALES, is_unit
from quanxin.engine.normalise import literal
from quanxin.policy.model import FieldDef, FieldType

MONEY = (FieldType.MONEY_WAN, FieldType.MONEY_YUAN, FieldType.CAPITAL)
_COUNTED = (
    *MONEY,
    FieldType.INTEGER,
    FieldType.DECIMAL,
    FieldType.YEAR,
    FieldType.DATE,
    FieldType.DATETIME,
    FieldType.MONTH,
    FieldType.BOOLEAN,
)
EXACT_DIGITS = 15  # of a number that table programs keep
NO_NUMBER = "#NUM!"  # what stands for a number that is none
_IN_BRACKETS = re.compile(r"\(([^()]*(?:\([^()]*\))?[^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|〔([^〔〕]*)〕")
_NAMED = re.compile(r"(?:(?:金额|货币|计量|计价)?单位|币种)\s*[::]?\s*")
_TRAILING = re.compile(rf"(?:{_NAMED.pattern}(.+)|((?:亿|万|千)元))$")
_ABOVE = re.compile(r"(?:金额|货币|计量)?单位\s*[::]\s*([^\s()]+)")
_OWN = {FieldType.MONEY_WAN: 4, FieldType.MONEY_YUAN: 0}
_BARE = re.compile(rf"\s*{BARE}\s*")


class Number(str):
    """A number as it was written, where a format tells numbers from texts."""

    __slots__ = ()


def of_header(header: str) -> tuple[str | None, str]:
    """The unit of money that a header states (``万元`` of 注册资本（万元） and 注册资本 单位：万元), and the rest of it."""
    text = unicodedata.normalize("NFKC", header).strip()
    for found in _IN_BRACKETS.finditer(text):
        unit = _unit(next(part for part in found.groups() if part is not None))
        if unit:
            return unit, text[: found.start()] + text[found.end() :]
    trailing = _TRAILING.search(text)
    if trailing and (unit := _unit(trailing[1] or trailing[2])):
        return unit, text[: trailing.start()]
    return None, text


def above(cells: Iterable[str]) -> str | None:
    """The unit of money that is stated above a table (单位：万元), if there is exactly one."""
    found = set()
    for cell in cells:
        stated = _ABOVE.search(unicodedata.normalize("NFKC", cell))
        if stated and (unit := _unit(stated[1])):
            found.add(unit)
    return found.pop() if len(found) == 1 else None


@cache
def of_format(code: str) -> str | None:
    """The unit of money that a number format writes behind a number: ``万元`` of ``#,##0.00"万元"``."""
    first = code.split(";")[0]
    words = "".join(quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|\\?([^\x00-\x7f])', first))
    return _unit(words)


def beside(field: FieldDef, unit: str | None) -> str | None:
    """What is to be written beside the bare numbers of a field whose column has this unit; None where it is the field's own."""
    if unit is None or field.type not in MONEY:
        return None
    scale = unit.removesuffix("元").removeprefix("人民币")
    return None if field.type in _OWN and SCALES.get(scale) == _OWN[field.type] else unit


def with_unit(text: str, unit: str | None) -> str:
    """A text with the unit beside it, if it is a bare number."""
    return f"{text.strip()}{unit}" if unit and _BARE.fullmatch(text) else text


def with_unit_sql(column: str, unit: str | None, *, match: str = "regexp_full_match({0}, {1})") -> str:
    """The same as SQL; ``match`` says how an engine asks whether a whole text matches."""
    if not unit:
        return column
    whole = match.format(column, literal(rf"[ ]*{BARE}[ ]*"))
    return f"CASE WHEN {whole} THEN concat(trim({column}), {literal(unit)}) ELSE {column} END"


def counted(field: FieldDef) -> bool:
    """Whether a field's values are numbers or days, and not codes and texts in which every digit is a sign."""
    return field.type in _COUNTED


def number_text(written: str | Decimal, *, counts: bool) -> str:
    """A number as text, without an exponent; where it counts nothing and is longer than table programs keep, with one."""
    try:
        number = Decimal(written)
    except InvalidOperation:
        return NO_NUMBER
    if not number.is_finite():
        return NO_NUMBER
    if abs(number.adjusted()) > 400:
        return str(written)  # nothing that a field holds; written out it would fill the memory
    if not counts and number.adjusted() >= EXACT_DIGITS:
        return f"{number.normalize():E}"
    return str(written) if set(str(written)) <= set("0123456789.-") else f"{number:f}"


def plain_number_sql(text: str) -> str:
    """A double's shortest decimal text without an exponent, as SQL of either engine: ``1e-05`` → ``0.00001``."""
    form = "^(-?)([0-9])(?:[.]([0-9]*?)0*)?e([+-]?)([0-9]+)$"
    x = f"lower({text})"
    sign, first, more, minus, power = (f"regexp_extract({x}, '{form}', {n})" for n in range(1, 6))
    count = f"CAST({power} AS INTEGER)"
    small = f"concat({sign}, '0.', repeat('0', {count} - 1), {first}, {more})"
    point = f"concat({sign}, {first}, substr({more}, 1, {count}), '.', substr({more}, {count} + 1))"
    large = (
        f"CASE WHEN length({more}) > {count} THEN {point} "
        f"ELSE concat({sign}, {first}, {more}, repeat('0', {count} - length({more}))) END"
    )
    return (
        f"CASE WHEN {x} LIKE '%n%' THEN '{NO_NUMBER}' WHEN {x} NOT LIKE '%e%' THEN {text} "
        f"WHEN length({power}) > 3 THEN {text} WHEN {minus} = '-' THEN {small} ELSE {large} END"
    )


def long_number_sql(text: str) -> str:
    """A whole number's text, in powers of ten where it is longer than table programs keep, as SQL of either engine."""
    form = f"^(-?)([0-9])([0-9]{{{EXACT_DIGITS},}})$"
    sign, first, more = (f"regexp_extract({text}, '{form}', {n})" for n in range(1, 4))
    made = f"concat({sign}, {first}, '.', {more}, 'E+', CAST(length({more}) AS VARCHAR))"
    return f"CASE WHEN {first} <> '' THEN {made} ELSE {text} END"


def _unit(text: str) -> str | None:
    text = _NAMED.sub("", text.strip(), count=1)
    text = re.sub(r"[()\s/,、:]", "", text)
    return text if text and is_unit(text) else None
