"""What a file is follows from its bytes; whoever carries something else within it is refused, with the reason."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from quanxin.attachments import inspection
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.inspect.child import answer
from tests.attachments import making
from tests.attachments.making import chunk, docx, jpeg, ofd, packed, pdf, png, printed, segment
from tests.confining import children, eventually

PROGRAM = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + b"This program cannot be run in DOS mode"
SCRIPT = b"<script>alert(1)</script>"
ZIP = packed({"a.txt": "a"})


def code(data: bytes) -> object:
    """The code that a file is refused with, or its content type."""
    said = answer(data)
    return said.get("code", said.get("type"))


@pytest.mark.parametrize("kind", making.every())
def test_a_good_file_of_each_kind_is_known_by_its_content(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.exe"
    path.write_bytes(making.every()[kind])
    assert inspection.content_type(path) == kind


def test_what_phones_and_offices_write_is_taken() -> None:
    exif = segment(0xE1, b"Exif\0\0" + b"MM\0*" + bytes(40))
    colours = chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(bytes(3000)))
    mpf = segment(0xE2, b"MPF\0" + bytes(30))
    good = {
        "exif": jpeg(4000, 3000, more=exif),
        "pictures after the first, announced by it": jpeg(more=mpf) + jpeg() + bytes(10) + jpeg(),
        "padded with zeros": jpeg() + bytes(100),
        "interlaced": png(5, 5, interlaced=1, pixels=bytes(36)),
        "text and profile": png(more=colours + chunk(b"tEXt", b"Title\0x") + chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b"))),
        "links": pdf([b"<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.org)>>>>"]),
        "opens on a page": pdf(catalogue=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"),
        "white space behind": pdf() + b"\r\n\0\0",
        "two revisions": pdf() + b"%%EOF\n",
        "a hyperlink": docx({"word/_rels/document.xml.rels": making.relations(
            making.relation("hyperlink", "https://example.org", external=True))}),
        "a field": docx(document=making.word('<w:p><w:r><w:instrText>HYPERLINK "https://dde.example"</w:instrText></w:r></w:p>')),
        "a folder": docx({"word/media/": ""}),
        "an inner invoice": ofd({"Doc_0/Attachs/original_invoice.xml": "<x/>"}),
    }  # fmt: skip
    assert [name for name, data in good.items() if "code" in answer(data)] == []


BAD = {
    "nothing but text": (b"hello", "attachment-type"),
    "a page": (b"<!DOCTYPE html><html></html>", "attachment-type"),
    "a program": (PROGRAM, "attachment-type"),
    "an ELF program": (b"\x7fELF" + bytes(100), "attachment-type"),
    "a GIF": (b"GIF89a" + bytes(20), "attachment-type"),
    "a zip": (ZIP, "attachment-type"),
    "a RAR": (b"Rar!\x1a\x07\x01\x00", "attachment-type"),
    "Excel": (packed({"[Content_Types].xml": "<a/>", "xl/workbook.xml": "<a/>"}), "attachment-type"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "attachment-type-old-word"),
    "Word with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "attachment-encrypted",
    ),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(30), "attachment-type-heic"),
    # two things at once
    "a PDF behind something": (b"GIF89a" + printed(), "attachment-foreign"),
    "a PDF in a JPEG's comment": (jpeg(more=segment(0xFE, printed()[:900])), "attachment-foreign"),
    "a PDF soon after a JPEG": (jpeg() + printed(), "attachment-foreign"),
    "a PDF long after a JPEG": (jpeg(more=segment(0xE1, bytes(2000))) + printed(), "attachment-trailing"),
    "a zip after a JPEG": (jpeg() + ZIP, "attachment-foreign"),
    "a zip after a PNG": (png() + ZIP, "attachment-foreign"),
    "a zip after a PDF": (printed() + ZIP, "attachment-foreign"),
    "a zip whose comment is the rest of the PDF": (
        pdf()[:20] + ZIP[:-2] + struct.pack("<H", len(pdf()[20:])) + pdf()[20:], "attachment-foreign",
    ),
    "a zip in a PNG's chunk": (png(more=chunk(b"prVt", ZIP)), "attachment-foreign"),
    "a RAR in a PNG's chunk": (png(more=chunk(b"prVt", b"Rar!\x1a\x07\x01\x00")), "attachment-foreign"),
    "a program after a PNG": (png() + PROGRAM, "attachment-foreign"),
    "anything after a PNG": (png() + b"x", "attachment-trailing"),
    "anything after a JPEG": (jpeg() + b"x", "attachment-trailing"),
    "a film after a photograph": (jpeg() + b"\0\0\0\x18ftypmp42" + bytes(90), "attachment-trailing"),
    "a second JPEG that nobody announced": (jpeg() + jpeg(), "attachment-trailing"),
    "a script in a JPEG's comment": (jpeg(more=segment(0xFE, SCRIPT)), "attachment-foreign"),
    "PHP in a JPEG's margin": (jpeg(more=segment(0xE1, b"Exif\0\0<?php system($_GET[0]);")), "attachment-foreign"),
    "a page in a PNG's text": (png(more=chunk(b"tEXt", b"Comment\0<html><body>")), "attachment-foreign"),
    "a page at a PDF's head": (pdf()[:9] + b"%" + SCRIPT + b"\n" + pdf()[9:], "attachment-foreign"),
    "a program in a PDF": (pdf([b"<<>>stream\n" + PROGRAM + b"\nendstream"]), "attachment-foreign"),
    "something after a PDF": (printed() + b"hidden", "attachment-trailing"),
    # broken, or too large
    "half a JPEG": (jpeg()[:-2], "attachment-damaged"),
    "a JPEG without a picture": (b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"\xff\xd9", "attachment-damaged"),
    "a huge JPEG": (jpeg(65535, 65535), "attachment-pixels"),
    "half a PNG": (png()[:-20], "attachment-damaged"),
    "a PNG with a wrong check sum": (png()[:-5] + b"\0" + png()[-4:], "attachment-damaged"),
    "a PNG that unpacks to more": (png(pixels=bytes(5000)), "attachment-bomb"),
    "a PNG that unpacks to less": (png(pixels=b"\0"), "attachment-damaged"),
    "a PNG bomb by its size": (png(200_000, 200_000, pixels=b""), "attachment-pixels"),
    "a bomb in a PNG's text": (png(more=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(20 << 20), 9))), "attachment-bomb"),
    "a bomb in a PNG's profile": (png(more=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(20 << 20), 9))), "attachment-bomb"),
    "half a PDF": (printed()[: len(printed()) // 2], "attachment-damaged"),
    "a PDF of nothing": (b"%PDF-1.4\n%%EOF", "attachment-damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_taken_is_refused_with_its_reason(name: str) -> None:
    data, expected = BAD[name]
    assert code(data) == expected


@pytest.mark.parametrize("name", BAD)
def test_every_refusal_can_be_said(name: str) -> None:
    said = answer(BAD[name][0])
    particulars = said["particulars"]
    assert isinstance(particulars, dict)
    error = AttachmentError(str(said["code"]), **particulars)
    assert "{" not in error.zh + error.en + error.hint


@contextmanager
def never_ending(folder: Path) -> Iterator[tuple[Path, int]]:
    """A file that goes on until what it is given here to write to is closed."""
    path = folder / "endless"
    os.mkfifo(path)
    end = os.open(path, os.O_RDWR)
    try:
        yield path, end
    finally:
        os.close(end)


def test_only_so_many_are_looked_at_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inspection._helper.start()
    (tmp_path / "a").write_bytes(printed())
    with ThreadPoolExecutor(3) as pool:
        with never_ending(tmp_path) as (path, _):
            waiting = [pool.submit(inspection.content_type, path) for _ in range(inspection.AT_ONCE)]
            assert eventually(lambda: len(children()) == inspection.AT_ONCE)
            monkeypatch.setattr(inspection, "_PATIENCE", 0.1)
            assert str(pool.submit(inspection.content_type, tmp_path / "a").exception()).startswith("同时检查")
        assert all(isinstance(one.exception(), AttachmentError) for one in waiting)
    assert inspection.content_type(tmp_path / "a") == "application/pdf"


@pytest.mark.parametrize("how", ["killed", "aborted", "out of time", "out of memory"])
def test_a_file_that_takes_its_process_down_is_refused_and_the_next_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    inspection._helper.start()
    (tmp_path / "next").write_bytes(printed())
    signals = {"killed": signal.SIGKILL, "aborted": signal.SIGABRT}
    with never_ending(tmp_path) as (path, _), ThreadPoolExecutor(1) as pool, monkeypatch.context() as patch:
        if how == "out of time":
            patch.setattr(inspection, "LIMITS", replace(inspection.LIMITS, seconds=1))
        if how == "out of memory":
            patch.setattr(inspection, "LIMITS", replace(inspection.LIMITS, memory=8 << 20))
            path = tmp_path / "large"
            path.write_bytes(bytes(64 << 20))
        refused = pool.submit(inspection.content_type, path)
        if how in signals:
            assert eventually(lambda: len(children()) == 1)
            os.kill(children().pop(), signals[how])
        assert "超出限度" in str(refused.exception())
    assert inspection.content_type(tmp_path / "next") == "application/pdf"
    assert not children()


def test_what_looks_into_files_knows_nothing_else() -> None:
    """Neither Django nor a database driver nor our settings are in the process that opens what strangers send."""
    script = (
        "import sys; import quanxin.runtime.confined_child, quanxin.attachments.inspect.child;"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'psycopg') or name == 'quanxin.settings'])"
    )
    said = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
