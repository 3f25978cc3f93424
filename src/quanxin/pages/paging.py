"""Parts of a list: which is shown, and where it goes on.

Invariant: whatever page number is asked for, the page given exists; a list without entries has one empty page. A list that
grows while it is read goes on from an entry and not from a number, so that none is shown twice or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from quanxin.runtime.parameters import page as page_number

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Turn:
    """A way to another part of a list: its words, the value that asks for it, its address; without one it is this part."""

    words: str
    value: str = ""
    href: str = ""
    rel: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list of ``total`` entries is shown, ``length`` entries a page; pages count from 1.

    ``keep`` is what else the list's address asks for; ``anchor`` the place on the page to which a turn leads.
    """

    total: int
    length: int
    page: int
    keep: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""
    name: str = "page"

    @classmethod
    def of(
        cls, total: int, length: int, wanted: str | None, keep: Mapping[str, str] | None = None, anchor: str = ""
    ) -> Paging:
        """Read the wanted page from a query string; one beyond the end is the last page."""
        last = max(1, -(-total // length))
        return cls(total, length, min(page_number(wanted), last), keep or {}, anchor)

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

    @property
    def turns(self) -> list[Turn]:
        """The pages to offer; none where there is one page."""
        if self.last == 1:
            return []
        found = [self._turn(self.previous, _("上一页"), "prev")] if self.previous else []
        for number in self.numbers:
            if number is None or number == self.page:
                found.append(Turn("…" if number is None else str(number)))
            else:
                found.append(self._turn(number, str(number), label=_("第 %(number)s 页") % {"number": number}))
        return [*found, self._turn(self.next, _("下一页"), "next")] if self.next else found

    def _turn(self, number: int, words: str, rel: str = "", label: str = "") -> Turn:
        return Turn(words, str(number), _address(self.keep, self.name, str(number)) + self.anchor, rel, label)


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a list that goes on from an entry was begun (``at``, "" at its beginning) and goes on (``next``, "" at its end)."""

    at: str = ""
    next: str = ""
    name: str = "before"
    keep: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        found: Sequence[T],
        length: int,
        at: object,
        key: Callable[[T], object],
        name: str = "before",
        keep: Mapping[str, str] | None = None,
    ) -> tuple[Sequence[T], Onward]:
        """The entries of the part, of up to one more that were found, and the way on: from the last one's ``key``."""
        following = str(key(found[length - 1])) if len(found) > length else ""
        return found[:length], cls(str(at or ""), following, name, keep or {})

    @property
    def turns(self) -> list[Turn]:
        """Back to the beginning, and on."""
        found = [Turn(_("回到开头"), "", _address(self.keep, self.name, ""))] if self.at else []
        if self.next:
            found.append(Turn(_("下一页"), self.next, _address(self.keep, self.name, self.next), "next"))
        return found


def _address(keep: Mapping[str, str], name: str, value: str) -> str:
    asked: dict[str, Any] = {key: text for key, text in keep.items() if text} | ({name: value} if value else {})
    return f"?{urlencode(asked)}"
