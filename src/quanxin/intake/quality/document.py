"""The bulletin as a printed document (PDF), set by Typst with a font that is embedded.

Invariant: figures reach the document as data, never as markup; without the font nothing is printed, for the reader
would see boxes.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import typst

import quanxin
from quanxin.intake.errors import IntakeError
from quanxin.intake.quality.present import Cell, Presented
from quanxin.runtime.duckdb_scratch import own_folder

FONTS = Path(quanxin.__file__).parent / "web" / "fonts"
SHEET = "bulletin.typ"


def write_document(shown: Presented) -> bytes:
    """The bulletin as PDF. Raises ``IntakeError`` where the font is not installed (``make assets``)."""
    if not any(FONTS.glob("*.ttf")):
        raise IntakeError("font-missing", path=FONTS)
    data = {
        "title": shown.title, "known": shown.known, "notes": shown.notes,
        "tables": [
            {"title": t.title, "header": t.header, "empty": t.empty, "rows": [[as_text(c) for c in row] for row in t.rows],
             "numeric": [not any(isinstance(row[i], str) for row in t.rows) for i in range(len(t.header))]}
            for t in shown.tables
            if not t.detail
        ],
    }  # fmt: skip
    with own_folder() as place:
        (place / SHEET).write_text(files(__package__).joinpath(SHEET).read_text(encoding="utf-8"), encoding="utf-8")
        (place / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return bytes(
            typst.compile(str(place / SHEET), root=str(place), font_paths=[str(FONTS)], ignore_system_fonts=True)
        )


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
