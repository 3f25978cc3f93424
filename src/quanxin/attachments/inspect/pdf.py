"""PDF (ISO 32000): opens without a password, has pages, and neither acts nor carries files.

Invariant: looked at twice, as a reader follows it (objects by pypdf, packed ones too) and as it lies there (every name
in its bytes and in its object streams), because a reader that repairs a file finds objects that no table lists.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from quanxin.attachments.inspect.inflate import pieces
from quanxin.attachments.inspect.refusal import Refusal, bomb, damaged, foreign

MOST_OBJECTS = 200_000
MOST_UNPACKED = 1 << 30
_MOST_OBJECT_STREAM = 64 << 20

_ACTS = {"/JavaScript", "/Launch", "/ImportData", "/GoToE", "/Rendition", "/RichMediaExecute"}
_BY_ITSELF = {"/GoTo", "/Named", ""}  # what may happen without a click: turning to a page
_ACTIVE_KEYS = {"/JS": "JavaScript", "/JavaScript": "JavaScript", "/XFA": "XFA"}
_CARRYING_KEYS = {"/EmbeddedFiles": "EmbeddedFiles", "/EF": "EmbeddedFile", "/RichMediaContent": "RichMedia"}
_CARRYING_TYPES = {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
# Names long enough that packed bytes do not hold them by chance.
_RAW_ACTIVE = {b"JavaScript", b"Launch", b"ImportData", b"RichMediaExecute", b"GoToE"}
_RAW_CARRYING = {b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"FileAttachment"}
_NAME = re.compile(rb"/([!-$&'*-.0-;=?-Z\\^-z|~]{2,120})")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_LAST = b"%%EOF"


def pdf(data: bytes) -> None:
    """Check a PDF."""
    end = data.rfind(_LAST)
    if end < 0:
        raise damaged("PDF 没有结束标记", "the PDF has no end marker")
    rest = data[end + len(_LAST) :].strip(b"\r\n\t\x00 \x0c")
    if rest:
        raise Refusal("attachment-trailing", bytes=len(rest))
    if data.find(b"%PDF-", data.find(_LAST)) >= 0:
        raise foreign("另一个 PDF", "another PDF")
    _names(data)
    _objects(data)


def _names(data: bytes) -> None:
    """Every name in the file as it lies there, and in whatever unpacks as an object stream."""
    for name in _found(data):
        if name == b"ObjStm":
            break
    else:
        return
    for match in _STREAM.finditer(data):
        stream, unpacked = zlib.decompressobj(), b""
        try:
            head = stream.decompress(data[match.end() : match.end() + 512], 256)
            if not head[:1].isdigit():  # an object stream begins with pairs of numbers
                continue
            stream = zlib.decompressobj()
            unpacked = stream.decompress(data[match.end() :], _MOST_OBJECT_STREAM)
        except zlib.error:
            continue
        for _ in _found(unpacked):
            pass


def _found(data: bytes) -> Iterator[bytes]:
    """Yield the names in a piece with their escapes undone; ``Refusal`` at one that acts or carries."""
    for match in _NAME.finditer(data):
        name = match[1]
        if b"#" in name:
            name = _ESCAPE.sub(lambda two: bytes.fromhex(two[1].decode()), name)
        if name in _RAW_ACTIVE:
            raise Refusal("attachment-pdf-active", what=name.decode())
        if name in _RAW_CARRYING:
            raise Refusal("attachment-pdf-embedded", what=name.decode())
        yield name


def _objects(data: bytes) -> None:
    """Every object that the file's tables list or that can be reached, by pypdf."""
    logging.disable()  # what pypdf forgives is not ours to tell
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refusal("attachment-encrypted")
        if not len(reader.pages):
            raise damaged("PDF 没有页面", "the PDF has no pages")
        _walk(reader)
    except (Refusal, MemoryError):
        raise
    except RecursionError as error:
        raise Refusal("attachment-too-complex") from error
    except Exception as error:  # pypdf meets broken files with many exceptions
        said = type(error).__name__
        raise damaged(f"PDF 结构有误（{said}）", f"the PDF's structure is broken ({said})") from error


def _walk(reader: PdfReader) -> None:
    listed = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    listed |= {(number, 0) for number in reader.xref_objStm}
    if len(listed) > MOST_OBJECTS:
        raise Refusal("attachment-too-complex")
    composed = (IndirectObject, DictionaryObject, ArrayObject)
    waiting: list[Any] = [reader.trailer]
    waiting += [IndirectObject(number, generation, reader) for number, generation in sorted(listed)]
    seen, left = set[tuple[int, int]](), MOST_UNPACKED
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place in seen:
                continue
            seen.add(place)
            found = reader.get_object(found)
        if isinstance(found, StreamObject):
            left -= _unpacked(found, left)
        if isinstance(found, DictionaryObject):
            _inert(found)
            waiting += [value for value in found.values() if isinstance(value, composed)]
        elif isinstance(found, ArrayObject):
            waiting += [value for value in found if isinstance(value, composed)]


def _inert(found: DictionaryObject) -> None:
    """``Refusal`` if a dictionary is an action that is not taken, or a file or medium within the file."""
    for key in found:
        if key in _ACTIVE_KEYS:
            raise Refusal("attachment-pdf-active", what=_ACTIVE_KEYS[key])
        if key in _CARRYING_KEYS:
            raise Refusal("attachment-pdf-embedded", what=_CARRYING_KEYS[key])
    does = _plain(found, "/S")
    if does in _ACTS:
        raise Refusal("attachment-pdf-active", what=does[1:])
    for key in ("/Type", "/Subtype"):
        if (what := _plain(found, key)) in _CARRYING_TYPES:
            raise Refusal("attachment-pdf-embedded", what=what[1:])
    of_events = _inner(found, "/AA")
    for opens in (_inner(found, "/OpenAction"), *(_inner(of_events, event) for event in of_events)):
        if (does := _plain(opens, "/S")) not in _BY_ITSELF:
            raise Refusal("attachment-pdf-active", what=does[1:])


def _inner(found: DictionaryObject, key: str) -> DictionaryObject:
    value = found[key] if key in found else None  # noqa: SIM401  [] follows a reference, get does not
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def _plain(found: DictionaryObject, key: str) -> str:
    value = found[key] if key in found else None  # noqa: SIM401
    return str(value) if isinstance(value, NameObject) else ""


def _unpacked(found: StreamObject, most: int) -> int:
    """How much a deflated stream unpacks to, as far as a viewer would go; a stream packed twice is refused."""
    filters = found.get("/Filter")
    packing = [str(one.get_object()) for one in filters] if isinstance(filters, ArrayObject) else [str(filters)]
    deflated = [one for one in packing if one in ("/FlateDecode", "/Fl")]
    if len(deflated) > 1:
        raise bomb("同一数据流压缩了两次", "a stream is packed twice")
    if not deflated or packing[0] not in ("/FlateDecode", "/Fl"):
        return 0
    size = 0
    try:
        for piece in pieces(found._data, most=most):
            size += len(piece)
    except Refusal as refusal:
        if refusal.code == "attachment-bomb":
            raise bomb(f"超过 {MOST_UNPACKED >> 20} MB", f"more than {MOST_UNPACKED >> 20} MB") from refusal
    return size  # a stream that is broken, or followed by a line end, is as far as viewers read it
