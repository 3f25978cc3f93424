"""Date arithmetic as SQL expressions, in DuckDB's dialect; SQLGlot makes other engines' of them.

Invariant: an expression gives the date that the Python function of the same name gives, and NULL for NULL.
"""

from __future__ import annotations


def add_months(day: str, months: int) -> str:
    """DATE: a date expression and so many calendar months, clamped to the end of the month reached."""
    return f"CAST({day} + INTERVAL '{months}' MONTH AS DATE)"
