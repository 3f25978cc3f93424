"""The statistics: published values, hand-computed ones, and what must hold of all counts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanxin.evaluation.statistics import Interval, discrimination, stability, wilson

COUNTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8)
RANKED = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40)


@pytest.mark.parametrize(("hits", "of", "low", "high"), [
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3
    (81, 263, "0.2553", "0.3662"), (15, 148, "0.0624", "0.1605"), (0, 20, "0.0000", "0.1611"), (1, 29, "0.0061", "0.1718"),
])  # fmt: skip
def test_the_interval_of_a_share_is_the_published_one(hits: int, of: int, low: str, high: str) -> None:
    found = wilson(hits, of)
    assert found is not None
    assert (str(found.low), str(found.high)) == (low, high)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_of_a_share_holds_it_and_stays_within_its_limits(hits: int, of: int) -> None:
    found = wilson(min(hits, of), of)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_share_of_nobody_is_none_and_more_hits_than_people_are_refused() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_the_stability_index_of_a_hand_computed_case() -> None:
    # shares 0.5, 0.5 became 0.75, 0.25: 0.25·ln 1.5 − 0.25·ln 0.5 = 0.25·ln 3 = 0.27465…
    assert stability([100, 100], [150, 50]) == Decimal("0.2747")
    # an empty class: halves are added, 21/22 and 1/22 against 11/22 and 11/22, which gives 10/22·ln 21
    assert stability([10, 0], [5, 5]) == Decimal("1.3839")


@given(COUNTS)
def test_a_run_is_stable_against_itself_and_the_index_is_symmetrical_and_never_negative(
    counts: list[tuple[int, int]],
) -> None:
    before, after = [p for p, _ in counts], [q for _, q in counts]
    if sum(before):
        assert stability(before, before) == 0
    found = stability(before, after)
    assert found == stability(after, before) == stability(before[::-1], after[::-1])
    assert found is None or found >= 0


def test_the_stability_of_nobody_is_not_told() -> None:
    assert stability([0, 0], [1, 2]) is None


@pytest.mark.parametrize(("counts", "area"), [
    ([(1, 1, 0), (2, 1, 0), (3, 0, 1), (4, 0, 1)], "1.0000"),  # all bad below all good
    ([(1, 0, 1), (2, 1, 0)], "0.0000"),
    ([(5, 3, 7)], "0.5000"),  # all equal
    ([(1, 1, 1), (2, 0, 1), (3, 1, 0)], "0.3750"),  # 1 against {1, 2}: ½ + 1; 3 against {1, 2}: 0; of 4 pairs
])  # fmt: skip
def test_the_area_of_known_ranks(counts: list[tuple[int, int, int]], area: str) -> None:
    found = discrimination(counts)
    assert found is not None
    assert str(found.value) == area


def test_no_interval_is_claimed_where_the_counts_give_none() -> None:
    assert discrimination([(1, 2, 0), (3, 0, 2)]) == Interval(Decimal("1.0000"))
    assert discrimination([(1, 1, 0), (2, 0, 1), (3, 0, 5)]) == Interval(Decimal("1.0000"))
    assert discrimination([(1, 3, 0)]) is None


def test_the_interval_of_an_area_computed_by_hand() -> None:
    # bad 1, 3; good 2, 4. Each bad is below (1, ½) of the good, each good above (½, 1) of the bad: area ¾, both
    # variances ⅛, so that the area's is ⅛/2 + ⅛/2 = ⅛: ¾ ± 1.96·0.35355, cut at 1
    found = discrimination([(1, 1, 0), (2, 0, 1), (3, 1, 0), (4, 0, 1)])
    assert found == Interval(Decimal("0.7500"), Decimal("0.0570"), Decimal("1.0000"))


@given(RANKED)
def test_the_area_is_the_share_of_pairs_that_are_in_order(people: list[tuple[int, bool]]) -> None:
    bad, good = [s for s, is_bad in people if is_bad], [s for s, is_bad in people if not is_bad]
    scores = sorted({s for s, _ in people})
    found = discrimination([(s, bad.count(s), good.count(s)) for s in scores])
    if not bad or not good:
        assert found is None
        return
    won = Fraction(sum(2 if b < g else 1 if b == g else 0 for b in bad for g in good), 2)
    assert found is not None
    assert abs(Fraction(found.value) - won / (len(bad) * len(good))) <= Fraction(1, 20000)
