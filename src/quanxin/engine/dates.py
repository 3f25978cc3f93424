"""Reading a cell as a day.

Invariant: a day is read only where year, month and day all stand there in an order that cannot be taken for another;
nothing is padded, and a moment with an offset is the day that it is by the platform's clock. What is incomplete or
could be two days is NULL, and ``incomplete`` and ``ambiguous`` say which of the two it is.
"""

from __future__ import annotations

import unicodedata

from quanxin.calendar import ZONE
from quanxin.engine.normalise import literal
from quanxin.identifiers.normalise import DROPPED, REPLACED_BY, REPLACED_FROM

# Half width and capitals, as ``normalise.half_width``, but a blank stays a sign: it parts a day from its time.
_HYPHENS = "".join(c for c in DROPPED if unicodedata.category(c) == "Pd") + "−"
_SPACES = "".join(c for c in DROPPED if c.isspace())
_GONE = "".join(c for c in DROPPED if c not in _HYPHENS + _SPACES)
_FROM = REPLACED_FROM + _HYPHENS + _SPACES
_BY = REPLACED_BY + "-" * len(_HYPHENS) + "_" * len(_SPACES)
_CN_DIGITS = ("〇零○一二三四五六七八九", "000123456789")

_TIME = (
    "(?:[上下]午)?_*(?:[01]?[0-9]|2[0-3])(?::[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]{1,9})?)?(?:_?[AP]M)?"
    "|[时点](?:整|[0-5]?[0-9]分(?:[0-5]?[0-9]秒)?)?)|[上下]午"
)
_SIGNS = "[-/.、]"
# A whole day, perhaps with its weekday and a time of day, which says nothing that an offset would not say too.
_WHOLE = (
    rf"^(?:公元)?([0-9]{{4}})(?:_?{_SIGNS}_?([0-9]{{1,2}})_?{_SIGNS}_?([0-9]{{1,2}})[.]?(?:[_T]+(?:{_TIME}))?"
    rf"|_?年_?([0-9]{{1,2}})_?月_?([0-9]{{1,2}})_?[日号]_?(?:[(]?(?:星期|周)([1-6日天])[)]?)?_?(?:{_TIME})?"
    rf"|([0-9]{{2}})([0-9]{{2}})(?:[_T]+(?:{_TIME})|(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9])?)$"
)
_INSTANT = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[_T]((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::(?:[0-5][0-9]|60)(?:[.,][0-9]{1,9})?)?_?"
    r"(?:Z|([+-](?:0[0-9]|1[0-4]))(?::?([0-5][0-9]))?)$"
)
_INCOMPLETE = (
    rf"(?:公元)?[0-9]{{4}}(?:_?年|_?{_SIGNS}_?[0-9]{{1,2}}|_?年_?[0-9]{{1,2}}(?:_?月)?|(?:0[1-9]|1[0-2]))?"
    r"|(?:0?[1-9]|1[0-2])(?:月|-)[0-9]{1,2}日?"
)
_AMBIGUOUS = (
    rf"[0-9]{{1,2}}{_SIGNS}_?[0-9]{{1,2}}{_SIGNS}_?(?:[0-9]{{4}}|[0-9]{{2}})|[0-9]{{2}}年[0-9]{{1,2}}月[0-9]{{1,2}}日?"
    rf"|[0-9]{{4}}(?:{_SIGNS}|年)[0-9]{{3,4}}日?|[0-9]{{7}}"
)


def date(text: str, long_term: tuple[str, ...] = ()) -> str:
    """A DATE of 2024-01-05, 2024/1/5, 2024.1.5, 20240105, 2024年1月5日, 二〇二四年一月五日, with or without a time.

    Texts in ``long_term`` mean without end and become the first of them that is a date.
    """
    # a year of four digits and a sign: the casts of the engines also read other forms, and not the same ones
    form = f"length({text}) BETWEEN 8 AND 10 AND {text} BETWEEN '0001' AND ':' AND substr({text}, 5, 1) IN ('-', '/')"
    fast = f"CASE WHEN {form} THEN TRY_CAST({text} AS DATE) END"
    # of what _WHOLE takes apart the weekday is the sixth part: of 年月日, the only form that has one
    parts = rf"regexp_replace(x, '{_WHOLE}', '=\1-\2\4\7-\3\5\8|\6', 'g')"
    day = f"TRY_CAST(regexp_extract({parts}, '^=([0-9-]+)[|].*$', 1) AS DATE)"
    weekday = f"regexp_extract({parts}, '^=[0-9-]+[|](.*)$', 1)"
    of_day = "substr('日123456', CAST(date_diff('day', DATE '1899-12-31', d) % 7 AS INTEGER) + 1, 1)"
    sound = f"CASE WHEN replace({weekday}, '天', '日') IN ('', {of_day}) THEN d END"
    read = (
        f"CASE WHEN starts_with(x, '0000') THEN NULL WHEN starts_with({parts}, '=') THEN {_let(day, 'd', sound)} "
        f"ELSE CAST({_local('x')} AS DATE) END"
    )
    slow = f"CASE WHEN {text} IS NOT NULL THEN {_let(written(text), 'x', read)} END"
    found = f"coalesce({fast}, {slow})"
    days = sentinels(long_term)
    if not days:
        return found
    words = ", ".join(literal(t) for t in long_term)
    return f"CASE WHEN {text} IN ({words}) THEN DATE '{days[0]}' ELSE {found} END"


def moment(text: str) -> str:
    """A TIMESTAMP by the platform's clock: of a whole day with its time, or of a moment with an offset."""
    form = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[_T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.][0-9]+)?$"
    plain = rf"regexp_extract(regexp_replace(x, '{form}', '=\1 \2', 'g'), '^=(.*)$', 1)"
    whole = "CASE WHEN regexp_full_match(x, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(x AS TIMESTAMP) END"
    read = f"coalesce({whole}, TRY_CAST({plain} AS TIMESTAMP), {_local('x')})"
    return f"CASE WHEN {text} IS NOT NULL THEN {_let(written(text), 'x', read)} END"


def month(text: str) -> str:
    """A month as ``YYYY-MM``. A point before one digit is none: a number 2024.10 has lost its nought."""
    form = "^([0-9]{4})(?:[-/]([0-9]{1,2})|年([0-9]{1,2})月?|[.]?([0-9]{2}))$"
    made = rf"regexp_replace(replace(x, '_', ''), '{form}', '=\1-\2\3\4', 'g')"
    found = f"regexp_extract({made}, '^=[0-9]{{4}}-(.*)$', 1)"
    read = (
        f"CASE WHEN TRY_CAST({found} AS INTEGER) BETWEEN 1 AND 12 "
        f"THEN concat(substr({made}, 2, 5), lpad({found}, 2, '0')) END"
    )
    return f"CASE WHEN {text} IS NOT NULL THEN {_let(written(text), 'x', read)} END"


def incomplete(text: str) -> str:
    """BOOLEAN: whether a text that is no date says a year, or a year and a month, or a day without its year."""
    return f"regexp_full_match({written(text)}, '{_INCOMPLETE}')"


def ambiguous(text: str) -> str:
    """BOOLEAN: whether a text that is no date may be two: of two-digit years, day and month in either order, or
    digits that part in two ways."""
    return f"regexp_full_match({written(text)}, '{_AMBIGUOUS}')"


def sentinels(long_term: tuple[str, ...]) -> list[str]:
    """The days among the texts that mean without end, in ISO form, the only one that every engine reads."""
    return list(dict.fromkeys(t.replace("/", "-") for t in long_term if t[:1].isdigit()))


def written(text: str) -> str:
    """VARCHAR: a day's text half width, in capitals, Chinese numerals as digits, blanks as ``_``."""
    half = f"translate({text}, {literal(_FROM + _GONE)}, {literal(_BY)})"
    # most are digits, signs and 年月日, which is found out far faster than the whole table is gone through
    half = f"CASE WHEN regexp_full_match({text}, '[0-9年月日/.:-]*') THEN {text} ELSE {half} END"
    arabic = f"translate({_chinese_tens('h')}, '{_CN_DIGITS[0]}', '{_CN_DIGITS[1]}')"
    return _let(half, "h", f"CASE WHEN contains(h, '年') THEN {arabic} ELSE h END")


def _local(text: str) -> str:
    """The moment of a text with an offset, by the platform's clock; of any other NULL."""
    made = rf"regexp_replace({text}, '{_INSTANT}', '=\1 \2:00|\3|\4|', 'g')"
    for pattern, by in (
        (r"[|][|][|]$", "+00:00"),
        (r"[|]([+-][0-9]{2})[|][|]$", r"\1:00"),
        (r"[|]([+-][0-9]{2})[|]([0-9]{2})[|]$", r"\1:\2"),
    ):
        made = f"regexp_replace({made}, '{pattern}', '{by}', 'g')"
    return f"TRY_CAST(regexp_extract({made}, '^=(.*)$', 1) AS TIMESTAMPTZ) AT TIME ZONE '{ZONE.key}'"


def _let(expression: str, name: str, within: str) -> str:
    """``within`` with ``name`` standing for the value of an expression, which is worked out once."""
    return f"list_extract(list_transform([{expression}], lambda {name}: {within}), 1)"


def _chinese_tens(text: str) -> str:
    """Tens as digits that stand in their place: 二十三 → 二三, 三十 → 三〇, 廿一 → 二一, 十一 → 1一, 十 → 10."""
    ones = "[一二三四五六七八九]"
    for pattern, by in (
        ("年元月", "年一月"),
        ("廿", "二十"),
        ("卅", "三十"),
        (f"([二三])十({ones})", r"\1\2"),
        ("([二三])十", r"\1〇"),
        (f"十({ones})", r"1\1"),
        ("十", "10"),
    ):
        text = f"regexp_replace({text}, '{pattern}', '{by}', 'g')"
    return text
