"""A text file as plain UTF-8: unpacked and transcoded piece by piece where it is not that already.

Invariant: no character is guessed, and none replaced but NUL, by what shows it; a byte that the encoding does not know
ends the reading with its line.
Memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import gzip
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

from quanxin.engine.characters import NUL_SHOWN
from quanxin.intake.errors import IntakeError, amount
from quanxin.intake.reading.bounds import bounds
from quanxin.intake.reading.detect import bom_of, encoding_of, head_of, is_packed, opened

_CHUNK = 1 << 20
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_MARKS = {"utf-8": 3, "utf-16-le": 2, "utf-16-be": 2, "": 0}
# How much larger the text of a gzip file is than the file, and how often text lies on the disk while it is worked on.
_UNPACKED = 8
_COPIES = 2


@dataclass(frozen=True, slots=True)
class Plain:
    """A text that DuckDB and Python can open by ``path`` as UTF-8; ``encoding`` is what the department wrote.

    ``copied`` says that all of it was decoded on the way; otherwise only its head is known to be UTF-8.
    """

    path: Path
    encoding: str
    copied: bool


def plain(path: Path, workdir: Path) -> Plain:
    """The text of ``path`` as UTF-8: the file itself behind a link (a name without letters that mean something in a
    glob), or a copy in ``workdir``.

    Raises ``IntakeError`` for text in no known encoding, a damaged gzip and a disk without the room.
    """
    packed, encoding = is_packed(path), encoding_of(head_of(path))
    copied = packed or encoding != "utf-8"
    room(workdir, path.stat().st_size * (_UNPACKED if packed else 1) * (_COPIES + copied))
    if not copied and _holds_nul(path):
        copied, encoding = True, encoding_of(_first_fault(path) or b"")
        room(workdir, path.stat().st_size * (_COPIES + copied))
    if copied:
        return _copy(path, encoding, workdir)
    link = workdir / "input.txt"
    link.unlink(missing_ok=True)
    link.symlink_to(path.resolve())
    return Plain(link, _NAMES[encoding], copied=False)


def whole(text: Plain, workdir: Path) -> Plain:
    """The same text, known to be UTF-8 to its end; raises ``IntakeError`` naming the line of a damaged byte."""
    fault = None if text.copied else _first_fault(text.path)
    if fault is None:
        return text
    return _copy(text.path, encoding_of(fault), workdir)


def room(workdir: Path, size: int) -> None:
    """Raise ``IntakeError`` if the disk has no room for ``size`` bytes."""
    free = shutil.disk_usage(workdir).free
    if free < size:
        raise IntakeError("disk-full", path=workdir, needed=amount(size), free=amount(free))


def _holds_nul(path: Path) -> bool:
    """Whether there is a NUL byte: such a file is copied, so that the row that has it shows it."""
    with path.open("rb") as file:
        return any(b"\0" in chunk for chunk in iter(lambda: file.read(_CHUNK), b""))


def _first_fault(path: Path) -> bytes | None:
    """The first piece with a byte that is not UTF-8 (None: there is none), after the first piece that shows what
    language the file is in: text that was UTF-8 so far is UTF-8 with a damaged byte."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    seen = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return seen + chunk
            if not seen and not chunk.isascii():
                seen = chunk
    return seen if decoder.getstate()[0] else None


def _copy(path: Path, encoding: str, workdir: Path) -> Plain:
    out = workdir / "input.utf8"
    decoder = codecs.getincrementaldecoder(encoding)()
    mark, line, size = _MARKS[bom_of(head_of(path))], 1, 0
    try:
        with opened(path) as file, out.open("wb") as target:
            file.seek(mark)
            while chunk := file.read(_CHUNK):
                text = _decoded(decoder, chunk, line, encoding)
                line += text.count("\n")
                size += len(plainly := text.replace("\0", NUL_SHOWN).encode())
                bounds().expect_bytes(size)
                target.write(plainly)
            _decoded(decoder, b"", line, encoding)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise IntakeError("file-corrupt", reason=str(error)) from error
    return Plain(out, _NAMES[encoding], copied=True)


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, line: int, encoding: str) -> str:
    """The text of a piece; raises ``IntakeError`` naming the line of the first byte that does not fit."""
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].count("\n".encode(encoding))
        raise IntakeError(
            "file-encoding", line=line + before, encoding=_NAMES[encoding], byte=f"{error.object[error.start]:02X}"
        ) from error
