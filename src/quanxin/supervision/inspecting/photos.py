"""Photos from the spot, without what a camera writes beside the picture: place, time, device.

Invariant: what is kept holds the picture and nothing beside it; what is no JPEG or PNG is refused before it is kept.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from quanxin.accounts import Actor
from quanxin.attachments.accept import accept
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment, Kind
from quanxin.runtime.language import in_words
from quanxin.supervision.inspecting.errors import InspectionError

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_SHOWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"sRGB"})  # chunks that make the picture
_SOS, _KEPT_SEGMENTS = (
    0xDA,
    frozenset({0xE0, 0xEE}),
)  # JFIF and Adobe say how colours are meant; the rest is about the maker


def keep(actor: Actor, photo: UploadedFile[Any], subject: int) -> Attachment:
    """Keep a photo that an inspector took at a subject's. Raises ``InspectionError`` for what is no photo."""
    name = photo.name or "photo"
    photo.seek(0)
    data = photo.read()
    try:
        if not data.startswith((JPEG, PNG)):
            raise AttachmentError("attachment-type", found="其他文件", found_en="another kind")
        return accept(actor, BytesIO(bare(data)), name=name, kind=Kind.OTHER, subject_id=subject)
    except AttachmentError as error:
        raise InspectionError("photo-none", name=name, why=in_words(error)) from error


def bare(data: bytes) -> bytes:
    """A JPEG or PNG without anything beside its picture; as it is where its structure is broken, which the inspection of
    attachments then finds."""
    try:
        return _bare_png(data) if data.startswith(PNG) else _bare_jpeg(data)
    except (IndexError, ValueError):
        return data


def _bare_png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] in _SHOWN:
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, data[at:]])


def _bare_jpeg(data: bytes) -> bytes:
    kept, at = [data[:2]], 2
    while at < len(data):
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        beside = (0xE0 <= marker <= 0xEF and marker not in _KEPT_SEGMENTS) or marker == 0xFE
        if not beside:
            kept.append(data[at:end])
        at = end
        if marker == _SOS:
            kept.append(_one_picture(data[at:]))
            return b"".join(kept)
    raise ValueError("no picture")


def _one_picture(rest: bytes) -> bytes:
    """The scans up to the end of the first picture: previews that a phone puts behind it go, and what they say with them."""
    at = 0
    while (at := rest.find(b"\xff", at)) >= 0 and at + 1 < len(rest):
        if rest[at + 1] == 0xD9:
            return rest[: at + 2]
        at += 1 if rest[at + 1] == 0xFF else 2
    return rest
