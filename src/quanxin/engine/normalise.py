"""How texts are cleaned and compared.

Invariant: cleaning never changes what a text says (blanks at its ends, tabs and line breaks, and the signs that tables
use for "nothing" go); comparing forms are one closed character table, the same in Python and in SQL.
"""

from __future__ import annotations

import re

from quanxin.engine.characters import ODD
from quanxin.identifiers import folding
from quanxin.identifiers.normalise import DROPPED, REPLACED_BY, REPLACED_FROM
from quanxin.identifiers.personal_numbers import CANDIDATE

# What departments' tables write where there is nothing.
NOTHING = ("", "-", "--", "—", "——", "— —", "/", r"\N", "N/A", "n/a", "NULL", "null", "NaN", "None")
BLANKS = " \t\r\n\u3000\u00a0\ufeff"

_BLANK = r"[ \x{3000}\x{A0}\x{FEFF}]"
# What a table program writes where a formula failed, half width.
FAILED_CELLS = (
    "#N/A",
    "#REF!",
    "#DIV/0!",
    "#VALUE!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#UNKNOWN!",
    "#GETTING_DATA",
)
_NONE = "|".join(re.escape(text) for text in NOTHING if text)
_UNEVEN = rf"[\x09\x0A\x0D]|{ODD}|^[#＃]|E[+][0-9]|^{_BLANK}|{_BLANK}$|^(?:{_NONE})?$"

_REPLACED = folding.comparing_table()
_SEVERAL = {c: "".join(_REPLACED.get(one, one) for one in by) for c, by in folding.SEVERAL.items()}
_GONE = folding.BLANKS + folding.INVISIBLE
_FROM, _BY = "".join(_REPLACED), "".join(_REPLACED.values())
_SINGLE = str.maketrans(_FROM, _BY, _GONE)
_TABLE = _SINGLE | str.maketrans(_SEVERAL)
# What ordinary texts have: the whole table is dear to look in.
_OFTEN = "".join(c for c in _REPLACED if c < "\x7f" or "！" <= c <= "ｚ" or c in "〔〕【】《》〈〉•")
_OFTEN_BY = "".join(_REPLACED[c] for c in _OFTEN)


# Digits, letters and signs of numbers, amounts and dates.
_HYPHENS = "".join(c for c in DROPPED if c in folding.HYPHENS) + "−"
_HALF = dict(zip(REPLACED_FROM, REPLACED_BY, strict=True)) | dict.fromkeys(_HYPHENS, "-") | dict.fromkeys("•・‧∙●", "·")
_HALF |= dict.fromkeys("〔［[【{〈（", "(") | dict.fromkeys("〕］]】}〉）", ")")
_HALF_FROM, _HALF_BY = "".join(_HALF), "".join(_HALF.values())
_HALF_GONE = "".join(c for c in DROPPED if c not in _HYPHENS)


def normalise_name(text: str) -> str:
    """A name as it is compared: in its compatibility form, half width, capitals, round brackets, no blanks (V03)."""
    return text.translate(_TABLE)


def fold(text: str) -> str:
    """A word as it is compared, one character by one: as a name, but for ⑩ and the like, which stay."""
    return text.translate(_SINGLE)


def folded(column: str) -> str:
    """VARCHAR: what ``fold`` makes of a text."""
    return f"translate({column}, {literal(_FROM + _GONE)}, {literal(_BY)})"


def normalise_number(text: str) -> str:
    """A document's number as it is compared: as a name, and without 第 before digits."""
    return re.sub("第([0-9])", r"\1", normalise_name(text))


def comparable(column: str) -> str:
    """VARCHAR: what ``normalise_name`` makes of a text.

    Most texts need nothing, or only what is often met turned; the whole table is for the rest.
    """
    often = folding.class_of({*_OFTEN, " ", "\u3000", *"-.,:;()·、。"})
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9A-Z一-龥()]*') THEN {column} "
        f"WHEN regexp_full_match({column}, '[0-9A-Z一-龥()〔〕（）]*') THEN translate({column}, '〔〕（）', '()()') "
        f"WHEN regexp_full_match({column}, {literal(f'[0-9A-Z一-龥{often}]*')}) "
        f"THEN translate({column}, {literal(_OFTEN + ' ' + chr(0x3000))}, {literal(_OFTEN_BY)}) "
        f"ELSE {_whole_table(column)} END"
    )


def comparable_number(column: str) -> str:
    """VARCHAR: what ``normalise_number`` makes of a text."""
    return without_ordinal(column, comparable(column))


def without_ordinal(column: str, compared: str) -> str:
    """VARCHAR: ``compared``, what ``comparable`` makes of a column, without 第 before digits."""
    made = f"regexp_replace({compared}, '第([0-9])', '\\1', 'g')"
    return f"CASE WHEN contains({column}, '第') THEN {made} ELSE {compared} END"


def _whole_table(column: str) -> str:
    """The whole table; a character that becomes several (⑩, ㈠, №) is first replaced by what it becomes."""
    several = folding.class_of(_SEVERAL)
    cases = " ".join(f"WHEN {literal(c)} THEN {literal(by)}" for c, by in _SEVERAL.items())
    parts = f"regexp_extract_all({column}, '[{several}]|[^{several}]+')"
    spelt = f"array_to_string(list_transform({parts}, lambda p: CASE p {cases} ELSE p END), '')"
    return folded(f"CASE WHEN regexp_matches({column}, '[{several}]') THEN {spelt} ELSE {column} END")


def uneven(column: str, *, text: bool) -> str:
    """BOOLEAN: whether a cell has a tab, line break or odd character, a blank at an end, may be a failed formula or a number
    in powers of ten, or is a sign of nothing; of a text also whether it may hold a person's number.

    A function of one cell alone: where the same cell comes again and again, DuckDB asks for it once.
    """
    return f"regexp_matches({column}, {literal(_UNEVEN + ('|' + CANDIDATE if text else ''))})"


def clean(column: str, rough: str) -> str:
    """VARCHAR: a cell without blanks at its ends; NULL for the signs of nothing; tabs and line breaks become blanks.

    ``rough`` is a column that is true at least where the cell is uneven: nearly every cell is taken as it is.
    """
    nothing = ", ".join(literal(text) for text in NOTHING)
    spaced = f"trim(regexp_replace({column}, '[\\x09\\x0A\\x0D]+', ' ', 'g'), {literal(BLANKS)})"
    return f"CASE WHEN {rough} THEN CASE WHEN {spaced} NOT IN ({nothing}) THEN {spaced} END ELSE {column} END"


def failed_cell(column: str) -> str:
    """BOOLEAN: whether a cell is what a table program writes where a formula failed, in either width and case."""
    # a pattern and no folding: what stands in a CASE may be worked out for every row
    words = "|".join("".join(_either_width(c) for c in word[1:]) for word in FAILED_CELLS)
    return f"regexp_full_match({column}, '[#＃](?:{words})')"


def _either_width(character: str) -> str:
    forms = dict.fromkeys((character, character.lower()))
    return f"[{''.join(forms)}{''.join(chr(ord(c) + 0xFEE0) for c in forms)}]"


def powers_of_ten(column: str) -> str:
    """BOOLEAN: whether a cell is a number as table programs write long ones: ``9.13701E+17``."""
    return f"regexp_full_match({column}, '-?[0-9]([.][0-9]+)?E[+][0-9]+')"


def half_width(column: str) -> str:
    """VARCHAR: digits, letters and signs half width and in capitals, without blanks; hyphens stay."""
    return f"translate({column}, {literal(_HALF_FROM + _HALF_GONE)}, {literal(_HALF_BY)})"


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
