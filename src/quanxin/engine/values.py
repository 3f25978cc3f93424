"""Reading a cell as what its field says it is.

Invariant: a value is read exactly or not at all: dates in the forms that departments write, numbers and amounts to
the last digit, codes to their canonical value. What cannot be read is NULL and the text stays for the clerk to see.
Results are integers, decimals, dates and texts, never binary floats.
"""

from __future__ import annotations

from collections.abc import Mapping

from quanxin.engine import amounts, dates
from quanxin.engine.amounts import AMOUNT, YUAN
from quanxin.engine.normalise import fold, folded, half_width, literal
from quanxin.identifiers import sql as identifiers
from quanxin.policy.model import Code, CodeSet, FieldDef, FieldType

TYPES: Mapping[FieldType, str] = {
    FieldType.DATE: "DATE", FieldType.DATETIME: "TIMESTAMP", FieldType.YEAR: "BIGINT", FieldType.INTEGER: "BIGINT",
    FieldType.DECIMAL: AMOUNT, FieldType.MONEY_WAN: AMOUNT, FieldType.MONEY_YUAN: YUAN,
    FieldType.CAPITAL: f"STRUCT(amount {AMOUNT}, currency VARCHAR)", FieldType.BOOLEAN: "BOOLEAN",
    FieldType.CODES: "VARCHAR[]",
}  # fmt: skip
TRUE, FALSE = ("是", "1", "TRUE", "Y", "YES", "有", "T"), ("否", "0", "FALSE", "N", "NO", "无", "F")


def type_of(field: FieldDef) -> str:
    """The DuckDB type of a field's value."""
    return TYPES.get(field.type, "VARCHAR")


def value(field: FieldDef, text: str, code_set: CodeSet | None) -> str:
    """The typed value of a cleaned cell as SQL; NULL where it cannot be read."""
    match field.type:
        case FieldType.DATE:
            return dates.date(text, field.long_term)
        case FieldType.DATETIME:
            return dates.moment(text)
        case FieldType.YEAR:
            return f"TRY_CAST(regexp_extract({half_width(text)}, '^([0-9]{{4}})年?$', 1) AS BIGINT)"
        case FieldType.MONTH:
            return dates.month(text)
        case FieldType.INTEGER:
            return amounts.integer(text)
        case FieldType.DECIMAL:
            return amounts.decimal(text)
        case FieldType.MONEY_WAN:
            return amounts.wan(text)
        case FieldType.MONEY_YUAN:
            return amounts.yuan(text)
        case FieldType.CAPITAL:
            return amounts.capital(text)
        case FieldType.BOOLEAN:
            return _boolean(text)
        case FieldType.CODE | FieldType.DIVISION if code_set:
            return _code(text, code_set)
        case FieldType.CODES if code_set:
            return _codes(text, code_set)
        case FieldType.USCC | FieldType.ORGANISATION_CODE | FieldType.REGISTRATION_NUMBER | FieldType.IDENTITY:
            return identifiers.normalise_code(text)
        case _:
            return text


def _boolean(text: str) -> str:
    upper = half_width(text)
    yes, no = (", ".join(map(literal, words)) for words in (TRUE, FALSE))
    return f"CASE WHEN {upper} IN ({yes}) THEN true WHEN {upper} IN ({no}) THEN false END"


def _folding(code_set: CodeSet) -> dict[str, str]:
    """What the words for each code fold to, where they fold to one code alone, and the code."""
    found: dict[str, set[str]] = {}
    for code in code_set.codes:
        for word in (code.value, *_other_words(code)):
            found.setdefault(fold(word), set()).add(code.value)
    return {word: values.pop() for word, values in found.items() if len(values) == 1}


def _other_words(code: Code) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w for w in (code.title.zh, *code.aliases) if w != code.value))


def _code(text: str, code_set: CodeSet) -> str:
    """The canonical value of one code, by value, title or alias; written otherwise than these, by what it folds to."""
    own = ", ".join(literal(c.value) for c in code_set.codes)
    cases = "".join(f" WHEN {literal(w)} THEN {literal(c.value)}" for c in code_set.codes for w in _other_words(c))
    alike = "".join(f" WHEN {literal(word)} THEN {literal(value)}" for word, value in _folding(code_set).items())
    opened, prefix = "", code_set.open_prefix
    if prefix:
        head, rest = f"substr({text}, 1, {len(prefix)})", f"substr({text}, {len(prefix) + 1})"
        opened = f"WHEN {folded(head)} = {literal(fold(prefix))} AND {rest} <> '' THEN {literal(prefix)} || {rest} "
    known = f"CASE {text}{cases} ELSE" if cases else "CASE WHEN true THEN"
    return f"CASE WHEN {text} IN ({own}) THEN {text} {opened}ELSE {known} CASE {folded(text)}{alike} END END END"


def _codes(text: str, code_set: CodeSet) -> str:
    """The canonical values of several codes; NULL if one of them is unknown, however many are known."""
    own = ", ".join(literal(c.value) for c in code_set.codes)
    parts = (
        f"list_filter(list_transform(string_split_regex({text}, '[;；、,，|]'), lambda t: trim(t)), lambda t: t <> '')"
    )
    mapped = f"list_transform({parts}, lambda t: {_code('t', code_set)})"
    sound = (
        f"CASE WHEN len(list_filter({mapped}, lambda t: t IS NULL)) = 0 THEN nullif(list_distinct({mapped}), []) END"
    )
    return f"CASE WHEN {text} IS NULL THEN NULL WHEN {text} IN ({own}) THEN [{text}] ELSE list_sort({sound}) END"
