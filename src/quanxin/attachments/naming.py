"""Names of files as people see them.

Invariant: a cleaned name holds no folder, no character that cannot be seen or that turns the direction of writing, no
character that a file system refuses, and ends as its content says; cleaning it again changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from quanxin.attachments.inspect import magic

ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {magic.PDF: ("pdf",), magic.JPEG: ("jpg", "jpeg"), magic.PNG: ("png",), magic.DOCX: ("docx",), magic.OFD: ("ofd",)}
)
_LONGEST = 120  # characters, the ending included
_BYTES = 240  # what most file systems allow is 255
_NAMELESS = "附件"
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.I)


def cleaned(name: str, content_type: str) -> str:
    """``name`` as it may be shown and saved under, with the ending that its content has."""
    text = unicodedata.normalize("NFC", name.encode(errors="replace").decode())
    text = re.split(r"[\\/]", text)[-1]
    text = "".join(
        char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    text = re.sub(r'[<>:"|?*\ufffd]', "_", text)
    text = re.sub(r"\s+", " ", text).rstrip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot or ending.lower() not in ENDINGS[content_type]:
        stem, ending = text, ENDINGS[content_type][0]
    stem = stem[: _LONGEST - len(ending) - 1].encode()[: _BYTES - len(ending) - 1].decode(errors="ignore").strip(" .")
    if _DEVICES.match(stem):
        stem = "_" + stem
    return f"{stem or _NAMELESS}.{ending.lower()}"
