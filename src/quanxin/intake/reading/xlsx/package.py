"""The zip of a workbook and the XML in it, unpacked piece by piece.

Invariant: no more than the limit is ever unpacked of a workbook's parts; XML with a document type, and so with
entities, is refused; whatever is wrong with zip or XML is an ``IntakeError``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from quanxin.intake.errors import IntakeError, amount
from quanxin.policy.model import Text

CHUNK = 1 << 16
_ENCRYPTED = 1


class Package:
    """The parts of a workbook by name. Raises ``IntakeError`` beyond ``limit`` bytes unpacked."""

    def __init__(self, archive: ZipFile, limit: int) -> None:
        self._archive = archive
        self._parts: dict[str, ZipInfo] = {}
        for part in archive.infolist():
            if part.filename.casefold() in self._parts:
                raise corrupt(f"{part.filename} 重复", "is there twice")
            if part.flag_bits & _ENCRYPTED:
                raise IntakeError("file-encrypted")
            self._parts[part.filename.casefold()] = part
        size = sum(part.file_size for part in self._parts.values())
        if size > limit:
            raise IntakeError("file-too-large", size=amount(size), limit=amount(limit))

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        """A part's bytes, unpacked as they are read: never more than its declared size, which the limit covers."""
        found = self._parts.get(name.casefold())
        if found is None:
            raise corrupt(f"缺少 {name}", f"{name} is missing")
        if found.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise corrupt(f"{name}：压缩方式 {found.compress_type}", f"compression {found.compress_type}")
        with self._archive.open(found) as part:
            yield part

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part's bytes, a piece at a time."""
        with self.part(name) as part:
            while piece := part.read(CHUNK):
                yield piece

    def parse(self, name: str, parser: expat.XMLParserType) -> None:
        """Feed a part to a parser to its end."""
        for piece in self.pieces(name):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


@contextmanager
def package(path: Path, limit: int) -> Iterator[Package]:
    """The parts of a workbook's file; what is wrong with its zip or its XML is raised as ``IntakeError``."""
    try:
        # the file is ours to close: a part that somebody stopped reading half-way would keep the archive's own open
        with path.open("rb") as file, ZipFile(file) as archive:
            yield Package(archive, limit)
    except expat.ExpatError as error:
        raise corrupt(f"XML：{error}") from error
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise corrupt(str(error)) from error


def new_parser() -> expat.XMLParserType:
    """A parser that refuses document types; texts come whole or in large pieces."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = CHUNK
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


def local(name: str) -> str:
    """An element's or attribute's name without its prefix: writers choose the prefix, if any."""
    return name.rpartition(":")[2] if ":" in name else name


def corrupt(zh: str, en: str = "") -> IntakeError:
    """The error of a file that is not what it should be."""
    return IntakeError("file-corrupt", reason=Text(zh=zh, en=en or zh))


def _refuse_doctype(*_: object) -> None:
    raise corrupt("XML 中有文档类型定义", "the XML has a document type")
