"""Reading a cell as an amount of money.

Invariant: an amount is read to its last digit and in a unit that somebody stated: the cell, the header, or the catalogue.
Thousands are parted by threes or not at all; a currency is one whose name is unmistakable. A number without a unit
where the catalogue has none, a foreign currency where yuan are asked for, and a sum that its type cannot hold are NULL.
"""

from __future__ import annotations

import re

from quanxin.engine.normalise import half_width, literal
from quanxin.policy import storage
from quanxin.policy.model import FieldType

AMOUNT, YUAN = storage.decimal(FieldType.MONEY_WAN), storage.decimal(FieldType.MONEY_YUAN)
_WIDE = "DECIMAL(38,12)"
YUAN_WORDS = ("人民币", "人民幣", "RMB", "CNY", "¥", "￥")
# ISO 4217 by the words that registers use; what two countries call theirs (克朗, 法郎, 卢布 beside a country) is not here.
CURRENCIES = dict.fromkeys(YUAN_WORDS, "CNY") | {
    "美元": "USD", "美金": "USD", "美圆": "USD", "美圓": "USD", "US$": "USD", "USD": "USD",
    "港元": "HKD", "港币": "HKD", "港幣": "HKD", "港圆": "HKD", "香港元": "HKD", "香港币": "HKD", "HK$": "HKD", "HKD": "HKD",
    "日元": "JPY", "日币": "JPY", "日圆": "JPY", "日圓": "JPY", "日本元": "JPY", "JPY": "JPY",
    "欧元": "EUR", "€": "EUR", "EUR": "EUR", "英镑": "GBP", "£": "GBP", "GBP": "GBP",
    "新加坡元": "SGD", "新加坡币": "SGD", "新币": "SGD", "新元": "SGD", "SGD": "SGD",
    "加拿大元": "CAD", "加元": "CAD", "加币": "CAD", "CAD": "CAD",
    "澳大利亚元": "AUD", "澳元": "AUD", "AUD": "AUD", "新西兰元": "NZD", "纽元": "NZD", "NZD": "NZD",
    "瑞士法郎": "CHF", "CHF": "CHF", "法国法郎": "FRF", "比利时法郎": "BEF", "德国马克": "DEM", "马克": "DEM",
    "意大利里拉": "ITL", "荷兰盾": "NLG", "奥地利先令": "ATS", "芬兰马克": "FIM", "西班牙比塞塔": "ESP",
    "瑞典克朗": "SEK", "SEK": "SEK", "挪威克朗": "NOK", "NOK": "NOK", "丹麦克朗": "DKK", "DKK": "DKK", "捷克克朗": "CZK",
    "韩元": "KRW", "韩国元": "KRW", "韩币": "KRW", "韩圆": "KRW", "KRW": "KRW",
    "新台币": "TWD", "台币": "TWD", "台湾元": "TWD", "新台幣": "TWD", "TWD": "TWD",
    "澳门元": "MOP", "澳门币": "MOP", "澳门幣": "MOP", "MOP": "MOP",
    "泰铢": "THB", "THB": "THB", "马来西亚林吉特": "MYR", "马来西亚币": "MYR", "林吉特": "MYR", "菲律宾比索": "PHP",
    "印度尼西亚盾": "IDR", "印尼盾": "IDR", "越南盾": "VND", "印度卢比": "INR", "巴基斯坦卢比": "PKR",
    "俄罗斯卢布": "RUB", "卢布": "RUB", "RUB": "RUB", "哈萨克斯坦坚戈": "KZT", "坚戈": "KZT", "阿联酋迪拉姆": "AED",
    "沙特里亚尔": "SAR", "土耳其里拉": "TRY", "巴西雷亚尔": "BRL", "墨西哥比索": "MXN", "南非兰特": "ZAR", "兰特": "ZAR",
}  # fmt: skip
_COUNTING = tuple(word for word, iso in CURRENCIES.items() if iso != "CNY")  # 500美元 says of what it is 500
SCALES = {"": 0, "千": 3, "仟": 3, "万": 4, "萬": 4, "百万": 6, "千万": 7, "亿": 8, "億": 8}
_NUMBER = "(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:[.][0-9]{1,12})?"
_WORDS = "|".join(word.replace("$", "[$]") for word in sorted(CURRENCIES, key=lambda w: -len(w)))
_SCALES = "|".join(sorted((s for s in SCALES if s), key=lambda s: -len(s)))
# 人民币500万元, 500(万美元), 454(万香港元), 200(万元美元), 1065(万元(港币)), 500美元, 9万人民币元整
_FORM = f"^({_WORDS})?(-?{_NUMBER})({_WORDS})?({_SCALES})?([元圆圓])?({_WORDS})?([元圆圓])?(?:整|正)?$"
_NUM, _SCALE, _MEASURE, _BEFORE, _AFTER = (f"list_extract(p, {place})" for place in range(1, 6))
BARE = "[+-]?[0-9０-９][0-9０-９,，.．]*"


def decimal(text: str) -> str:
    """A decimal number of at most twelve digits and six decimals, without a unit."""
    half = half_width(text)
    return _plain(text, _exact(f"nullif(regexp_extract({half}, '^[+-]?{_NUMBER}$'), '')", 0, AMOUNT))


def integer(text: str) -> str:
    """A whole number, thousands parted or not."""
    found = f"regexp_extract({half_width(text)}, '^([+-]?(?:[0-9]+|[0-9]{{1,3}}(?:,[0-9]{{3}})+))([.]0*)?$', 1)"
    return f"TRY_CAST(TRY_CAST(replace(nullif({found}, ''), ',', '') AS DECIMAL(18,0)) AS BIGINT)"


def wan(text: str) -> str:
    """An amount in 万元: a bare number is one, any other says its unit."""
    return _plain(text, _yuan(text, 4, AMOUNT))


def yuan(text: str) -> str:
    """An amount in 元: a bare number is one, any other says its unit."""
    return _yuan(text, 0, YUAN)


def capital(text: str) -> str:
    """Registered capital as 万 of a currency; NULL where the cell does not say of what the number is a number."""
    amount = _scaled(4, AMOUNT)
    word = f"concat({_BEFORE}, {_AFTER})"
    names = " ".join(
        f"WHEN {word} IN ({', '.join(literal(w) for w, c in CURRENCIES.items() if c == iso)}) THEN '{iso}'"
        for iso in dict.fromkeys(CURRENCIES.values())
    )
    currency = f"CASE WHEN {_is_yuan(_BEFORE)} AND {_is_yuan(_AFTER)} THEN 'CNY' {names} END"
    # 500美元 counts dollars; 500人民币 and 美元500 name a currency and leave open whether they mean ten thousands of it
    stated = f"({_SCALE} <> '' OR {_MEASURE} <> '' OR NOT {_is_yuan(_AFTER)}) AND NOT starts_with({_NUM}, '-')"
    both = "CASE WHEN a IS NOT NULL AND c IS NOT NULL THEN struct_pack(amount := a, currency := c) END"
    made = _let(currency, "c", both)
    return _of_parts(text, f"CASE WHEN {stated} THEN {_let(amount, 'a', made)} END")


def unit_missing(text: str) -> str:
    """BOOLEAN: whether a text is a number, perhaps with its currency, and says nothing of how many each one stands for."""
    ours = "|".join(YUAN_WORDS)
    return f"regexp_full_match({_bracketless(text)}, '(?:{_WORDS})?[+-]?{_NUMBER}(?:{ours})?')"


def too_long(text: str) -> str:
    """BOOLEAN: whether a text that is no value is a plain number, of more digits than its type has."""
    return f"regexp_full_match({text}, '-?[0-9]{{11,}}([.][0-9]{{1,6}})?')"


def foreign(text: str) -> str:
    """BOOLEAN: whether a text is an amount in another currency than yuan, or one whose sign is several currencies'."""
    others = "|".join(w.replace("$", "[$]") for w, iso in CURRENCIES.items() if iso != "CNY")
    return f"regexp_matches({half_width(text)}, '{others}|[$]')"


def is_unit(word: str) -> bool:
    """Whether a word is the unit of an amount: ``万元``, ``元``, ``万美元``, ``人民币万元``."""
    found = re.fullmatch(_FORM.strip("^$"), f"1{word}")
    return found is not None and (bool(found[4] or found[5] or found[7]) or (found[6] or found[3] or "") in _COUNTING)


def _yuan(text: str, shift: int, kind: str) -> str:
    """An amount with or without its unit; ``shift`` is the power of ten of the field's own unit in 元."""
    # 人民币20 and ￥20 name the currency and no unit: the unit is the field's own
    own = f"{_SCALE} = '' AND {_MEASURE} = ''"
    amount = f"CASE WHEN {own} THEN {_exact(_NUM, 0, kind)} ELSE {_scaled(shift, kind)} END"
    return _of_parts(text, f"CASE WHEN {_is_yuan(_BEFORE)} AND {_is_yuan(_AFTER)} THEN {amount} END")


def _is_yuan(word: str) -> str:
    """Whether a word is empty or one for yuan."""
    return f"{word} IN ('', {', '.join(map(literal, YUAN_WORDS))})"


def _scaled(shift: int, kind: str) -> str:
    """The number of the parts ``p`` times its scale."""
    cases = " ".join(
        f"WHEN {_SCALE} IN ({', '.join(literal(s) for s, p in SCALES.items() if p == power)}) "
        f"THEN {_exact(_NUM, power - shift, kind)}"
        for power in dict.fromkeys(SCALES.values())
    )
    return f"CASE {cases} END"


def _of_parts(text: str, within: str) -> str:
    """``within`` over the parts ``p`` of an amount (number, scale, 元, currency before and after); of no amount NULL."""
    x = rf"regexp_replace({_bracketless(text)}, '{_FORM}', '=\2;\4;\5\7;\1;\3\6', 'g')"
    parts = _let("string_split(substr(x, 2), ';')", "p", within)
    found = f"CASE WHEN starts_with(x, '=') THEN {parts} END"
    return f"CASE WHEN {text} IS NOT NULL THEN {_let(x, 'x', found)} END"


def _bracketless(text: str) -> str:
    """Half width and without the brackets about words; brackets about digits stay, and no amount has them."""
    # most are half width already, which is found out far faster than the whole table is gone through
    half = f"CASE WHEN regexp_full_match({text}, '[0-9A-Z.,()一-龥]*') THEN {text} ELSE {half_width(text)} END"
    once = f"regexp_replace({half}, '[(]([^()0-9.,+-]*)[)]', '\\1', 'g')"
    return f"regexp_replace({once}, '[(]([^()0-9.,+-]*)[)]', '\\1', 'g')"


def _plain(text: str, otherwise: str) -> str:
    """A decimal number of at most twelve digits and six decimals, by the fast way, or else by the other."""
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN regexp_full_match({text}, '-?[0-9]{{1,12}}([.][0-9]{{1,6}})?') "
        f"THEN CAST({text} AS {AMOUNT}) ELSE {otherwise} END"
    )


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


def _let(expression: str, name: str, within: str) -> str:
    """``within`` with ``name`` standing for the value of an expression, which is worked out once."""
    return f"list_extract(list_transform([{expression}], lambda {name}: {within}), 1)"
