"""What the bytes at certain places say.

Invariant: a kind is told by its signature at byte 0; a second kind's signature where a reader of that kind would look
for it makes a polyglot, and a polyglot is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from quanxin.attachments.inspect.refusal import Refusal, foreign

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OFD = "application/ofd"
ZIP = "application/zip"  # not taken itself: DOCX and OFD are zips

_TAKEN = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"PK\x03\x04", ZIP))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_HEIC = re.compile(rb"....ftyp(?:heic|heix|hevc|heim|heis|mif1|msf1|avif|avis)", re.S)
_PDF_HEADER_WITHIN = 1024  # readers look for a PDF's header that far
_ZIP_END_WITHIN = 22 + 65535  # and for a zip's end that far from the end of the file
_HEAD = 4096

# What is never a part of an attachment, by the bytes it begins with.
_HOSTS = (
    (b"PK\x03\x04", "ZIP 压缩包", "a zip archive"), (b"PK\x05\x06", "ZIP 压缩包", "a zip archive"),
    (b"Rar!\x1a\x07", "RAR 压缩包", "a RAR archive"), (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b\x08", "gzip 压缩包", "a gzip archive"), (b"\xfd7zXZ\x00", "xz 压缩包", "an xz archive"),
    (b"BZh", "bzip2 压缩包", "a bzip2 archive"), (b"\x28\xb5\x2f\xfd", "zstd 压缩包", "a zstd archive"),
    (b"MSCF\x00\x00\x00\x00", "CAB 压缩包", "a CAB archive"),
    (_OLE, "旧版 Office 文档", "an old Office document"), (b"%PDF-", "PDF", "a PDF"),
    (b"\x7fELF", "可执行程序", "a program"), (b"\xca\xfe\xba\xbe", "可执行程序", "a program"),
    (b"#!", "脚本", "a script"), (b"{\\rtf", "RTF 文档", "an RTF document"),
)  # fmt: skip
_OTHERS = (
    *_HOSTS, (b"GIF8", "GIF 图片", "a GIF picture"), (b"BM", "BMP 图片", "a BMP picture"),
    (b"II*\x00", "TIFF 图片", "a TIFF picture"), (b"MM\x00*", "TIFF 图片", "a TIFF picture"),
    (b"RIFF", "多媒体文件", "a media file"), (b"MZ", "可执行程序", "a program"), (b"<", "网页或 XML", "HTML or XML"),
)  # fmt: skip
_MARKUP = re.compile(rb"<(?:script|html|iframe|!doctype\s+html|\?php|body[\s>])", re.I)
_PROGRAM = b"This program cannot be run in DOS mode"


def kind(data: bytes) -> str:
    """The kind that a file is by its first bytes; ``Refusal`` for one that is not taken."""
    for signature, found in _TAKEN:
        if data.startswith(signature):
            _no_other_header(data, found)
            return found
    if data.startswith(_OLE):
        raise Refusal("attachment-encrypted" if _ENCRYPTED_OFFICE in data else "attachment-type-old-word")
    if _HEIC.match(data):
        raise Refusal("attachment-type-heic")
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        raise foreign("PDF 之前有其他数据", "data before the PDF")
    for signature, zh, en in _OTHERS:
        if data.startswith(signature):
            raise Refusal("attachment-type", found=zh, found_en=en)
    text = b"\x00" not in data[:_HEAD]
    zh, en = ("文本文件", "a text file") if text else ("无法识别的文件", "an unknown kind")
    raise Refusal("attachment-type", found=zh, found_en=en)


def _no_other_header(data: bytes, found: str) -> None:
    """Refuse what a second program would take for its own: a page, a program, a PDF, an archive."""
    if found != PDF and b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        raise foreign("PDF", "a PDF")
    clean_text(data[:_HEAD])
    if _PROGRAM in data:
        raise foreign("可执行程序", "a program")
    if found != ZIP and any(_zip_ends(data)):
        raise foreign("ZIP 压缩包", "a zip archive")


def clean_text(part: bytes) -> None:
    """Refuse markup or script in a part that is meant for people or machines to read as it is."""
    if _MARKUP.search(part):
        raise foreign("网页或脚本代码", "HTML or script")
    if b"\x7fELF" in part:
        raise foreign("可执行程序", "a program")


def host(part: bytes) -> tuple[str, str] | None:
    """What a part would be as a file of its own, (zh, en), if it is something that attachments never hold."""
    for signature, zh, en in _HOSTS:
        if part.startswith(signature):
            return zh, en
    if part.startswith(b"MZ") and (b"PE\x00\x00" in part[:_HEAD] or _PROGRAM in part[:_HEAD]):
        return "可执行程序", "a program"
    return None


def _zip_ends(data: bytes) -> Iterator[int]:
    """Where a zip's end record stands that a reader of zips would believe."""
    start = max(0, len(data) - _ZIP_END_WITHIN)
    while (at := data.find(b"PK\x05\x06", start)) >= 0:
        start = at + 1
        if len(data) - at < 22:
            return
        entries, size = struct.unpack_from("<HI", data, at + 10)
        if entries and size <= at and data[at - size : at - size + 4] == b"PK\x01\x02":
            yield at
