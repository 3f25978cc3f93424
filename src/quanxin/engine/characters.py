"""Characters that no record may hold, and those that only the fonts of one office show.

Invariant: what stands for a character that no database holds is itself such a character, so that a row is held wherever
it was read; the classes are closed ranges, the same in Python, RE2 and Java, and follow no version of Unicode.
"""

from __future__ import annotations

import re

# What readers leave in the place of a NUL, and of half a character (a surrogate without its other half).
NUL_SHOWN, HALF_SHOWN = "␀", "␦"

# Controls but for tab, line feed and carriage return; what is no character by definition; what stands for either.
_HELD = (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0x2400, 0x2400), (0x2426, 0x2426), (0xFDD0, 0xFDEF),
    *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)  # fmt: skip
# Private use, and what a program wrote where it could not read a character.
_PRIVATE = ((0xE000, 0xF8FF), (0xFFFD, 0xFFFD), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


def _class(*ranges: tuple[int, int]) -> str:
    """A character class as RE2 and Java read it."""
    return "[" + "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges) + "]"


HELD, PRIVATE, ODD = _class(*_HELD), _class(*_PRIVATE), _class(*_HELD, *_PRIVATE)
_ODD = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in (*_HELD, *_PRIVATE)) + "]")
_HALF = re.compile("[\ud800-\udfff]")
_CALLED = {NUL_SHOWN: "U+0000", HALF_SHOWN: "U+D800–DFFF"}


def sound(text: str) -> str:
    """A text as databases and files can hold it: two halves are their character, NUL and a half alone are marked."""
    if text.isprintable():  # neither a NUL nor half a character is
        return text
    text = text.replace("\0", NUL_SHOWN)
    if _HALF.search(text):
        text = _HALF.sub(HALF_SHOWN, text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"))
    return text


def odd(text: str) -> str:
    """The code points of what is odd in a text, each once: ``U+0001、U+E000``; "" where nothing is."""
    return "、".join(dict.fromkeys(_CALLED.get(c) or f"U+{ord(c):04X}" for c in _ODD.findall(text)))
