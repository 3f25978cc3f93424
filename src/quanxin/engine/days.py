"""The day on which a query asks.

Invariant: a compiled query is the same for every day on which its rules are; the day stands in it as a mark, which is
made a literal, a parameter or a column of the source when the query is run.
"""

from __future__ import annotations

import datetime as dt

from quanxin.policy import expressions

DAY = "_quanxin_day_"  # the day, a DATE


def on_day(sql: str, day: str) -> str:
    """A compiled query for a day, which is a SQL expression of type DATE."""
    return sql.replace(DAY, day)


def dated(expression: str) -> str:
    """A pack's expression made ready for a query: its ``today()`` is the day on which that asks."""
    return expression.replace(expressions.TODAY, DAY)


def date_literal(day: dt.date) -> str:
    """A day in SQL."""
    return f"DATE '{day.isoformat()}'"
