"""Rates of problems: how sure they are, and whether they rise."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quanxin.supervision.inspecting.intervals import Share, Trend, trend


@pytest.mark.parametrize(
    ("found", "n", "low", "high"),
    [(0, 10, "0.0000", "0.2775"), (5, 10, "0.2366", "0.7634"), (50, 500, "0.0767", "0.1294")],
)
def test_the_interval_is_wilsons(found: int, n: int, low: str, high: str) -> None:
    bounds = Share("A", found, n).interval
    assert [one.quantize(Decimal("0.0001")) for one in bounds] == [Decimal(low), Decimal(high)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([(3, 100), (9, 100), (30, 100)], Trend.RISES),
        ([(3, 40), (4, 40), (5, 40)], Trend.UNSURE),
        ([(9, 100), (3, 100), (30, 100)], Trend.FALLS),
        ([(3, 100), (9, 29)], Trend.FEW),
        ([(3, 100)], Trend.FEW),
        ([], Trend.FEW),
    ],
)
def test_whether_rates_rise_is_said_only_of_enough(counts: list[tuple[int, int]], expected: Trend) -> None:
    assert trend([Share(str(n), *one) for n, one in enumerate(counts)]) is expected
