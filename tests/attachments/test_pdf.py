"""PDFs neither act nor carry files, however they hide it."""

from __future__ import annotations

import io
import zlib

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.actions import JavaScript

from tests.attachments.making import pdf, printed
from tests.attachments.test_kinds import code

SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def stream(body: bytes, head: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n" % (head, len(body)) + body + b"\nendstream"


def locked(user: str, owner: str, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed())))
    writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_file() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed())))
    writer.add_attachment("evil.exe", b"MZ")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_script() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed())))
    writer.add_open_action(JavaScript("app.alert(1)"))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


ACTIVE, CARRYING = "attachment-pdf-active", "attachment-pdf-embedded"
BAD = {
    "a script as a library writes it": (with_script(), ACTIVE),
    "a script on opening": (pdf([SCRIPT], catalogue=b"/OpenAction 10 0 R"), ACTIVE),
    "a script in a packed object stream": (pdf(packed_objects=[SCRIPT], catalogue=b"/OpenAction 20 0 R"), ACTIVE),
    "a script that nothing refers to": (pdf([SCRIPT]), ACTIVE),
    "a packed script whose name is escaped": (
        pdf(packed_objects=[b"<</S/J#61vaScrip#74/J#53 21 0 R>>", b"(app.alert\\(1\\))"]), ACTIVE,
    ),
    "a script whose kind stands elsewhere": (pdf(packed_objects=[b"<</S 21 0 R>>", b"/JavaScript"]), ACTIVE),
    "a script in the names": (pdf(catalogue=b"/Names<</JavaScript<</Names[(a)10 0 R]>>>>"), ACTIVE),
    "a script on an event of the page": (pdf(packed_objects=[b"<</AA<</O 21 0 R>>>>", SCRIPT]), ACTIVE),
    "a script behind an innocent action": (pdf(packed_objects=[b"<</S/GoTo/D[3 0 R/Fit]/Next 21 0 R>>", SCRIPT]), ACTIVE),
    "a packed stream that no table lists": (
        pdf([stream(zlib.compress(b"30 0 <</S/JavaScript/JS(x)>>"), b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode")]), ACTIVE,
    ),
    "an object behind a lying comment": (pdf()[:15] + b"%stream\n9 0 obj" + SCRIPT + b"endobj\n" + pdf()[15:], ACTIVE),
    "a program to launch": (pdf([b"<</S/Launch/F(cmd.exe)>>"]), ACTIVE),
    "an address on opening": (pdf(catalogue=b"/OpenAction<</S/URI/URI(http://evil.example)>>"), ACTIVE),
    "a share on opening": (pdf(catalogue=b"/OpenAction<</S/GoToR/F(\\\\\\\\evil\\\\a.pdf)>>"), ACTIVE),
    "an address on closing": (pdf(packed_objects=[b"<</AA<</WC<</S/URI/URI(x)>>>>>>"]), ACTIVE),
    "a form with scripts": (pdf(packed_objects=[b"<</XFA 3 0 R>>"]), ACTIVE),
    "a file as a library embeds it": (with_file(), CARRYING),
    "a file": (pdf([stream(b"MZ", b"/Type/EmbeddedFile")]), CARRYING),
    "a file, packed": (pdf(packed_objects=[b"<</Type/Filespec/F(a)/EF<</F 3 0 R>>>>"]), CARRYING),
    "a file pinned to a page": (pdf(packed_objects=[b"<</Type/Annot/Subtype/FileAttachment>>"]), CARRYING),
    "a film": (pdf(packed_objects=[b"<</Type/Annot/Subtype/RichMedia>>"]), CARRYING),
    "a password": (locked("a", "b", "AES-256"), "attachment-encrypted"),
    "an old password": (locked("a", "b", "RC4-128"), "attachment-encrypted"),
    "a stream packed twice": (
        pdf([stream(zlib.compress(zlib.compress(bytes(1 << 20))), b"/Filter[/FlateDecode/FlateDecode]")]), "attachment-bomb",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_a_pdf_must_not_hold_is_found(name: str) -> None:
    data, expected = BAD[name]
    assert code(data) == expected


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_opens_without_a_password_is_read(algorithm: str) -> None:
    assert code(locked("", "owner", algorithm)) == "application/pdf"


def test_a_script_in_a_locked_pdf_that_opens_is_found() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(with_script())))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert code(out.getvalue()) == ACTIVE


def test_streams_that_unpack_to_too_much_are_refused() -> None:
    packer = zlib.compressobj(9)
    head, block = packer.compress(b""), packer.compress(bytes(16 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = head + block * 70 + packer.flush()
    assert code(pdf([stream(packed, b"/Filter/FlateDecode")])) == "attachment-bomb"
