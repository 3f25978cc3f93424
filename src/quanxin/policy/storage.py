"""What a number of each type may be, so that every engine can carry it.

Invariant: a value within ``bounds`` fits the decimal of its type in the files of the lake, in the queries of either engine
and in 64 bits once weighed by hundredths; what is outside is never taken in. The widths of all engines come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from quanxin.policy.model import FieldDef, FieldType

# Digits before the point that a value may have, and after it.
DIGITS: Mapping[FieldType, tuple[int, int]] = {
    FieldType.INTEGER: (15, 0), FieldType.DECIMAL: (10, 6), FieldType.MONEY_WAN: (10, 6), FieldType.MONEY_YUAN: (14, 2),
    FieldType.CAPITAL: (10, 6),
}  # fmt: skip
WIDTH = 18  # digits of a decimal that every engine keeps in 64 bits


def decimal(type_: FieldType) -> str:
    """The DECIMAL of a type, as every engine writes it."""
    return f"DECIMAL({WIDTH},{DIGITS[type_][1]})"


def most(type_: FieldType) -> Decimal:
    """The largest value of a type: nines only."""
    before, after = DIGITS[type_]
    return Decimal(10**before) - Decimal(1).scaleb(-after)


def bounds(field: FieldDef) -> tuple[Decimal, Decimal] | None:
    """The least and the largest value of a field of numbers, its own or its type's; None for other types."""
    if field.type is FieldType.YEAR:
        return Decimal(field.minimum or 1), Decimal(field.maximum or 9999)
    if field.type not in DIGITS:
        return None
    limit = most(field.type)
    return Decimal(field.minimum or -limit), Decimal(field.maximum or limit)
