"""Pages of a list.

Invariant: whatever page number is asked for, the page given exists; a list without entries has one empty page.
"""

from __future__ import annotations

from dataclasses import dataclass

from quanxin.runtime.parameters import page as page_number


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list of ``total`` entries is shown, ``length`` entries a page; pages count from 1."""

    total: int
    length: int
    page: int

    @classmethod
    def of(cls, total: int, length: int, wanted: str | None) -> Paging:
        """Read the wanted page from a query string; one beyond the end is the last page."""
        last = max(1, -(-total // length))
        return cls(total, length, min(page_number(wanted), last))

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.length))

    @property
    def offset(self) -> int:
        """How many entries stand before the page."""
        return (self.page - 1) * self.length

    @property
    def span(self) -> slice:
        """The entries of the page, as a slice of the whole list."""
        return slice(self.offset, self.offset + self.length)

    @property
    def first_shown(self) -> int:
        """The ordinal of the page's first entry, 0 where there is none."""
        return min(self.offset + 1, self.total)

    @property
    def last_shown(self) -> int:
        """The ordinal of the page's last entry."""
        return min(self.offset + self.length, self.total)

    @property
    def previous(self) -> int | None:
        """The page before, or None on the first."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, or None on the last."""
        return self.page + 1 if self.page < self.last else None

    @property
    def numbers(self) -> list[int | None]:
        """The page numbers to offer: both ends and the neighbours of this page, None where some are left out."""
        near = {1, self.last, *range(max(1, self.page - 1), min(self.last, self.page + 1) + 1)}
        offered: list[int | None] = []
        for number in sorted(near):
            before = offered[-1] if offered else 0
            if before is not None and number - before == 2:
                offered.append(number - 1)
            elif before is not None and number - before > 2:
                offered.append(None)
            offered.append(number)
        return offered
