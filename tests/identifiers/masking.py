"""Masking as the steps of a query, as the engine runs them."""

from __future__ import annotations

from quanxin.identifiers import personal_numbers_sql as personal


def masking(rows: str) -> str:
    """A SELECT of the masked ``x`` of rows with ``x`` and ``n``, in the order of ``n``."""
    likely, folded = personal.likely(["x"]), personal.folded(["x"])
    query = f"(SELECT *, CASE WHEN {likely} THEN {folded} END AS p0 FROM {rows} AS asked)"
    for n, one in enumerate(personal.PASSES):
        query = f"(SELECT *, {one(f'p{n}')} AS p{n + 1} FROM {query} AS step{n})"
    return f"SELECT {personal.chosen('x', 1, 'p0', f'p{len(personal.PASSES)}')} FROM {query} AS whole ORDER BY n"
