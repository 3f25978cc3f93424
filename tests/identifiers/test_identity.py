"""Numbers of natural persons' documents: GB 11643-1999 against python-stdnum, birth, age, masks."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric as oracle

from quanxin.identifiers import State, identity, mask
from tests.identifiers.written import DAY, DIGITS, mutations, numbered, old_permits, old_persons, persons, wide

WELL_KNOWN = ["11010519491231002X", "34052419800101001X"]  # GB 11643-1999, and the one that manuals print


@pytest.mark.parametrize("number", WELL_KNOWN)
def test_a_well_known_number_is_valid(number: str) -> None:
    assert identity.check(number, DAY).state is State.VALID
    assert oracle.calc_check_digit(number) == "X"


def test_the_other_example_of_the_standard_is_right_but_of_the_nineteenth_century() -> None:
    assert identity.check_character("44052418800101001") == "4"
    assert identity.check("440524188001010014", DAY).code == "identity-invalid"


@given(st.dates(dt.date(1984, 1, 1), DAY.replace(year=DAY.year - 18)), st.integers(0, 999))
def test_every_right_number_of_a_district_is_valid_here_and_to_the_oracle(born: dt.date, serial: int) -> None:
    number = numbered(f"370102{born:%Y%m%d}{serial:03d}")
    assert identity.check(number, DAY).state is State.VALID
    assert identity.born_on(number, DAY) == born
    assert oracle.is_valid(number)


@given(persons)
def test_the_oracle_makes_the_same_check_character(number: str) -> None:
    assert oracle.calc_check_digit(number) == number[-1]


@given(persons)
def test_no_right_number_survives_a_wrong_character(number: str) -> None:
    for wrong in mutations(number, DIGITS + "XA"):
        assert identity.check(wrong, DAY).code == "identity-invalid", wrong
        assert not oracle.is_valid(wrong), wrong


@pytest.mark.parametrize(
    ("stem", "place"),
    [
        ("81000019800615001", "港澳居民居住证, 香港"),
        ("82000019800615001", "港澳居民居住证, 澳门"),
        ("83000019800615001", "台湾居民居住证"),
        ("93156019800615001", "外国人永久居留身份证 of 2023"),
        ("65010419800615001", "新疆"),
        ("71010119800615001", "台湾"),
    ],
)
def test_documents_of_the_same_build_are_valid_wherever_they_were_issued(stem: str, place: str) -> None:
    assert identity.check(numbered(stem), DAY).state is State.VALID, place


@pytest.mark.parametrize(
    "place",
    [
        "000000",
        "100101",
        "160101",
        "240101",
        "380101",
        "470101",
        "550101",
        "660101",
        "720101",
        "810001",
        "840000",
        "900560",
        "916056",
        "999999",
    ],
)
def test_a_place_that_is_none_is_refused(place: str) -> None:
    assert identity.check(numbered(f"{place}19800615001"), DAY).code == "identity-invalid"


@pytest.mark.parametrize(
    "birth", ["19800230", "19810229", "19000229", "19801301", "19800001", "19800100", "20271231", "20261124"]
)
def test_a_day_of_birth_that_is_none_or_to_come_is_refused(birth: str) -> None:
    assert identity.check(numbered(f"370102{birth}001"), DAY).code == "identity-invalid"


def test_a_leap_day_of_birth_is_real() -> None:
    assert identity.born_on(numbered("37010220000229001"), DAY) == dt.date(2000, 2, 29)
    assert identity.check(numbered("37010220000229001"), DAY).state is State.VALID


@pytest.mark.parametrize(
    ("born", "day", "reason"),
    [
        ("20081123", dt.date(2026, 11, 22), "identity-minor"),
        ("20081123", dt.date(2026, 11, 23), None),
        ("20080229", dt.date(2026, 2, 28), "identity-minor"),
        ("20080229", dt.date(2026, 3, 1), None),
        ("20261123", dt.date(2026, 11, 23), "identity-minor"),
    ],
)
def test_a_person_is_of_age_on_the_eighteenth_birthday(born: str, day: dt.date, reason: str | None) -> None:
    assert identity.check(numbered(f"370102{born}001"), day).code == reason


@given(st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)), st.dates(dt.date(2026, 1, 1), dt.date(2100, 1, 1)))
def test_age_is_the_number_of_birthdays_past(born: dt.date, day: dt.date) -> None:
    birthdays = sum(
        (year, born.month, born.day) <= (day.year, day.month, day.day) for year in range(born.year + 1, 2101)
    )
    assert identity.age_on(born, day) == birthdays


@given(old_persons)
def test_fifteen_digits_are_grandfathered_where_their_day_is_real(number: str) -> None:
    status = identity.check(number, DAY)
    born = identity.born_on(number, DAY)
    if number.startswith("99"):
        assert (born, status.code) == (None, "identity-invalid")
    else:
        assert born is None or f"{born:%Y%m%d}" == "19" + number[6:12]
        assert status.code == ("identity-invalid" if born is None else "identity-legacy")
        assert status.accepted == (born is not None)


def test_fifteen_digits_of_an_adult_are_legacy() -> None:
    assert identity.check("370102800615001", DAY).state is State.GRANDFATHERED
    assert identity.born_on("370102800615001", DAY) == dt.date(1980, 6, 15)


@given(old_permits)
def test_an_old_permit_of_permanent_residence_means_the_latest_year_not_to_come(number: str) -> None:
    born = identity.born_on(number, DAY)
    assume(born is not None)
    assert DAY.replace(year=DAY.year - 100) < born <= DAY
    assert f"{born:%y%m%d}" == number[7:13]
    assert identity.check(number, DAY).code == ("identity-minor" if identity.age_on(born, DAY) < 18 else None)


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("USA370180061501", dt.date(1980, 6, 15)),
        ("USA370126112301", dt.date(2026, 11, 23)),
        ("USA370126112401", dt.date(1926, 11, 24)),
        ("USA370100022901", dt.date(2000, 2, 29)),
        ("USA370101022901", None),
        ("USA990180061501", None),
        ("U2A370180061501", None),
    ],
)
def test_two_digits_for_the_year_are_told_by_the_day_of_the_check(number: str, born: dt.date | None) -> None:
    assert identity.born_on(number, DAY) == born


@given(persons)
def test_a_number_is_the_same_in_full_width_small_letters_and_with_blanks(number: str) -> None:
    expected = identity.check(number, DAY)
    for written in (wide(number), number.lower(), f" {number[:6]} {number[6:14]} {number[14:]}"):
        assert identity.check(written, DAY) == expected


@given(st.text())
def test_no_text_whatsoever_makes_the_check_fail(text: str) -> None:
    assert identity.check(text, DAY).state in State


@pytest.mark.parametrize("stem", ["", "1101051949123100", "11010519491231002X", "1101051949123100X"])
def test_a_check_character_is_made_of_a_right_stem_only(stem: str) -> None:
    with pytest.raises(ValueError, match=r"17 digits|invalid literal"):
        identity.check_character(stem)


def test_a_mask_leaves_four_characters_at_each_end() -> None:
    assert mask("370102198006150012") == "3701**********0012"
    assert mask("370102800615001") == "3701*******5001"


@given(st.text(max_size=14))
def test_a_short_text_is_masked_whole(text: str) -> None:
    assert mask(text) == "*" * len(text)


@given(st.text(min_size=15))
def test_a_mask_keeps_the_length_and_never_shows_more_than_eight_characters(text: str) -> None:
    masked = mask(text)
    assert (len(masked), masked[:4], masked[-4:]) == (len(text), text[:4], text[-4:])
    assert set(masked[4:-4]) == {"*"}
