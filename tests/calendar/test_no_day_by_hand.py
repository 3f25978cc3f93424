"""No moment is cut to a day by the zone that it happens to be written in: ``calendar.day_of`` alone does it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import quanxin

SOURCE = Path(quanxin.__file__).parent
CALENDAR = SOURCE / "calendar"
# Django's own ways to the day or the clock of a zone: of the zone that is set, which a request may change.
DJANGO = frozenset({"localdate", "localtime", "make_aware", "make_naive"})


def by_hand(source: str) -> Iterator[tuple[int, str]]:
    """The places of a module that cut a moment to a day, or write it by a clock, by themselves: line and call.

    ``.astimezone(dt.UTC)`` is none: it writes a moment for machines, and no day of the law can be had from it but by
    one of the others.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.timezone":
            yield from ((node.lineno, one.name) for one in node.names if one.name in DJANGO)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("Trunc"):
            yield from () if "tzinfo" in [one.arg for one in node.keywords] else [(node.lineno, ast.unparse(node.func))]
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        called = node.func.attr
        if called in DJANGO and ast.unparse(node.func.value).endswith("timezone"):
            yield node.lineno, called
        if called == "date" and not node.args and not node.keywords:
            yield node.lineno, ".date()"
        if called == "astimezone" and [ast.unparse(one) for one in node.args] not in (["dt.UTC"], ["datetime.UTC"]):
            yield node.lineno, ".astimezone()"


def test_the_day_of_a_moment_is_had_from_the_calendar_alone() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line} {call}"
        for path in sorted(SOURCE.rglob("*.py"))
        if not path.is_relative_to(CALENDAR)
        for line, call in by_hand(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "written",
    [
        "day = case.filed_at.date()",
        "day = moment.astimezone(ZONE).date()",
        "text = moment.astimezone(ZONE).isoformat()",
        "text = moment.astimezone()",
        "day = timezone.localdate(moment)",
        "from django.utils.timezone import localdate",
        "month = TruncMonth('filed_at')",
    ],
)
def test_what_would_cut_a_day_by_hand_is_seen(written: str) -> None:
    assert list(by_hand(written))


@pytest.mark.parametrize("written", ["day = dt.date(2026, 4, 1)", "moment.astimezone(dt.UTC)", "day_of(case.filed_at)"])
def test_what_does_not_is_let_be(written: str) -> None:
    assert not list(by_hand(written))
