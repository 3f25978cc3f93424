"""工商注册号: GS 15-2006 for 15 digits, against python-stdnum's ISO/IEC 7064 MOD 11,10; older numbers kept as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10 as oracle

from quanxin.identifiers import State, registration
from tests.identifiers.written import DIGITS, mutations, registrations, wide


@pytest.mark.parametrize("number", ["110108012796696", "370100200000010", "110000000000017"])
def test_a_number_that_is_right_by_hand_is_valid(number: str) -> None:
    assert registration.check_digit(number[:14]) == number[14]
    assert registration.check(number).state is State.VALID
    assert registration.check(number).text == "valid"


@given(registrations)
def test_the_oracle_agrees_on_every_right_number(number: str) -> None:
    assert registration.check(number).state is State.VALID
    assert oracle.is_valid(number)
    assert oracle.calc_check_digit(number[:14]) == number[14]


@given(registrations)
def test_no_right_number_survives_a_wrong_digit(number: str) -> None:
    for wrong in mutations(number, DIGITS):
        assert registration.check(wrong).code == "registration-number-check"
        assert not oracle.is_valid(wrong)


@given(st.text(DIGITS, min_size=13, max_size=13))
def test_thirteen_digits_check_nothing_and_are_grandfathered(number: str) -> None:
    status = registration.check(number)
    assert (status.state, status.code) == (State.GRANDFATHERED, "code-is-registration-number")


@pytest.mark.parametrize(
    "text",
    [
        "企合苏总字第000174号",
        "企合苏总字第000174",
        "企合苏总字000174号",
        " 企合苏总字 第０００１７４号 ",
        "企合苏总字000174",
    ],
)
def test_a_number_of_foreign_investment_is_grandfathered_and_has_one_full_form(text: str) -> None:
    status = registration.check(text)
    assert (status.state, status.code) == (State.GRANDFATHERED, "code-is-foreign-registration")
    assert registration.foreign_number(text) == "企合苏总字第000174号"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "企合苏总第000174号",
        "企字第000174号",
        "企合苏总字第12号",
        "企合苏总字第123456789号",
        "济合苏总字第000174号",
        "企合苏总字第000174号号",
        "企合苏总字第00017A号",
        "某公司企合苏总字第000174号",
        "370100200000010",
    ],
)
def test_another_text_is_no_number_of_foreign_investment(text: str) -> None:
    assert registration.foreign_number(text) is None


@given(st.text("0123456789企合苏总鲁字第号", max_size=20))
def test_the_full_form_is_its_own_full_form(text: str) -> None:
    full = registration.foreign_number(text)
    assert full is None or registration.foreign_number(full) == full
    assert (full is not None) == (registration.check(text).code == "code-is-foreign-registration")


@given(registrations)
def test_a_number_is_the_same_in_full_width_and_with_blanks(number: str) -> None:
    assert registration.check(wide(number)).state is State.VALID
    assert registration.check(f"{number[:6]} {number[6:]}").state is State.VALID


@pytest.mark.parametrize(
    "text", ["", "37010020000001", "3701002000000100", "37010020000001X", "一二三", "٣" * 15, "٣" * 13]
)
def test_a_text_of_another_shape_is_refused(text: str) -> None:
    status = registration.check(text)
    assert (status.state, status.code) == (State.INVALID, "registration-number-check")


@pytest.mark.parametrize("stem", ["", "3701002000000", "370100200000010", "3701002000000X"])
def test_a_check_digit_is_made_of_a_right_stem_only(stem: str) -> None:
    with pytest.raises(ValueError, match=r"14 digits|invalid literal"):
        registration.check_digit(stem)
