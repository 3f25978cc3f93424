"""The texts that the cells of a workbook share.

Invariant: beyond the first few megabytes the texts lie in a file, and memory holds eight bytes for each, however long
they are.
"""

from __future__ import annotations

import re
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from quanxin.engine.characters import sound
from quanxin.intake.reading.result import CELL_LIMIT
from quanxin.intake.reading.xlsx.package import Package, corrupt, local, new_parser

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_NEAR = 1 << 24  # characters that stay in memory
_EACH = 50  # what a text takes beside its characters


class Strings:
    """The shared texts by number."""

    def __init__(self, file: IO[bytes]) -> None:
        self._near: list[str] = []
        self._room = _NEAR
        self._file = file
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        """The next text."""
        if self._room > 0:
            self._room -= len(text) + _EACH
            self._near.append(text)
        else:
            written = text.encode()
            self._file.write(written)
            self._ends.append(self._ends[-1] + len(written))

    def __getitem__(self, number: int) -> str:
        """Raises ``IntakeError`` if there are not so many."""
        if number < len(self._near):
            return self._near[number]
        far = number - len(self._near)
        if far >= len(self._ends) - 1:
            raise corrupt(f"没有第 {number} 条共享文本", f"there is no shared string {number}")
        begin, end = self._ends[far], self._ends[far + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode()


@contextmanager
def strings_in(workdir: Path) -> Iterator[Strings]:
    """No texts yet; those beyond the first will lie in a file of the folder."""
    with tempfile.TemporaryFile("w+b", dir=workdir) as file:
        yield Strings(file)


def read_strings(package: Package, name: str, into: Strings) -> None:
    """Read the part with the shared texts: what is written in its runs, without the reading aids beside them."""
    texts: list[str] = []
    size, phonetic, within = 0, 0, False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal size, phonetic, within
        tag = local(tag)
        if tag == "si":
            texts.clear()
            size = 0
        elif tag == "rPh":
            phonetic += 1
        elif tag == "t":
            within = not phonetic

    def data(text: str) -> None:
        nonlocal size
        if within:
            size += len(text)
            if size > CELL_LIMIT:
                raise corrupt(
                    f"一条共享文本超过 {CELL_LIMIT} 字节", f"a shared string is longer than {CELL_LIMIT} bytes"
                )
            texts.append(text)

    def end(tag: str) -> None:
        nonlocal phonetic, within
        tag = local(tag)
        if tag == "si":
            into.add(unescaped("".join(texts)))
        elif tag == "rPh":
            phonetic -= 1
        elif tag == "t":
            within = False

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    package.parse(name, parser)


def unescaped(text: str) -> str:
    """A text with the characters that XML cannot hold, which are written ``_x000D_``."""
    if "_x" not in text:
        return text
    return sound(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
