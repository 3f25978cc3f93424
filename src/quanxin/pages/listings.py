"""Lists: what their rows say column by column, by what they are narrowed, where they go on, and the files they make.

Invariant: a file says what the page says, of the rows that the filters leave, and a list offers one only where its page lets
its reader take it away. What may name somebody is read from a form that was posted and never from an address, and stands
in no address that a list makes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from quanxin.calendar import local
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.paging import Onward, Paging
from quanxin.pages.tables import Cell as Plain
from quanxin.pages.tables import Table
from quanxin.runtime import parameters

LONGEST = 128  # characters of a filter
CSV_XLSX = ("csv", "xlsx")


class Kind(StrEnum):
    """What a column holds, which says how it is written, aligned, and put into a file."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    AMOUNT = "amount"
    COUNT = "count"
    LINK = "link"
    NUMBER = "number"  # by which something is called: kept on one line
    STATE = "state"
    ACT = "act"  # what can be done with the row: in no file


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row says in a column, where that is more than a value: where it leads, a mark beside it, lines below it, a
    list of ``items`` instead of one."""

    value: Any = None
    href: str = ""
    label: str = ""  # of the link, for whoever hears it out of its row
    tag: str = ""
    tone: str = ""  # of the mark, or of the state
    notes: Sequence[str] = ()
    items: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what a row says in it (a value or a ``Cell``), and of what kind that is.

    ``template`` draws the cell where text does not do (``row`` is the row). Where rows are stacked each cell but the first
    is led by the title, unless it is ``bare``: what needs no title to be understood.
    """

    title: str
    value: Callable[[Any], Any] = lambda _row: None
    kind: Kind = Kind.TEXT
    template: str = ""
    bare: bool = False

    @property
    def classes(self) -> str:
        """The class of the column's cells."""
        numbers, whole = (Kind.AMOUNT, Kind.COUNT), (Kind.DAY, Kind.MOMENT, Kind.NUMBER)
        return "amount" if self.kind in numbers else "when" if self.kind in whole else ""

    def cell(self, row: Any) -> Cell:
        """What the row says."""
        made = self.value(row)
        return made if isinstance(made, Cell) else Cell(made)

    def plain(self, row: Any) -> Plain:
        """What the row says in a file."""
        value = self.cell(row).value
        if isinstance(value, dt.datetime):
            return local(value).isoformat(sep=" ", timespec="seconds")
        if isinstance(value, dt.date):
            return value.isoformat()
        return value if value is None or isinstance(value, int | Decimal) else str(value)


class Filters(fields.Form):
    """What a list is narrowed by: a form whose every item may be left out. A day that is none narrows nothing; what is
    no choice finds nothing, and is said at its field."""

    narrows = True

    def __init__(
        self, request: HttpRequest, items: Sequence[Item], first: Mapping[str, str] | None = None, verb: str = ""
    ) -> None:
        """``first`` is what is asked where nothing was, ``verb`` the word of the button."""
        posted = request.method == "POST"
        sent = {
            item.key: (request.POST if posted else {} if item.private else request.GET).get(item.key) for item in items
        }
        read = {key: ((first or {}).get(key, "") if text is None else text)[:LONGEST] for key, text in sent.items()}
        super().__init__(items, read)
        self.verb = verb or _("筛选")
        self.names = frozenset(item.key for item in items if item.private)
        self.days = frozenset(item.key for item in items if item.kind is fields.Kind.DAY)

    @property
    def asked(self) -> dict[str, str]:
        """What each item asks for, "" for nothing."""
        known = self.sent | {key: "" for key in self.days if parameters.day(self.sent.get(key)) is None}
        return {key: known.get(key, "") for key in self.fields}

    @property
    def kept(self) -> dict[str, str]:
        """What is asked for, to be asked again with another part of the list."""
        return {key: text for key, text in self.asked.items() if text}

    @property
    def narrowed(self) -> bool:
        """Whether anything was chosen by whoever reads the list."""
        return any(text for key, text in self.asked.items() if not self[key].is_hidden)

    @property
    def cleared(self) -> str:
        """What the address of the list asks for where its reader chose nothing."""
        rest = {key: text for key, text in self.kept.items() if self[key].is_hidden}
        return f"?{urlencode(rest)}" if rest else ""

    @property
    def named(self) -> bool:
        """Whether what is asked for may name somebody, so that it stands in no address."""
        return any(self.asked[key] for key in self.names)

    @property
    def boxes(self) -> list[Any]:
        """The fields beside one another."""
        return [one for one in self.visible_fields() if one.widget_type != "checkbox"]

    @property
    def ticks(self) -> list[Any]:
        """The fields to be ticked, below one another."""
        return [one for one in self.visible_fields() if one.widget_type == "checkbox"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done to all rows that were ticked: its words, its address, a remark beside its button."""

    words: str
    address: str
    remark: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Bulk:
    """What can be done to several rows at once: each tick's value ("" where a row has none) and label, ticked or not."""

    name: str
    acts: Sequence[Act]
    value: Callable[[Any], str]
    label: Callable[[Any], str]
    ticked: Callable[[Any], bool] = lambda _row: False


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is drawn: its cells by their columns, its class, and its tick if it has one."""

    row: Any
    cells: list[tuple[Column, Cell]]
    mark: str = ""
    tick: tuple[str, str, bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of a page. ``key`` is the id of its heading, ``title`` what it is called (``quiet``: only to whoever hears it),
    ``said`` what is to be known first, ``mark`` the class of a row, ``files`` as which its reader may take it away
    (``sealed``: signed), offered beside the filters.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    empty: str = ""
    paging: Paging | Onward | None = None
    filters: Filters | None = None
    files: Sequence[str] = ()
    sealed: bool = False
    quiet: bool = False
    said: str = ""
    bulk: Bulk | None = None
    mark: Callable[[Any], str] = lambda _row: ""
    classes: str = ""

    @property
    def lines(self) -> list[Line]:
        """The rows as they are drawn."""
        return [
            Line(row, [(column, column.cell(row)) for column in self.columns], self.mark(row), self._tick(row))
            for row in self.rows
        ]

    def _tick(self, row: Any) -> tuple[str, str, bool] | None:
        value = self.bulk.value(row) if self.bulk else ""
        return (value, self.bulk.label(row), self.bulk.ticked(row)) if self.bulk and value else None

    @property
    def posted(self) -> bool:
        """Whether its other parts are asked for by a form, because what narrows it may name somebody."""
        return self.filters is not None and self.filters.named

    @property
    def total(self) -> str:
        """How many there are, and which of them are shown; "" where that is not counted."""
        paging = self.paging
        if not isinstance(paging, Paging):
            return ""
        if paging.last == 1:
            return _("共 %(total)s 条") % {"total": f"{paging.total:,}"}
        return _("第 %(first)s–%(last)s 条，共 %(total)s 条") % {
            "first": f"{paging.first_shown:,}",
            "last": f"{paging.last_shown:,}",
            "total": f"{paging.total:,}",
        }


def page_of(
    request: HttpRequest, found: QuerySet[Any] | Sequence[Any], length: int, keep: Mapping[str, str] | None = None
) -> tuple[list[Any], Paging]:
    """The entries of the page that a request asks for, and which that is."""
    total = found.count() if isinstance(found, QuerySet) else len(found)
    sent = request.POST if request.method == "POST" else request.GET
    paging = Paging.of(total, length, sent.get("page"), keep)
    return list(found[paging.span]), paging


def latest_of(
    request: HttpRequest, found: QuerySet[Any], length: int, keep: Mapping[str, str] | None = None
) -> tuple[list[Any], Onward]:
    """The entries before the one that a request names, of entries whose latest come first, and the way on."""
    sent = request.POST if request.method == "POST" else request.GET
    before = parameters.number(sent.get("before"))
    narrowed = found if before is None else found.filter(pk__lt=before)
    rows, onward = Onward.of(list(narrowed[: length + 1]), length, before, lambda one: one.pk, keep=keep)
    return list(rows), onward


def table_of(key: str, title: str, columns: Sequence[Column], rows: Iterable[Any]) -> Table:
    """The rows as a table for a file, in the page's columns but those of what can be done."""
    told = [column for column in columns if column.kind is not Kind.ACT]
    return Table(key, title, [column.title for column in told], [[c.plain(row) for c in told] for row in rows])
