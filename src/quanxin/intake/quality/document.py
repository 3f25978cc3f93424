"""The bulletin as a printed document (PDF), signed; it is issued to nobody and has no number.

Invariant: without the font nothing is printed, for the reader would see boxes.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from quanxin.calendar import now
from quanxin.documents import keys, pades, typesetting
from quanxin.intake.quality.present import Cell, Presented

SHEET = typesetting.Sheet("quanxin.intake.quality", "bulletin.typ")


def write_document(shown: Presented) -> bytes:
    """The bulletin as signed PDF. Raises ``DocumentError`` where the font is not installed (``make assets``)."""
    data = {
        "title": shown.title, "known": shown.known, "notes": shown.notes,
        "tables": [
            {"title": t.title, "header": t.header, "empty": t.empty, "rows": [[as_text(c) for c in row] for row in t.rows],
             "numeric": [not any(isinstance(row[i], str) for row in t.rows) for i in range(len(t.header))]}
            for t in shown.tables
            if not t.detail
        ],
    }  # fmt: skip
    return pades.sign(typesetting.pdf(SHEET, data, at=now()), keys.signer())


def as_text(cell: Cell) -> str:
    """A cell as an office writes it; a dash where nothing was counted."""
    match cell:
        case None:
            return "—"
        case int():
            return f"{cell:,}"
        case Decimal():
            return f"{cell}%"
        case dt.date():
            return cell.isoformat()
        case _:
            return cell
