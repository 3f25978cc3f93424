"""DOCX and OFD: packages that unpack to little and hold nothing but a document."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from quanxin.attachments import inspection
from quanxin.attachments.errors import AttachmentError
from tests.attachments import making
from tests.attachments.making import docx, ofd, packed, printed, relation, relations, word
from tests.attachments.test_kinds import PROGRAM, code

INNER = packed({"a.txt": "a"})
FIELD = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DD</w:instrText></w:r>'
    "<w:r><w:instrText>EAUTO c:\\\\windows\\\\cmd.exe</w:instrText></w:r></w:p>"
)


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The same zip with a member's name changed in place, in both headers."""
    assert len(old) == len(new)
    assert data.count(old) == 2
    return data.replace(old, new)


def lying(data: bytes, name: str, size: int) -> bytes:
    """A zip whose headers say that a member unpacks to ``size``."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        member, start = made.getinfo(name), made.start_dir
    at = data.find(name.encode(), start) - 46
    out = bytearray(data)
    struct.pack_into("<I", out, at + 24, size)
    struct.pack_into("<I", out, member.header_offset + 22, size)
    return bytes(out)


def overlapping() -> bytes:
    """A zip with two members whose contents are the same bytes."""
    data = docx({"word/footer1.xml": word(), "word/footer2.xml": word()})
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        first, start = made.getinfo("word/footer1.xml").header_offset, made.start_dir
    at = data.find(b"word/footer2.xml", start) - 46
    out = bytearray(data)
    struct.pack_into("<I", out, at + 42, first)
    return bytes(out)


def with_a_link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            new.writestr(member, old.read(member))
        link = zipfile.ZipInfo("word/media/a.png")
        link.external_attr = 0o120777 << 16
        new.writestr(link, "/etc/passwd")
    return out.getvalue()


HUGE = b"<a>" + b" " * (8 << 20) + b"</a>"
NOISE = {f"word/media/{n}.png": b"\x89PNG" + random.Random(n).randbytes(400 << 10) for n in range(3)}
BAD = {
    "macros": (docx({"word/vbaProject.bin": b"x"}), "attachment-macros"),
    "a type with macros": (docx(types=making.CONTENT_TYPES.replace("</Types>", '<Override PartName="/a" ContentType='
        '"application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>')), "attachment-macros"),
    "an object": (docx({"word/embeddings/oleObject1.bin": b"x"}), "attachment-nested"),
    "a program": (docx({"word/media/a.exe": PROGRAM}), "attachment-nested"),
    "a program called a picture": (docx({"word/media/a.png": PROGRAM}), "attachment-nested"),
    "an archive called a picture": (docx({"word/media/a.jpg": INNER}), "attachment-nested"),
    "an archive by its name": (docx({"word/a.zip": INNER}), "attachment-nested"),
    "a PDF called a font": (docx({"word/fonts/a.ttf": printed()}), "attachment-nested"),
    "a page called a picture": (docx({"word/media/a.svg": b"<html><script>"}), "attachment-foreign"),
    "a template from elsewhere": (
        docx({"word/_rels/settings.xml.rels": relations(relation("attachedTemplate", "http://evil.example/a.dotm", True))}),
        "attachment-active",
    ),
    "a picture from elsewhere": (
        docx({"word/_rels/document.xml.rels": relations(relation("image", "\\\\evil\\a.png", True))}), "attachment-active",
    ),
    "a foreign part": (docx({"word/_rels/document.xml.rels": relations(relation("aFChunk", "a.xml"))}), "attachment-nested"),
    "a field that starts programs, cut in two": (docx(document=word(FIELD)), "attachment-active"),
    "a simple field": (docx(document=word('<w:fldSimple w:instr="DDE excel"/>')), "attachment-active"),
    "entities": (docx(document='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "attachment-foreign"),
    "no XML": (docx(document="<a><b></a>"), "attachment-damaged"),
    "a strange encoding": (docx(document='<?xml version="1.0" encoding="utf-7"?><a/>'), "attachment-damaged"),
    "no main part": (docx(types="<Types/>"), "attachment-damaged"),
    "a way up": (docx({"word/../../evil.xml": "<a/>"}), "attachment-member-name"),
    "an absolute name": (docx({"/etc/cron.d/a.xml": "<a/>"}), "attachment-member-name"),
    "a drive": (docx({"C:/a.xml": "<a/>"}), "attachment-member-name"),
    "a backslash": (renamed(docx({"word/a_b.xml": "<a/>"}), b"word/a_b.xml", b"word\\a_b.xml"), "attachment-member-name"),
    "a zero in a name": (renamed(docx({"word/a_b.xml": "<a/>"}), b"word/a_b.xml", b"word/a\0b.xml"), "attachment-member-name"),
    "a name twice": (docx({"word/DOCUMENT.xml": "<a/>"}), "attachment-member-name"),
    "a link": (with_a_link(), "attachment-member-name"),
    "something before": (b"PK\x03\x04" + docx(), "attachment-damaged"),
    "something behind": (docx() + b"x", "attachment-trailing"),
    "a comment": (docx()[:-2] + b"\x01\0x", "attachment-trailing"),
    "half of it": (docx()[:200], "attachment-damaged"),
    "two members in one place": (overlapping(), "attachment-damaged"),
    "a member that is more than it says": (lying(docx({"word/a.xml": "<a>" + "b" * 5000 + "</a>"}), "word/a.xml", 60),
        "attachment-bomb"),
    "a member that is less than it says": (lying(docx(), "word/document.xml", 500), "attachment-damaged"),
    "a ratio": (docx({"word/a.xml": b"<a>" + b" " * (4 << 20) + b"</a>"}), "attachment-bomb"),
    "a ratio of one member": (docx({"word/a.xml": HUGE}), "attachment-bomb"),
    "members that are too much together": (
        lying(lying(docx(NOISE), "word/media/1.png", 70 << 20), "word/media/2.png", 70 << 20), "attachment-bomb",
    ),
    "a folder that holds something": (docx({"word/media/": "x"}), "attachment-member-name"),
    "a bomb that says it is small": (lying(docx({"word/a.xml": HUGE}), "word/a.xml", 1000), "attachment-bomb"),
    "many members": (docx({f"word/a{n}.xml": "<a/>" for n in range(3000)}), "attachment-bomb"),
    "an OFD without an entry": (ofd(entry="<a/>"), "attachment-damaged"),
    "an OFD that names no document": (ofd(entry='<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>'), "attachment-damaged"),
    "an OFD that opens an address": (ofd({"Doc_0/a.xml": '<a><Action Event="DO"><URI URI="http://x"/></Action></a>'}),
        "attachment-active"),
    "an OFD with a program": (ofd({"Doc_0/Res/a.dat": PROGRAM}), "attachment-nested"),
    "an OFD with an archive": (ofd({"Doc_0/Attachs/a.zip": INNER}), "attachment-nested"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_such_a_document_does_not_hold_is_refused(name: str) -> None:
    data, expected = BAD[name]
    assert code(data) == expected


def test_a_member_behind_a_password_is_refused() -> None:
    data = bytearray(docx())
    data[6] |= 1
    start = data.find(b"PK\x01\x02")
    data[start + 8] |= 1
    assert code(bytes(data)) == "attachment-encrypted"


def test_sizes_told_behind_the_members_are_read_too() -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    out = Stream()
    with zipfile.ZipFile(io.BytesIO(docx())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
    assert str(code(out.getvalue())).endswith("wordprocessingml.document")


WATCHED = """
import os, sys
from quanxin.attachments.inspect.child import answer_about
told = answer_about(os.open(sys.argv[1], os.O_RDONLY))
print(told, next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize(("told", "why"), [(0xFFFFFFFE, "压缩比"), (1000, "超过")])
def test_ten_megabytes_that_unpack_to_ten_gigabytes_are_refused_at_once(tmp_path: Path, told: int, why: str) -> None:
    """Honest about its size, as far as the field goes, and lying; the process that looks stays small."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(16 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = block * 640 + packer.flush()
    assert 9 << 20 < len(body) < 11 << 20
    name = b"word/document.xml"
    first = b"[Content_Types].xml"
    types = making.CONTENT_TYPES.encode()
    local, entries = b"", b""
    for member, packed_body, method, size in ((first, types, 0, len(types)), (name, body, 8, told)):
        known = (0, method, 0, 0, zlib.crc32(types), len(packed_body), size, len(member), 0)
        entries += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, *known, 0, 0, 0, 0, len(local)) + member
        local += struct.pack("<4s5H3I2H", b"PK\3\4", 20, *known) + member + packed_body
    path = tmp_path / "bomb.docx"
    path.write_bytes(local + entries + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, len(entries), len(local), 0))
    with pytest.raises(AttachmentError, match=why) as refused:
        inspection.content_type(path)
    assert refused.value.code == "attachment-bomb"
    command = [sys.executable, "-I", "-c", WATCHED, str(path)]
    said, _, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition(" ")
    assert "attachment-bomb" in said
    assert int(peak) < 100 << 10, "kilobytes"
