"""How texts are cleaned and compared.

Invariant: cleaning never changes what a text says (blanks at its ends, control characters, and the signs that tables
use for "nothing" go); comparing forms are one closed character table, the same in Python and in SQL.
"""

from __future__ import annotations

import re
import unicodedata

from quanxin.identifiers.normalise import DROPPED, REPLACED_BY, REPLACED_FROM
from quanxin.identifiers.personal_numbers import CANDIDATE

# What departments' tables write where there is nothing.
NOTHING = ("", "-", "--", "—", "——", "— —", "/", r"\N", "N/A", "n/a", "NULL", "null", "NaN", "None")
BLANKS = " \t\r\n\u3000\u00a0\ufeff"

_BLANK = r"[ \x{3000}\x{A0}\x{FEFF}]"
# What a table program writes where a formula failed, half width.
FAILED_CELLS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!",
                "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA")  # fmt: skip
_UNEVEN = rf"[\x00-\x1F\x7F]|^[#＃]|E[+][0-9]|^{_BLANK}|{_BLANK}$|^(?:{'|'.join(re.escape(text) for text in NOTHING if text)})?$"

_HYPHENS = "".join(c for c in DROPPED if unicodedata.category(c) == "Pd") + "−"
_BRACKETS = str.maketrans("〔［[【{〈〕］]】}〉（）", "((((((" + "))))))" + "()")
_GONE = "".join(c for c in DROPPED if c not in _HYPHENS)
_REPLACED = dict(zip(REPLACED_FROM, REPLACED_BY, strict=True))
_REPLACED |= dict.fromkeys(_HYPHENS, "-") | dict.fromkeys("•・‧∙●", "·")
_REPLACED |= {chr(k): chr(v) for k, v in _BRACKETS.items() if isinstance(v, int)}
_FROM, _BY = "".join(_REPLACED), "".join(_REPLACED.values())
_TABLE = str.maketrans(_FROM, _BY, _GONE)


def normalise_name(text: str) -> str:
    """A name as it is compared: half width, capitals, round brackets, no blanks (V03)."""
    return text.translate(_TABLE)


def comparable(column: str) -> str:
    """VARCHAR: what ``normalise_name`` makes of a text; also for document numbers, whose brackets come in all shapes.

    Most texts need nothing, or only their brackets turned; the whole table is for the rest.
    """
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9A-Z一-龥()]*') THEN {column} "
        f"WHEN regexp_full_match({column}, '[0-9A-Z一-龥()〔〕（）]*') THEN translate({column}, '〔〕（）', '()()') "
        f"ELSE translate({column}, {literal(_FROM + _GONE)}, {literal(_BY)}) END"
    )


def uneven(column: str, *, text: bool) -> str:
    """BOOLEAN: whether a cell has a control character, a blank at an end, may be a failed formula or a number in powers
    of ten, or is a sign of nothing; of a text also whether it may hold a person's number.

    A function of one cell alone: where the same cell comes again and again, DuckDB asks for it once.
    """
    return f"regexp_matches({column}, {literal(_UNEVEN + ('|' + CANDIDATE if text else ''))})"


def clean(column: str, rough: str) -> str:
    """VARCHAR: a cell without blanks at its ends; NULL for the signs of nothing; control characters become blanks.

    ``rough`` is a column that is true at least where the cell is uneven: nearly every cell is taken as it is.
    """
    nothing = ", ".join(literal(text) for text in NOTHING)
    spaced = f"trim(regexp_replace({column}, '[\\x00-\\x1F\\x7F]+', ' ', 'g'), {literal(BLANKS)})"
    return f"CASE WHEN {rough} THEN CASE WHEN {spaced} NOT IN ({nothing}) THEN {spaced} END ELSE {column} END"


def failed_cell(column: str) -> str:
    """BOOLEAN: whether a cell is what a table program writes where a formula failed."""
    known = ", ".join(literal(word) for word in FAILED_CELLS)
    return f"(substr({column}, 1, 1) IN ('#', '＃') AND {half_width(column)} IN ({known}))"


def powers_of_ten(column: str) -> str:
    """BOOLEAN: whether a cell is a number as table programs write long ones: ``9.13701E+17``."""
    return f"regexp_full_match({column}, '-?[0-9]([.][0-9]+)?E[+][0-9]+')"


def half_width(column: str) -> str:
    """VARCHAR: digits, letters and signs half width and in capitals, without blanks; hyphens stay."""
    return f"translate({column}, {literal(_FROM + _GONE)}, {literal(_BY)})"


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
