"""Sheets set as PDF: the one place where Typst is called.

Invariant: texts reach a sheet as data, never as markup; the same sheet, data and moment give the same bytes. Every character is
shown: one that no font here has stands as its code point in brackets, never as a box. What is set is a tagged PDF/UA-1.

A sheet begins with what ``frame.typ`` defines: ``data`` (what it is given), and ``framed``, which sets page, header, page
numbers, watermark; see there. It reads no file and no package.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import segno
import typst

import quanxin
from quanxin.documents.coverage import characters_of
from quanxin.documents.errors import DocumentError

FONTS = Path(quanxin.__file__).parent / "web" / "fonts"
MOST = 24 << 20  # bytes of data: a sheet takes time and memory in proportion to it
STANDARD: Literal["ua-1"] = "ua-1"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by the package that has it and its name, such as ``Sheet("quanxin.checks", "check.typ")``."""

    package: str
    name: str

    @property
    def source(self) -> str:
        return _source(self.package, self.name)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around what a sheet sets: in the language ``lang``, the number, where it is verified (also as a QR code), the
    words in which that is said, and a watermark across each page. "" is not set."""

    lang: str = "zh"
    number: str = ""
    address: str = ""
    words: str = ""
    watermark: str = ""


def pdf(sheet: Sheet, data: Mapping[str, Any], *, at: dt.datetime, frame: Frame | None = None) -> bytes:
    """``data`` as the sheet sets it, made at a moment.

    Raises ``DocumentError`` where the font is not installed (``make assets``), and for more data than fits a document.
    """
    around = frame or Frame()
    told = asdict(around) | {"qr": _qr(around.address) if around.address else ""}
    text = json.dumps(shown({**data, "frame": told}), ensure_ascii=False, allow_nan=False)
    if len(text) > MOST:
        raise DocumentError("document-too-long")
    source = _source(__package__ or "", "frame.typ") + sheet.source
    made = typst.compile(
        source.encode(), font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"data": text},
        pdf_standards=STANDARD, timestamp=int(at.timestamp()),
    )  # fmt: skip
    return bytes(made)


def shown(value: Any) -> Any:
    """Data in which each character that no font here has is named by its code point."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else "".join(map(_shown, value))
    if isinstance(value, Mapping):
        return {key: shown(one) for key, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, list | tuple) else value


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    if not character.isprintable() and not character.isspace():
        return ""  # controls and directions: they could make a text look like another
    return character if character.isspace() or ord(character) in _covered() else f"〔U+{ord(character):04X}〕"


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


@cache
def _source(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _paths() -> list[Path]:
    found = sorted(FONTS.glob("*.ttf")) + sorted(FONTS.glob("*.otf"))
    if not found:
        raise DocumentError("font-missing")
    return found


@cache
def _fonts() -> typst.Fonts:
    _paths()
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _covered() -> frozenset[int]:
    """The characters that some font here has, in each of its weights."""
    regular = (characters_of(path.read_bytes()) for path in _paths() if "Bold" not in path.name)
    return frozenset().union(*regular)
