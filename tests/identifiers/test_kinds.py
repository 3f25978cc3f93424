"""Telling what stands in a code column."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from quanxin.identifiers import Kind, State, classify, identity, registration, subject_type, uscc
from tests.identifiers.written import (
    DAY,
    codes,
    foreign,
    issued,
    numbered,
    old_persons,
    organisations,
    persons,
    pilots,
    registrations,
    right,
    wide,
)

TYPES = {"91": "enterprise", "92": "sole-trader", "93": "cooperative", "N2": "collective"}


@pytest.mark.parametrize(
    ("text", "kind", "reason", "notes"),
    [
        ("91110000600037341L", Kind.USCC, None, ()),
        ("91110000600037341l", Kind.USCC, None, ("uscc-lower-case",)),
        ("914201007171752128", Kind.USCC, None, ("uscc-org-check",)),
        ("91110000600037341X", Kind.USCC, "uscc-check-digit", ()),
        ("9111000060003734IL", Kind.USCC, "uscc-charset", ()),
        ("00000000000000000X", Kind.PLACEHOLDER, "uscc-placeholder", ()),
        ("110108012796696", Kind.REGISTRATION, None, ("code-is-registration-number",)),
        ("110108012796697", Kind.REGISTRATION, "registration-number-check", ("code-is-registration-number",)),
        ("3701001800001", Kind.REGISTRATION, "code-is-registration-number", ("code-is-registration-number",)),
        ("企合苏总字第000174号", Kind.FOREIGN_REGISTRATION, "code-is-foreign-registration", ()),
        ("13497257-7", Kind.ORGANISATION, None, ("code-is-organisation-code",)),
        ("134972578", Kind.ORGANISATION, "organisation-code-invalid", ("code-is-organisation-code",)),
        ("11010519491231002X", Kind.IDENTITY, None, ()),
        ("370102800615001", Kind.IDENTITY, "identity-legacy", ()),
        ("USA370180061501", Kind.IDENTITY, None, ()),
        ("", Kind.UNKNOWN, "uscc-length", ()),
        ("无", Kind.UNKNOWN, "uscc-length", ()),
        ("第二厂名:某厂", Kind.UNKNOWN, "uscc-length", ()),
        ("9111000060003734", Kind.UNKNOWN, "uscc-length", ()),
    ],
)
def test_what_was_written_is_told_with_its_reason_and_its_notes(
    text: str, kind: Kind, reason: str | None, notes: tuple[str, ...]
) -> None:
    found = classify(text, DAY)
    assert (found.kind, found.status.code, found.notes) == (kind, reason, notes)


def test_a_foreign_number_is_kept_in_its_full_form_and_every_other_value_as_it_was_written() -> None:
    assert classify("企合苏总字000174", DAY).value == "企合苏总字第000174号"
    assert classify("１１０１０８０１２７９６６９６", DAY).value == "110108012796696"
    assert classify("13497257-7", DAY).value == "134972577"


@given(st.one_of(issued, pilots.filter(lambda code: len(code) == 18)))
def test_a_code_of_a_real_kind_and_province_is_never_taken_for_a_person(code: str) -> None:
    assert classify(code, DAY).kind is Kind.USCC


@given(persons)
def test_a_persons_number_is_told_by_its_check_unless_it_passes_as_a_code_too(number: str) -> None:
    kind = classify(number, DAY).kind
    if identity.has_form(number):
        assert kind is Kind.IDENTITY or uscc.check(number).accepted
    else:
        assert kind is Kind.USCC


def _passes_as_both(place: str) -> str:
    """A number under a place that passes as a code and as a person's, the first such by its serial number."""
    found = (numbered(f"{place}{year}0615{serial:03d}") for year in range(1950, 2000) for serial in range(1000))
    return next(number for number in found if uscc.check(number).accepted)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("370102", Kind.IDENTITY),  # 37 is no kind of institution
        ("110105", Kind.IDENTITY),  # 11 is one, but 01 is no province
        ("511181", Kind.USCC),  # 51 is one, and 11 a province
        ("911370", Kind.USCC),
    ],
)
def test_a_number_that_passes_as_both_is_decided_by_its_layout(place: str, kind: Kind) -> None:
    assert classify(_passes_as_both(place), DAY).kind is kind


@given(registrations)
def test_a_right_registration_number_is_one_even_where_it_reads_as_a_birth(number: str) -> None:
    assert classify(number, DAY).kind is Kind.REGISTRATION


@given(old_persons)
def test_fifteen_digits_that_name_a_birth_and_fail_the_check_are_a_person(number: str) -> None:
    person = identity.has_form(number) and not registration.check(number).accepted
    assert classify(number, DAY).kind is (Kind.IDENTITY if person else Kind.REGISTRATION)


@given(foreign)
@example("企合企一一一一字第00000000号")  # as long as a code
def test_a_foreign_registration_is_known_by_its_form(text: str) -> None:
    assert (classify(text, DAY).kind is Kind.FOREIGN_REGISTRATION) == (registration.foreign_number(text) is not None)


@given(organisations)
def test_nine_characters_are_an_organisation_code(code: str) -> None:
    assert classify(code, DAY).kind is Kind.ORGANISATION


@given(st.one_of(right, st.text()))
def test_every_text_is_one_kind_and_the_same_in_full_width(text: str) -> None:
    found = classify(text, DAY)
    assert found.kind in Kind
    assert classify(wide(text), DAY) == found


@given(st.text("泉城无—- IOé", max_size=30))
def test_a_text_without_a_form_is_refused(text: str) -> None:
    found = classify(text, DAY)
    assume(len(found.value) not in {9, 18})
    assert (found.kind, found.status.state, found.status.code) == (Kind.UNKNOWN, State.INVALID, "uscc-length")


@given(codes)
def test_the_type_of_a_subject_comes_from_the_first_two_characters(code: str) -> None:
    assert subject_type(code, TYPES) == TYPES.get(code[:2])
    assert subject_type(wide(code.lower()), TYPES) == TYPES.get(code[:2])


def test_a_prefix_that_the_table_lacks_has_no_type() -> None:
    assert subject_type("91", {}) is None
    assert subject_type("9", TYPES) is None
    assert subject_type("", TYPES) is None
    assert subject_type(" ９ １", TYPES) == "enterprise"
