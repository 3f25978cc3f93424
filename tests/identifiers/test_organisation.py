"""组织机构代码, GB 11714-1997."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanxin.identifiers import State, organisation
from tests.identifiers.written import DIGITS, LETTERS, mutations, organisations, wide

GB_EXAMPLE = "D2143569X"  # the example in GB 11714-1997


def test_the_example_of_the_standard_is_right() -> None:
    assert organisation.check_character("D2143569") == "X"
    assert organisation.check(GB_EXAMPLE).state is State.VALID


@pytest.mark.parametrize("code", ["134972577", "600037341", "192203821", "704202479", "401359081"])
def test_a_code_that_was_really_issued_is_right(code: str) -> None:
    assert organisation.check(code).accepted


@given(organisations)
def test_the_nine_values_weighted_are_a_multiple_of_eleven(code: str) -> None:
    values = [(DIGITS + LETTERS).index(c) for c in code[:8]] + [10 if code[8] == "X" else int(code[8])]
    assert sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2, 1), strict=True)) % 11 == 0
    assert organisation.check(code).state is State.VALID


@given(organisations)
def test_a_wrong_digit_is_found(code: str) -> None:
    wrong_digits = [w for i in range(8) if code[i].isdigit() for w in mutations(code, DIGITS) if w[i] != code[i]]
    # the weight 10 and the others have no factor with 11, and two digits never differ by 11
    assert not any(organisation.check(wrong).accepted for wrong in wrong_digits)


@given(organisations)
def test_any_other_check_character_is_found(code: str) -> None:
    others = set(DIGITS + LETTERS) - {code[8]}
    assert not any(organisation.check(code[:8] + other).accepted for other in others)


@given(organisations)
def test_a_hyphen_full_width_and_small_letters_are_the_same_code(code: str) -> None:
    for written in (f"{code[:8]}-{code[8]}", f"{code[:8]}－{code[8]}", wide(code), code.lower(), f" {code} "):
        assert organisation.check(written).accepted, written


@pytest.mark.parametrize("text", ["", "D2143569", "D2143569XX", "D2143569Y", "D2143569A", "泉2143569X", "D2143569X\0"])
def test_a_text_of_another_shape_is_refused(text: str) -> None:
    status = organisation.check(text)
    assert (status.state, status.code) == (State.INVALID, "organisation-code-invalid")


@given(st.text())
def test_no_text_whatsoever_makes_the_check_fail(text: str) -> None:
    assert organisation.check(text).state in {State.VALID, State.INVALID}


@pytest.mark.parametrize("body", ["", "D214356", "D2143569X", "d2143569", "泉2143569"])
def test_a_check_character_is_made_of_a_right_body_only(body: str) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer|substring"):
        organisation.check_character(body)
