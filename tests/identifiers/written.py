"""Identifiers as they are written: right ones made by the rule, and what hands, keyboards and fonts make of them."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from quanxin.identifiers import identity, organisation, registration, uscc

DAY = dt.date(2026, 11, 23)
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def coded(stem: str) -> str:
    """A 统一社会信用代码 of a stem of 17."""
    return stem + uscc.check_character(stem)


def numbered(stem: str) -> str:
    """A 居民身份证 of a stem of 17."""
    return stem + identity.check_character(stem)


def piloted(stem: str) -> str:
    """A code of Fujian's pilot of a stem of 17, by MOD 37-2; its check character is any digit or letter, or none."""
    total = sum(organisation.ALPHABET.index(c) * pow(2, i, 37) for i, c in enumerate(stem))
    check = -total % 37
    return stem + organisation.ALPHABET[check] if check < 36 else stem


def wide(text: str) -> str:
    """A text as a full-width keyboard writes it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def mutations(text: str, others: str = DIGITS + LETTERS) -> list[str]:
    """Every text that differs in one character from another."""
    return [text[:i] + c + text[i + 1 :] for i in range(len(text)) for c in others if c != text[i]]


def _text(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=size, max_size=size)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


days_of_birth = st.dates(dt.date(1900, 1, 1), dt.date(2030, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
codes = _joined(_text(uscc.ALPHABET, 2), _text(DIGITS, 6), _text(uscc.ALPHABET, 9)).map(coded)
issued = _joined(
    st.sampled_from(["11", "12", "51", "91", "92", "N2", "Y1"]),
    st.sampled_from(["10", "11", "37", "65", "81"]),
    _text(DIGITS, 4),
    _text(uscc.ALPHABET, 9),
).map(coded)
pilots = _joined(
    st.sampled_from(["91", "92", "93"]), st.just("35"), _text(DIGITS, 4), st.just("M000"), _text(uscc.ALPHABET, 5)
)
pilots = pilots.map(piloted)
persons = _joined(
    st.sampled_from(["370102", "110105", "810000", "830000", "911370", "933156", "990000"]),
    days_of_birth,
    _text(DIGITS, 3),
).map(numbered)
old_persons = _joined(
    st.sampled_from(["370102", "110105", "990000"]), days_of_birth.map(lambda d: d[2:]), _text(DIGITS, 3)
)
old_permits = _joined(
    st.sampled_from(["USA", "GBR"]), st.just("3701"), days_of_birth.map(lambda d: d[2:]), _text(DIGITS, 2)
)
organisations = _text(organisation.ALPHABET, 8).map(lambda body: body + organisation.check_character(body))
registrations = _text(DIGITS, 14).map(lambda stem: stem + registration.check_digit(stem))
foreign = _joined(
    st.sampled_from(["企", "合", "企合企"]),
    st.text("合独作苏鲁济总一鿿", max_size=9),
    st.sampled_from(["字", "字第", "字第第", "第", ""]),
    st.text(DIGITS, max_size=9),
    st.sampled_from(["号", "", "号号", "\n"]),
)
right = st.one_of(codes, issued, pilots, persons, old_persons, old_permits, organisations, registrations, foreign)
