"""Reading a cell as what its field says it is.

Invariant: a value is read exactly or not at all: dates in the forms that departments write, numbers and amounts to
the last digit, codes to their canonical value. What cannot be read is NULL and the text stays for the clerk to see.
Results are integers, decimals, dates and texts, never binary floats.
"""

from __future__ import annotations

from collections.abc import Mapping

from quanxin.engine.normalise import half_width, literal
from quanxin.identifiers import sql as identifiers
from quanxin.policy.model import Code, CodeSet, FieldDef, FieldType

AMOUNT = "DECIMAL(18,6)"
YUAN = "DECIMAL(18,2)"
_WIDE = "DECIMAL(38,12)"
TYPES: Mapping[FieldType, str] = {
    FieldType.DATE: "DATE", FieldType.DATETIME: "TIMESTAMP", FieldType.YEAR: "BIGINT", FieldType.INTEGER: "BIGINT",
    FieldType.DECIMAL: AMOUNT, FieldType.MONEY_WAN: AMOUNT, FieldType.MONEY_YUAN: YUAN,
    FieldType.CAPITAL: f"STRUCT(amount {AMOUNT}, currency VARCHAR)", FieldType.BOOLEAN: "BOOLEAN",
    FieldType.CODES: "VARCHAR[]",
}  # fmt: skip
TRUE, FALSE = ("是", "1", "TRUE", "Y", "YES", "有", "T"), ("否", "0", "FALSE", "N", "NO", "无", "F")
# ISO 4217 by the words that registers use; a longer word stands before one that it ends with.
CURRENCIES = {
    "人民币": "CNY", "美元": "USD", "港元": "HKD", "港币": "HKD", "日元": "JPY", "日币": "JPY", "欧元": "EUR",
    "英镑": "GBP", "新加坡元": "SGD", "新元": "SGD", "加元": "CAD", "加拿大元": "CAD", "澳大利亚元": "AUD", "澳元": "AUD",
    "瑞士法郎": "CHF", "韩元": "KRW", "韩国元": "KRW", "德国马克": "DEM", "马克": "DEM", "法国法郎": "FRF",
    "新台币": "TWD", "台币": "TWD", "澳门元": "MOP", "元": "CNY", "": "CNY",
}  # fmt: skip
_CN_DIGITS = ("〇零○一二三四五六七八九", "000123456789")


def type_of(field: FieldDef) -> str:
    """The DuckDB type of a field's value."""
    return TYPES.get(field.type, "VARCHAR")


def value(field: FieldDef, text: str, code_set: CodeSet | None) -> str:
    """The typed value of a cleaned cell as SQL; NULL where it cannot be read."""
    match field.type:
        case FieldType.DATE:
            return date(text, field.long_term)
        case FieldType.DATETIME:
            return f"TRY_CAST({text} AS TIMESTAMP)"
        case FieldType.YEAR:
            return f"TRY_CAST(regexp_extract({half_width(text)}, '^([0-9]{{4}})年?$', 1) AS BIGINT)"
        case FieldType.MONTH:
            return _month(text)
        case FieldType.INTEGER:
            return f"TRY_CAST(TRY_CAST({_digits(text)} AS DECIMAL(18,0)) AS BIGINT)"
        case FieldType.DECIMAL:
            return _plain(text, "")
        case FieldType.MONEY_WAN:
            return _plain(text, _money(text, 4, AMOUNT))
        case FieldType.MONEY_YUAN:
            return f"TRY_CAST({_money(text, 0, YUAN)} AS {YUAN})"
        case FieldType.CAPITAL:
            return capital(text)
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


def date(text: str, long_term: tuple[str, ...] = ()) -> str:
    """A DATE of 2024-01-05, 2024/1/5, 2024.1.5, 20240105, 2024年1月5日, 二〇二四年一月五日, with or without a time.

    Texts in ``long_term`` mean without end and become the first of them that is a date.
    """
    # a year of four digits and a sign: the casts of the engines also read other forms, and not the same ones
    form = f"length({text}) BETWEEN 8 AND 10 AND {text} BETWEEN '0001' AND ':' AND substr({text}, 5, 1) IN ('-', '/')"
    fast = f"CASE WHEN {form} THEN TRY_CAST({text} AS DATE) END"
    day = f"regexp_replace({text}, '[ T\u3000]+[0-9]{{1,2}}[:：].*$', '', 'g')"  # the day without its time
    arabic = f"translate({_chinese_tens(half_width(day))}, '{_CN_DIGITS[0]}', '{_CN_DIGITS[1]}')"
    parts = rf"regexp_extract({arabic}, '^([0-9]{{4}})[-/.年]?([0-9]{{1,2}})[-/.月]?([0-9]{{1,2}})日?$'"
    joined = f"concat({parts}, 1), '-', {parts}, 2), '-', {parts}, 3))"
    # six to eight digits without signs between them are a date only if they are eight; there is no year 0
    slow = f"CASE WHEN regexp_full_match({arabic}, '[0-9]{{5,7}}|0000.*') THEN NULL ELSE TRY_CAST({joined} AS DATE) END"
    read = f"coalesce({fast}, CASE WHEN {text} IS NOT NULL THEN {slow} END)"
    days = sentinels(long_term)
    if not days:
        return read
    words = ", ".join(literal(t) for t in long_term)
    return f"CASE WHEN {text} IN ({words}) THEN DATE '{days[0]}' ELSE {read} END"


def sentinels(long_term: tuple[str, ...]) -> list[str]:
    """The days among the texts that mean without end, in ISO form, the only one that every engine reads."""
    return list(dict.fromkeys(t.replace("/", "-") for t in long_term if t[:1].isdigit()))


def _chinese_tens(text: str) -> str:
    """Tens as digits that stand in their place: 二十三 → 二三, 三十 → 三〇, 十一 → 1一, 十 → 10."""
    ones = "[一二三四五六七八九]"
    for pattern, by in (
        (f"([二三])十({ones})", r"\1\2"),
        ("([二三])十", r"\1〇"),
        (f"十({ones})", r"1\1"),
        ("十", "10"),
    ):
        text = f"regexp_replace({text}, '{pattern}', '{by}', 'g')"
    return text


def _month(text: str) -> str:
    half = half_width(text)
    year = f"regexp_extract({half}, '^([0-9]{{4}})[-/.年]?([0-9]{{1,2}})月?$', 1)"
    month = f"TRY_CAST(regexp_extract({half}, '^([0-9]{{4}})[-/.年]?([0-9]{{1,2}})月?$', 2) AS INTEGER)"
    return f"CASE WHEN {month} BETWEEN 1 AND 12 THEN concat({year}, '-', lpad(CAST({month} AS VARCHAR), 2, '0')) END"


def _digits(text: str) -> str:
    """A whole number's digits, thousands separated or not; NULL for anything else."""
    half = f"replace({half_width(text)}, ',', '')"
    return f"nullif(regexp_extract({half}, '^([+-]?[0-9]+)([.]0*)?$', 1), '')"


def _plain(text: str, otherwise: str) -> str:
    """A decimal number of at most twelve digits and six decimals, by the fast way, or else by the other."""
    slow = otherwise or _exact(
        f"nullif(regexp_extract({half_width(text)}, '^[+-]?[0-9,]+([.][0-9]+)?$'), '')", 0, AMOUNT
    )
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN regexp_full_match({text}, '-?[0-9]{{1,12}}([.][0-9]{{1,6}})?') "
        f"THEN CAST({text} AS {AMOUNT}) ELSE {slow} END"
    )


def _money(text: str, shift: int, kind: str) -> str:
    """An amount with or without its unit; ``shift`` is the power of ten of the field's own unit in 元."""
    half = half_width(text)
    pattern = "^(人民币|[¥￥$])?(-?[0-9,]+([.][0-9]+)?)(亿元|亿|万元|万|元)?(人民币|整)?$"
    number = f"nullif(regexp_extract({half}, '{pattern}', 2), '')"
    unit = f"regexp_extract({half}, '{pattern}', 4)"
    cases = " ".join(
        f"WHEN {unit} IN ({words}) THEN {_exact(number, power - shift, kind)}"
        for words, power in (("'元'", 0), ("'万元', '万'", 4), ("'亿元', '亿'", 8))
    )
    return f"CASE {cases} ELSE {_exact(number, 0, kind)} END"


def _exact(number: str, power: int, kind: str) -> str:
    """A decimal text times a power of ten, if it fits ``kind`` without losing a digit."""
    scaled = f"TRY_CAST(replace({number}, ',', '') AS {_WIDE})"
    if power > 0:
        scaled = f"TRY_CAST({scaled} * {10**power} AS {_WIDE})"
    elif power < 0:
        # dividing by a power of ten: the decimal form keeps every digit that twelve decimals can hold
        scaled = f"TRY_CAST({scaled} * 0.{'0' * (-power - 1)}1 AS {_WIDE})"
    cast = f"TRY_CAST({scaled} AS {kind})"
    return f"CASE WHEN {cast} = {scaled} THEN {cast} END"


def capital(text: str) -> str:
    """Registered capital: 万 of a currency, from 1,286.5000(万), 26万元, 500(万美元), 3000（万元人民币）."""
    half = f"regexp_replace({half_width(text)}, '[()]', '', 'g')"
    pattern = f"^([0-9,]+([.][0-9]+)?)(亿|万)?({'|'.join(c for c in CURRENCIES if c)})?(人民币)?(元|整)?$"
    part = "regexp_extract({0}, '{1}', {2})"
    number = f"nullif({part.format(half, pattern, 1)}, '')"
    unit, currency = part.format(half, pattern, 3), part.format(half, pattern, 4)
    amount = (
        f"CASE {unit} WHEN '万' THEN {_exact(number, 0, AMOUNT)} WHEN '亿' THEN {_exact(number, 4, AMOUNT)} "
        f"ELSE {_exact(number, -4, AMOUNT)} END"
    )
    names = " ".join(f"WHEN {literal(word)} THEN '{iso}'" for word, iso in CURRENCIES.items())
    return (
        f"CASE WHEN {number} IS NOT NULL AND ({amount}) IS NOT NULL "
        f"THEN struct_pack(amount := {amount}, currency := CASE {currency} {names} END) END"
    )


def _boolean(text: str) -> str:
    upper = f"upper({text})"
    yes, no = (", ".join(map(literal, words)) for words in (TRUE, FALSE))
    return f"CASE WHEN {upper} IN ({yes}) THEN true WHEN {upper} IN ({no}) THEN false END"


def _other_words(code: Code) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w for w in (code.title.zh, *code.aliases) if w != code.value))


def _code(text: str, code_set: CodeSet) -> str:
    """The canonical value of one code, by value, title or alias."""
    own = ", ".join(literal(c.value) for c in code_set.codes)
    cases = "".join(f" WHEN {literal(w)} THEN {literal(c.value)}" for c in code_set.codes for w in _other_words(c))
    prefix = code_set.open_prefix
    opened = (
        f"WHEN starts_with({text}, {literal(prefix)}) AND {text} <> {literal(prefix)} THEN {text} " if prefix else ""
    )
    return f"CASE WHEN {text} IN ({own}) THEN {text} {opened}" + (
        f"ELSE CASE {text}{cases} END END" if cases else "END"
    )


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
