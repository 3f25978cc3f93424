"""JPEG and PNG: whole, of bearable size, and nothing but pictures.

Invariant: every byte belongs to the structure of the format; what a viewer would unpack was unpacked here, in small
pieces, and counted.
"""

from __future__ import annotations

import re
import struct
import zlib

from quanxin.attachments.inspect import magic
from quanxin.attachments.inspect.inflate import inflated
from quanxin.attachments.inspect.refusal import Refusal, damaged, foreign

MOST_PIXELS = 100_000_000
_MOST_UNPACKED = 512 << 20
_MOST_TEXT = 8 << 20  # unpacked, of one colour profile or text
_MOST_PICTURES = 16
_MOST_PARTS = 50_000  # segments or chunks of one picture
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SOI, _EOI, _SOS, _DQT, _APP2 = 0xD8, 0xD9, 0xDA, 0xDB, 0xE2

_CRITICAL = (b"IHDR", b"PLTE", b"IEND")
_BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def jpeg(data: bytes) -> None:
    """Check a JPEG. A phone's picture may be followed by others that its first one announces (CIPA DC-007)."""
    end, announced = _one_jpeg(data, 0)
    for _ in range(_MOST_PICTURES):
        rest = len(data) - end
        if not rest or not data[end:].strip(b"\x00"):
            return
        start = data.find(b"\xff\xd8\xff", end)
        if not announced or start < 0 or data[end:start].strip(b"\x00"):
            raise Refusal("attachment-trailing", bytes=rest)
        end, _more = _one_jpeg(data, start)
    raise Refusal("attachment-trailing", bytes=len(data) - end)


def _one_jpeg(data: bytes, start: int) -> tuple[int, bool]:
    """Walk one picture from its start marker; return where it ends, and whether it announces others."""
    at, seen, announces = start + 2, set[int](), False
    for _ in range(_MOST_PARTS):
        marker, at = _marker(data, at)
        if marker == _EOI:
            if not {_SOS, _DQT} <= seen or not seen & _FRAMES:
                raise damaged("JPEG 中没有图像", "the JPEG has no picture")
            return at, announces
        if marker in (0x01, _SOI) or 0xD0 <= marker <= 0xD7:
            raise damaged("JPEG 标记次序有误", "a JPEG marker is out of place")
        if len(data) < at + 2 or (size := int.from_bytes(data[at : at + 2])) < 2 or len(data) < at + size:
            raise damaged("JPEG 不完整", "the JPEG breaks off")
        body = data[at + 2 : at + size]
        at += size
        if marker in _FRAMES:
            _frame(body)
        elif marker >= 0xE0:
            _metadata(body)
            announces = announces or (marker == _APP2 and body.startswith(b"MPF\x00"))
        seen.add(marker)
        if marker == _SOS:
            found = _NEXT_MARKER.search(data, at)
            if found is None:
                raise damaged("JPEG 不完整", "the JPEG breaks off")
            at = found.start()
    raise Refusal("attachment-too-complex")


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, past fill bytes, and the place behind it."""
    if data[at : at + 1] != b"\xff":
        raise damaged("JPEG 结构有误", "the JPEG's structure is broken")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data) or data[at] == 0:
        raise damaged("JPEG 不完整", "the JPEG breaks off")
    return data[at], at + 1


def _frame(body: bytes) -> None:
    if len(body) < 6:
        raise damaged("JPEG 帧头有误", "the JPEG's frame header is broken")
    _bearable(*reversed(struct.unpack_from(">HH", body, 1)))


def _metadata(body: bytes) -> None:
    """What stands in a picture's margins: no page, no script, no archive."""
    magic.clean_text(body)
    _no_host(body)
    _no_host(body[body.find(b"\x00") + 1 :])  # after the segment's own name


def _no_host(part: bytes) -> None:
    if (what := magic.host(part)) and not part.startswith(b"#!"):
        raise foreign(*what)


def _bearable(width: int, height: int) -> None:
    if not width or not height:
        raise damaged("图片的宽或高为零", "the picture has no width or no height")
    if width * height > MOST_PIXELS:
        raise Refusal("attachment-pixels", width=width, height=height)


def png(data: bytes) -> None:
    """Check a PNG: every chunk and its check sum, and that the picture unpacks to exactly its size."""
    at, last, pieces, parts = 8, b"", list[bytes](), 0
    while at < len(data):
        if (parts := parts + 1) > _MOST_PARTS:
            raise Refusal("attachment-too-complex")
        if len(data) < at + 12:
            raise damaged("PNG 不完整", "the PNG breaks off")
        size, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        check = data[at + 8 + size : at + 12 + size]
        if len(check) < 4 or zlib.crc32(name + body) != int.from_bytes(check):
            raise damaged("PNG 不完整或校验和不符", "the PNG breaks off or a check sum is wrong")
        at += 12 + size
        if name == b"IDAT" and pieces and last != b"IDAT":
            raise damaged("PNG 图像数据不连续", "the PNG's picture is not in one piece")
        if (name == b"IHDR") != (not last) or (name == b"IHDR" and len(body) != 13):
            raise damaged("PNG 头部有误", "the PNG's header is broken")
        if name == b"IDAT":
            pieces.append(body)
        elif name not in _CRITICAL:
            _beside(name, body)
        last = name
        if name == b"IEND":
            break
    if not pieces or last != b"IEND" or body:
        raise damaged("PNG 不完整", "the PNG breaks off")
    if at != len(data):
        raise Refusal("attachment-trailing", bytes=len(data) - at)
    expected = _expected(data[16:29])
    if inflated(b"".join(pieces), most=expected) != expected:
        raise damaged("PNG 图像数据不完整", "the PNG's picture is incomplete")


def _beside(name: bytes, body: bytes) -> None:
    """A chunk beside the picture: text, a profile, a time; what is packed in it unpacks to little."""
    if not name.isalpha() or not name[0] & 0x20:
        raise damaged(f"PNG 中有未知的数据块 {name!r}", f"the PNG has an unknown chunk {name!r}")
    if name in (b"iCCP", b"zTXt"):
        inflated(body[body.find(b"\x00") + 2 :], most=_MOST_TEXT)
    elif name == b"iTXt" and body[body.find(b"\x00") + 1 :][:1] == b"\x01":
        inflated(body.split(b"\x00", 1)[1][2:].split(b"\x00", 2)[-1], most=_MOST_TEXT)
    _metadata(body)


def _expected(header: bytes) -> int:
    """How many bytes the picture unpacks to, by its header."""
    width, height, bits, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", header)
    _bearable(width, height)
    if bits not in _BITS.get(colour, ()) or packing or filtering or interlaced > 1:
        raise damaged("PNG 头部有误", "the PNG's header is broken")
    pixel = bits * _SAMPLES[colour]
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    size = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + -(-columns * pixel // 8))
    if size > _MOST_UNPACKED:
        raise Refusal("attachment-pixels", width=width, height=height)
    return size
