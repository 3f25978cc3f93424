"""What is accepted is what a slow, careful reader of docs/departments/files.md would read; everything else is held.

The reader below is plain Python and knows nothing of the engine; columns of many texts are read by one query.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from quanxin.engine import amounts, dates

_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))


def column(expression: Callable[[str], str], texts: Sequence[str]) -> list[object]:
    """The texts read as one column."""
    with duckdb.connect(config={"threads": 1}) as con:
        query = f"SELECT {expression('t')} FROM (SELECT unnest(?::VARCHAR[]) AS t, generate_subscripts(?, 1) AS n) ORDER BY n"
        return [value for (value,) in con.execute(query, [list(texts), list(texts)]).fetchall()]


# --- days


def read_day(text: str) -> dt.date | None:
    """A whole day, or None. Texts of the strategies have neither times nor weekdays."""
    folded = unicodedata.normalize("NFKC", text).strip()
    for sign in "—–－":
        folded = folded.replace(sign, "-")
    parts = re.split(r"\s*[-/.、]\s*", folded.removesuffix("."))
    if len(parts) == 1 and len(folded) == 8 and folded.isdigit():
        parts = [folded[:4], folded[4:6], folded[6:]]
    if "年" in folded and folded.endswith(("日", "号")):
        parts = [number(p.strip()) for p in re.split("[年月日号]", folded)[:3]]
        if len(re.findall("[年月日号]", folded)) != 3 or [c for c in folded if c in "年月日号"][:2] != ["年", "月"]:
            return None
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    if len(parts[0]) != 4 or not all(1 <= len(p) <= 2 for p in parts[1:]):
        return None
    try:
        return dt.date(*map(int, parts))
    except ValueError:
        return None


def number(text: str) -> str:
    """Chinese numerals as digits: 二〇二六, 十二, 二十, 三十一, 廿."""
    text = text.replace("廿", "二十")
    if text in ("", "十"):
        return "10" if text else ""
    if "十" in text:
        tens, _, ones = text.partition("十")
        if tens not in ("", "二", "三") or len(ones) > 1 or ones in ("〇", "零"):
            return "?"
        return f"{_DIGITS.get(tens, '1')}{_DIGITS.get(ones, ones or '0')}"
    return "".join(_DIGITS.get(c, c) for c in text)


def chinese(n: int) -> str:
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else "一二三"[tens - 1] + "十") + "〇一二三四五六七八九"[
        ones
    ].replace("〇", "")


FORMS: tuple[Callable[[dt.date], str], ...] = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year:04}/{d.month}/{d.day}",
    lambda d: f"{d.year:04}.{d.month:02}.{d.day}",
    lambda d: f"{d.year:04}、{d.month}、{d.day}",
    lambda d: f"{d.year:04}{d.month:02}{d.day:02}",
    lambda d: f"{d.year:04}年{d.month}月{d.day}日",
    lambda d: f"{d.year:04} 年 {d.month:02} 月 {d.day:02} 号",
    lambda d: (
        f"{''.join('〇一二三四五六七八九'[int(c)] for c in f'{d.year:04}')}年{chinese(d.month)}月{chinese(d.day)}日"
    ),
    lambda d: f"{d.year:04}—{d.month}－{d.day}",
    # and what is no whole day, or may be two
    lambda d: f"{d.year:04}-{d.month}",
    lambda d: f"{d.year:04}.{d.month}",
    lambda d: f"{d.year:04}年{d.month}月",
    lambda d: f"{d.year % 100:02}.{d.month}.{d.day}",
    lambda d: f"{d.day}/{d.month}/{d.year:04}",
    lambda d: f"{d.year:04}-{d.month}{d.day}",
    lambda d: f"{d.year:04}{d.month}{d.day:02}",
    lambda d: f"{d.year:04}-{d.day + 12}-{d.month}",
    lambda d: f"{d.year:04}-02-{d.day + 3}",
    lambda d: str((d - dt.date(1899, 12, 30)).days),
)
DAYS = st.builds(
    lambda form, day: form(day), st.sampled_from(FORMS), st.dates(dt.date(1800, 1, 1), dt.date(2199, 12, 31))
)
SHREDS = st.text("0123456789-/.年月日 二十", min_size=1, max_size=11)


@settings(max_examples=6, deadline=None)
@given(st.lists(DAYS | SHREDS, min_size=150, max_size=300))
def test_a_day_is_what_the_careful_reader_reads(texts: list[str]) -> None:
    texts = [t for t in (text.strip() for text in texts) if t]
    found = column(dates.date, texts)
    assert [(t, v) for t, v in zip(texts, found, strict=True)] == [(t, read_day(t)) for t in texts]


# --- amounts

CURRENCIES = {
    "人民币": "CNY",
    "¥": "CNY",
    "美元": "USD",
    "US$": "USD",
    "港元": "HKD",
    "香港元": "HKD",
    "欧元": "EUR",
    "日元": "JPY",
}
SCALES = {"千": 3, "万": 4, "亿": 8}
TOKENS = (*CURRENCIES, *SCALES, "元", "整", "(", ")", "（", "）", " ", ",", "-", "$", "约", "香港")
NUMBERS = st.sampled_from(
    (
        "0",
        "5",
        "500",
        "1,286",
        "1,286.50",
        "10,1520000",
        "1,5",
        "1,50",
        "0.5",
        ".5",
        "5.",
        "1,234,567.8",
        "12,34",
        "0.0000001",
    )
)
WELL_FORMED = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", "", "人民币", "US$", "¥")),
        NUMBERS,
        st.sampled_from(("", "(", "（")),
        st.sampled_from(("", "万", "亿", "千")),
        st.sampled_from(("", "元")),
        st.sampled_from(("", *CURRENCIES)),
        st.sampled_from(("", "元")),
        st.sampled_from(("", ")", "）")),
        st.sampled_from(("", "整")),
    ),
)
JUMBLED = st.lists(st.sampled_from(TOKENS) | NUMBERS, min_size=1, max_size=7).map("".join)


def read_parts(text: str) -> tuple[Decimal, str, str, str, str] | None:
    """An amount's number, its currency before and after, its scale, its 元; or None."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text).upper())
    for _ in range(2):  # brackets about words alone say nothing
        folded = re.sub(r"\(([^()0-9.,+-]*)\)", r"\1", folded)
    found = re.fullmatch(r"([^0-9.,-]*)(-?[0-9][0-9,]*(?:\.[0-9]{1,12})?)([^0-9.,-]*)", folded)
    if not found or not grouped(found[2].lstrip("-").partition(".")[0]):
        return None
    before = found[1]
    if before and before not in CURRENCIES:
        return None
    rest, taken = found[3].removesuffix("整"), []
    while rest:
        token = next(
            (t for t in sorted((*CURRENCIES, *SCALES, "元"), key=len, reverse=True) if rest.startswith(t)), None
        )
        if token is None:
            return None
        taken.append(token)
        rest = rest[len(token) :]
    order = "".join("c" if t in CURRENCIES else "s" if t in SCALES else "y" for t in taken)
    if not re.fullmatch("c?s?y?c?y?", order):
        return None
    after = "".join(t for t in taken if t in CURRENCIES)
    scale = next((t for t in taken if t in SCALES), "")
    return Decimal(found[2].replace(",", "")), before, after, scale, "元" if "y" in order else ""


def grouped(whole: str) -> bool:
    first, *others = whole.split(",")
    return first.isdigit() and (not others or (len(first) <= 3 and all(len(o) == 3 and o.isdigit() for o in others)))


def read_wan(text: str) -> Decimal | None:
    """An amount of yuan in a column of 万元."""
    parts = read_parts(text)
    if parts is None or not {CURRENCIES.get(p, p) for p in parts[1:3]} <= {"", "CNY"}:
        return None
    value, _, _, scale, yuan = parts
    return fitting(value if not scale and not yuan else value * 10 ** SCALES.get(scale, 0) / 10**4)


def read_capital(text: str) -> tuple[Decimal, str] | None:
    """Registered capital in 万 of its currency: it says what its number counts."""
    parts = read_parts(text)
    if parts is None:
        return None
    value, before, after, scale, yuan = parts
    told = {CURRENCIES.get(w, w) for w in (before, after) if w}
    if not told <= set(CURRENCIES.values()) or (before and after and told != {"CNY"}):
        return None
    stated = scale or yuan or (after and CURRENCIES.get(after) != "CNY")
    amount = fitting(value * 10 ** SCALES.get(scale, 0) / 10**4)
    if not stated or value < 0 or text.lstrip().startswith("-") or amount is None or len(told) > 1:
        return None
    return amount, told.pop() if told else "CNY"


def fitting(value: Decimal) -> Decimal | None:
    return value if value == value.quantize(Decimal("0.000001")) else None


@settings(max_examples=6, deadline=None)
@given(st.lists(WELL_FORMED | JUMBLED, min_size=150, max_size=300))
def test_an_amount_is_what_the_careful_reader_reads(texts: list[str]) -> None:
    texts = [t for t in (text.strip() for text in texts) if t]
    assert list(zip(texts, column(amounts.wan, texts), strict=True)) == [(t, read_wan(t)) for t in texts]
    found = [None if v is None else (v["amount"], v["currency"]) for v in column(amounts.capital, texts)]  # type: ignore[index]
    assert list(zip(texts, found, strict=True)) == [(t, read_capital(t)) for t in texts]
