"""What a reader hands over: the table ``source`` and how its rows and columns stand in the department's file.

Invariant: every data row of the file is one row of ``source``; ``position`` names the row that a person finds when
the file is opened in a table program.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict

# One cell holds at most 1 MiB of UTF-8: the longest text of the catalogue is 4,096 characters, so that a longer cell
# is a quotation mark that was never closed or a file that is not what it says.
CELL_LIMIT = 1 << 20


@dataclass(slots=True)
class Places:
    """Where data rows stand: runs of rows that follow each other without a gap, as (first row_no, sheet, offset)."""

    starts: list[int] = field(default_factory=list)
    runs: list[tuple[str, int]] = field(default_factory=list)

    def note(self, row_no: int, line: int, sheet: str = "") -> None:
        """Data row ``row_no`` stands in ``line`` (1-based) of ``sheet``; rows are noted in their order."""
        run = (sheet, line - row_no)
        if not self.runs or self.runs[-1] != run:
            self.starts.append(row_no)
            self.runs.append(run)

    def __call__(self, row_no: int) -> str:
        sheet, offset = self.runs[max(bisect_right(self.starts, row_no) - 1, 0)]
        return place(row_no + offset, sheet)


def place(line: int, sheet: str = "") -> str:
    """A row of a file in words."""
    return f"{sheet} 第 {line} 行".strip()


class Hidden(TypedDict):
    """What was read of a sheet though nobody sees it: its rows if it is hidden as a whole (else 0), rows and columns."""

    sheet: str
    whole: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read: ``source`` stands in the connection, with ``row_no``, a VARCHAR for each of ``columns``,
    and ``_surplus`` (what stood in a row beyond its columns, NULL otherwise)."""

    format: str
    encoding: str | None
    rows: int
    columns: tuple[str, ...]
    headers: dict[str, str]
    ignored: tuple[str, ...]
    position: Callable[[int], str]
    sheets: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    skipped_rows: tuple[int, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    delimiter: str | None = None

    def describe(self) -> dict[str, Any]:
        """The reading as JSON, for a receipt; ``headers`` are as written, in the order of ``columns``."""
        written = {key: header for header, key in self.headers.items()}
        return {
            "format": self.format,
            "encoding": self.encoding,
            "rows": self.rows,
            "columns": list(self.columns),
            "headers": [written[c] for c in self.columns],
            "ignored": list(self.ignored),
            "sheets": list(self.sheets),
            "skipped": list(self.skipped),
            "skipped_rows": list(self.skipped_rows),
            "hidden": list(self.hidden),
        }
