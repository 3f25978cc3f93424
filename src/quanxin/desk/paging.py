"""Pages of a list at the desk.

Invariant: whatever page is asked for, the page given exists; a list without entries has one empty page.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of a list of ``total`` entries is shown, ``length`` entries a page; pages count from 1."""

    total: int
    length: int
    page: int

    @classmethod
    def of(cls, total: int, length: int, wanted: str) -> Pages:
        """Read the wanted page from a query string; one beyond the end is the last page."""
        number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8 else 1
        return cls(total, length, max(1, min(number, -(-total // length))))

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.length))

    @property
    def span(self) -> slice:
        """The entries of the page, as a slice of the whole list."""
        return slice((self.page - 1) * self.length, self.page * self.length)

    @property
    def previous(self) -> int | None:
        """The page before, or None on the first."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, or None on the last."""
        return self.page + 1 if self.page < self.last else None
