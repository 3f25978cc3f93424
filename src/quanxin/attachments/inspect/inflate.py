"""Unpacking that only counts.

Invariant: never more than a small piece is held, and unpacking ends the moment the limit is passed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from quanxin.attachments.inspect.refusal import bomb, damaged

_PIECE = 1 << 16


def pieces(packed: bytes, *, most: int, bits: int = zlib.MAX_WBITS) -> Iterator[bytes]:
    """Unpack a deflate stream piece by piece.

    ``Refusal`` when it unpacks to more than ``most`` bytes, is broken, breaks off, or is followed by something else.
    """
    stream, total, at = zlib.decompressobj(bits), 0, 0
    view = memoryview(packed)
    try:
        while not stream.eof:
            fed = stream.unconsumed_tail or view[at : at + _PIECE]
            at += 0 if stream.unconsumed_tail else len(fed)
            piece = stream.decompress(fed, _PIECE)
            if not piece and not stream.eof and not stream.unconsumed_tail and at >= len(view):
                raise damaged("压缩数据不完整", "the packed data break off")
            total += len(piece)
            if total > most:
                limit = f"{most / (1 << 20):.1f} MB"
                raise bomb(f"超过 {limit}", f"more than {limit}")
            yield piece
    except zlib.error as error:
        raise damaged("压缩数据有误", "the packed data are broken") from error
    if stream.unused_data or at < len(view):
        raise damaged("压缩数据之后还有数据", "something follows the packed data")


def inflated(packed: bytes, *, most: int) -> int:
    """How many bytes a zlib stream unpacks to; ``Refusal`` as ``pieces``."""
    return sum(map(len, pieces(packed, most=most)))
