"""How an identifier is written before anything looks at it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanxin.identifiers import has_lower_case, normalise_code
from tests.identifiers.written import right, wide

CODE = "91110000600037341L"


@pytest.mark.parametrize(
    "written",
    [
        CODE,
        CODE.lower(),
        wide(CODE),
        wide(CODE.lower()),
        f"  {CODE}\r\n",
        "9111 0000 6000 3734 1L",
        "91110000-60003734-1L",
        "91110000－60003734—1L",
        "91110000‐60003734‑1L",
        "91110000−60003734–1L",
        f"\ufeff{CODE}\u200b",
        f"\u202a{CODE}\u202c",
        f"\u3000{CODE}\xa0\t",
        "9111000060003734\xad1\u2060L",
    ],
)
def test_ways_of_writing_one_number_become_one_text(written: str) -> None:
    assert normalise_code(written) == CODE


@pytest.mark.parametrize(
    "text", ["", "泉城", "é", "ß", "ı", "ⅸ", "²", "٣", "ﬁ", "①", "\u212a", "_", ".", "/", "'", "\0", "\x7f", "😀"]
)
def test_everything_else_stays_for_a_check_to_refuse(text: str) -> None:
    assert normalise_code(text) == text


@given(st.text())
def test_a_text_once_normalised_stays_as_it_is(text: str) -> None:
    once = normalise_code(text)
    assert normalise_code(once) == once
    assert not has_lower_case(once)


@given(st.text(), st.text())
def test_normalising_goes_character_by_character(first: str, second: str) -> None:
    assert normalise_code(first + second) == normalise_code(first) + normalise_code(second)


@given(st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E))
def test_full_width_forms_become_what_unicode_says_they_are(character: str) -> None:
    plain = unicodedata.normalize("NFKC", character)
    assert normalise_code(character) == ("" if plain == "-" else plain.upper())


@given(st.characters(categories=["Zs", "Zl", "Zp"]))
def test_every_blank_of_unicode_goes(character: str) -> None:
    assert normalise_code(character) == ""


@given(right.filter(lambda text: "-" not in text and "\n" not in text))
def test_a_right_identifier_is_normalised_already(text: str) -> None:
    assert normalise_code(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", True),
        ("Ａｂ", True),
        ("91ｚ", True),
        (CODE, False),
        ("", False),
        ("é", False),
        ("泉", False),
        ("Ａ", False),
        ("µ", False),
    ],
)
def test_small_letters_are_those_of_a_keyboard_in_either_width(text: str, expected: bool) -> None:
    assert has_lower_case(text) is expected
