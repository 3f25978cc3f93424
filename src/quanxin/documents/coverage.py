"""Which characters a font has, from its own table of them (OpenType ``cmap``, formats 4 and 12).

Invariant: a character that is said to be there has a glyph.
"""

from __future__ import annotations

import struct


def characters_of(font: bytes) -> set[int]:
    """The code points for which a font has a glyph."""
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", table, 2)
    offsets = {struct.unpack_from(">I", table, 4 + 8 * one + 4)[0] for one in range(count)}
    found: set[int] = set()
    for start in offsets:
        (form,) = struct.unpack_from(">H", table, start)
        if form == 12:
            found |= _groups(table[start:])
        elif form == 4:
            found |= _segments(table[start:])
    return found


def _table(font: bytes, name: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for one in range(count):
        tag, _sum, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * one)
        if tag == name:
            return font[offset : offset + length]
    return b"\0\0\0\0"


def _groups(table: bytes) -> set[int]:
    (count,) = struct.unpack_from(">I", table, 12)
    found: set[int] = set()
    for one in range(count):
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * one)
        found.update(range(first + (glyph == 0), last + 1))
    return found


def _segments(table: bytes) -> set[int]:
    count = struct.unpack_from(">H", table, 6)[0] // 2
    numbers = [struct.unpack_from(f">{count}H", table, 14 + 2 * count * part + 2 * (part > 0)) for part in range(4)]
    ends, starts, deltas, ranges = numbers
    found: set[int] = set()
    for n, (end, start, delta, offset) in enumerate(zip(ends, starts, deltas, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                where = 16 + 6 * count + 2 * n + offset + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", table, where)
            if glyph and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found
