"""Pages of lists, as laws of arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanxin.pages.paging import Paging, page_number

totals = st.integers(0, 5000)
lengths = st.integers(1, 60)


@given(totals, lengths)
def test_all_pages_together_show_every_entry_once_and_in_order(total: int, length: int) -> None:
    entries = list(range(total))
    last = Paging.of(total, length, None).last
    pages = [entries[Paging.of(total, length, str(page)).span] for page in range(1, last + 1)]
    assert [entry for page in pages for entry in page] == entries


@given(totals, lengths, st.text(max_size=9))
def test_whatever_is_asked_for_the_page_given_exists(total: int, length: int, wanted: str) -> None:
    paging = Paging.of(total, length, wanted)
    assert 1 <= paging.page <= paging.last
    assert total == 0 or paging.span.start < total


@given(totals, lengths, st.integers(1, 6000))
def test_neighbours_lead_to_each_other(total: int, length: int, wanted: int) -> None:
    paging = Paging.of(total, length, str(wanted))
    if paging.next is not None:
        assert Paging.of(total, length, str(paging.next)).previous == paging.page
    assert (paging.previous is None) == (paging.page == 1)
    assert (paging.next is None) == (paging.page == paging.last)


@given(totals, lengths, st.integers(1, 6000))
def test_offered_numbers_rise_and_hold_both_ends_and_this_page(total: int, length: int, wanted: int) -> None:
    paging = Paging.of(total, length, str(wanted))
    numbers = [number for number in paging.numbers if number is not None]
    assert numbers == sorted(set(numbers))
    assert {1, paging.page, paging.last} <= set(numbers)
    assert len(paging.numbers) <= 7


def test_a_gap_of_one_page_is_filled_and_a_longer_one_is_left_out() -> None:
    assert Paging.of(200, 20, "4").numbers == [1, 2, 3, 4, 5, None, 10]


@pytest.mark.parametrize("wanted", [None, "", "0", "-3", "２", "1e3", "12345678", "x"])
def test_what_is_no_page_number_is_the_first_page(wanted: str | None) -> None:
    assert page_number(wanted) == 1


def test_the_shown_range_of_an_empty_list_is_nought() -> None:
    paging = Paging.of(0, 20, None)
    assert (paging.first_shown, paging.last_shown) == (0, 0)
