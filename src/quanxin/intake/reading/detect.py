"""What a file is, judged by its content: a name's ending is only a habit.

Invariant: what is not a table is refused by what it is (a PDF, a web page saved as .xls, a picture), before anything is
written; text is decoded by an encoding that fits all of it, and UTF-8 with a damaged byte is never read as GB18030.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from enum import StrEnum
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from quanxin.intake.errors import IntakeError
from quanxin.policy.model import Text

HEAD = 1 << 20


class Format(StrEnum):
    """The formats that a department may hand in."""

    DELIMITED = "csv"
    WORKBOOK = "xlsx"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


# First bytes of what is handed in by mistake.
_STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "这是 PDF 文件", "it is a PDF"),
    (b"Rar!", "这是 RAR 压缩包", "it is a RAR archive"),
    (b"7z\xbc\xaf", "这是 7z 压缩包", "it is a 7z archive"),
    (b"\x89PNG", "这是图片", "it is a picture"),
    (b"\xff\xd8\xff", "这是图片", "it is a picture"),
    (b"GIF8", "这是图片", "it is a picture"),
    (b"BM6", "这是图片", "it is a picture"),
    (b"\x7fELF", "这是程序文件", "it is a program"),
    (b"MZ", "这是程序文件", "it is a program"),
    (b"SQLite format 3", "这是数据库文件", "it is a database"),
    (b"BZh", "这是 bzip2 压缩文件", "it is compressed with bzip2"),
    (b"\xfd7zXZ", "这是 xz 压缩文件", "it is compressed with xz"),
    (b"(\xb5/\xfd", "这是 zstd 压缩文件", "it is compressed with zstd"),
)
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<head", b"<meta", b"<?xml", b"<style")
_ARRAY = re.compile(rb"\[\s*(?:\{|$)")
_NULS = 16  # bytes that stand for each NUL in a text at least; a binary has more of them
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def detect(path: Path) -> Format:
    """The format of a file; raises ``IntakeError`` for an empty file and for what is no table, or ``OSError``."""
    head = head_of(path)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        what = (
            ("文件为空", "it is empty") if not head.strip(b" \t\r\n\xef\xbb\xbf") else ("全是空字节", "only NUL bytes")
        )
        raise IntakeError("file-empty", what=what[0], what_en=what[1])
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return _workbook_in_zip(path)
    if head.startswith(_OLE):
        raise _ole(path)
    refuse_strangers(head)
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if _ARRAY.match(text):
        raise IntakeError("file-json-array")
    return Format.JSON_LINES if text[:1] in (b"{", b"[") else Format.DELIMITED


def head_of(path: Path) -> bytes:
    """The first mebibyte, unpacked if the file is gzip."""
    with opened(path) as file:
        try:
            return file.read(HEAD)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise IntakeError("file-corrupt", reason=str(error)) from error


def opened(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked if it is gzip."""
    return gzip.GzipFile(path) if is_packed(path) else path.open("rb")  # type: ignore[return-value]


def is_packed(path: Path) -> bool:
    """Whether the file is gzip."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def refuse_strangers(head: bytes) -> None:
    """Raise ``IntakeError`` if these are the first bytes of something that is no table."""
    for magic, zh, en in _STRANGERS:
        if head.startswith(magic):
            raise IntakeError("file-not-tabular", what=zh, what_en=en)
    if head.removeprefix(codecs.BOM_UTF8).lstrip()[:9].lower().startswith(_MARKUP):
        raise IntakeError(
            "file-not-tabular",
            what="这是网页或 XML（常见于“另存为 .xls”的网页表格）",
            what_en="it is a web page or XML, as web tables saved as .xls are",
        )
    if not bom_of(head).startswith("utf-16") and head.count(b"\0") * _NULS > len(head):
        raise IntakeError("file-not-tabular", what="这是二进制文件", what_en="it is binary")


def bom_of(head: bytes) -> str:
    """The encoding that a byte order mark announces, or ''."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), "")


def encoding_of(sample: bytes) -> str:
    """``utf-8``, ``utf-16-le``, ``utf-16-be`` or ``gb18030``: what fits a sample of a text best.

    Without a mark, text that is not UTF-8 is GB18030, unless it is UTF-8 with few damaged bytes: then it stays UTF-8
    and the damage is reported where it is.
    """
    if marked := bom_of(sample):
        return marked
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    damaged = text.count("\ufffd")
    sound = sum(c > "\x7f" for c in text) - damaged if damaged else 0
    return "utf-8" if damaged * 10 <= sound else "gb18030"


def _workbook_in_zip(path: Path) -> Format:
    try:
        with ZipFile(path) as parts:
            names = set(parts.namelist())
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise IntakeError("file-corrupt", reason=Text(zh="工作簿（zip）不完整", en="incomplete zip")) from error
    if "xl/workbook.xml" in names:
        return Format.WORKBOOK
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise _other_workbook()
    if "word/document.xml" in names:
        raise IntakeError("file-not-tabular", what="这是 Word 文档", what_en="it is a Word document")
    raise IntakeError("file-not-tabular", what="这是 ZIP 压缩包", what_en="it is a ZIP archive")


def _ole(path: Path) -> IntakeError:
    """Why a file of the older office programs is not read."""
    content = path.read_bytes() if path.stat().st_size < 1 << 28 else b""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return IntakeError("file-encrypted")
    if "WordDocument".encode("utf-16-le") in content:
        return IntakeError("file-not-tabular", what="这是 Word 文档", what_en="it is a Word document")
    return _other_workbook()


def _other_workbook() -> IntakeError:
    """Formats whose number formats are not read: what a number in a cell is would be a guess."""
    return IntakeError(
        "file-not-tabular",
        what="这是 .xls、.xlsb 或 .ods 工作簿，请另存为 .xlsx",
        what_en="it is an .xls, .xlsb or .ods workbook; save it as .xlsx",
    )
