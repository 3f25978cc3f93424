"""Collects the interface texts of the portal, as gettext would, for the test that each has its English.

Invariant: what Django would look up while a page is made is what is collected here: the templates go through Django's
own translation of templates to gettext calls, the Python files through Babel's reader.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

import quanxin

HOUSE = Path(quanxin.__file__).parent
WEB = HOUSE / "web"
PO = WEB / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "gettext": None, "gettext_lazy": None, "_": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def templates() -> list[Path]:
    """Every template of every room."""
    return sorted(HOUSE.glob("*/templates/**/*.html"))


def _python_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".html":
        return text
    # what stands around the calls is no Python, and its indentation must not be taken for Python's
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())


def interface_texts() -> dict[str, str]:
    """Map each msgid in the portal's templates and Python files to the file it was found in."""
    found: dict[str, str] = {}
    for path in [*templates(), *sorted(HOUSE.rglob("*.py"))]:
        source = io.BytesIO(_python_of(path).encode("utf-8"))
        for _, message, _, _ in extract("python", source, KEYWORDS, options={"encoding": "utf-8"}):
            singular = message[0] if isinstance(message, tuple) else message
            found[singular] = path.name
    return found
