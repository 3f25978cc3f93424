"""Small real files of every kind, and what can be wrong with them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

import typst

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def relations(*more: str) -> str:
    """A part of relations, with others beside the first."""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>{"".join(more)}'
        "</Relationships>"
    )


def relation(kind: str, target: str, external: bool = False) -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="r9" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/>'


def word(body: str = "<w:p><w:r><w:t>已履行完毕。</w:t></w:r></w:p>") -> str:
    """The main part of a DOCX."""
    return f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'


def packed(members: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip of these members, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items() if isinstance(members, Mapping) else members:
            member = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))  # the same bytes each time
            member.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(member, text)
    return out.getvalue()


def docx(more: Mapping[str, str | bytes] = {}, **parts: str) -> bytes:
    """A DOCX; ``types``, ``rels`` and ``document`` replace its parts, ``more`` adds others."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": parts.get("types", CONTENT_TYPES),
        "_rels/.rels": parts.get("rels", relations()),
        "word/document.xml": parts.get("document", word()),
        "word/media/image1.png": png(),
    }
    return packed(members | dict(more))


def ofd(more: Mapping[str, str | bytes] = {}, entry: str | None = None) -> bytes:
    """An OFD of one page."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    members: dict[str, str | bytes] = {
        "OFD.xml": entry
        or f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document {space}><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
        "</ofd:Pages></ofd:Document>",
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {space}/>",
        "Doc_0/Signs/Sign_0/SignedValue.dat": b"\x30\x82\x01\x00" + bytes(256),
    }
    return packed(members | dict(more))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    width: int = 3, height: int = 2, *, more: bytes = b"", pixels: bytes | None = None, interlaced: int = 0
) -> bytes:
    """A grey PNG, with more chunks before the picture."""
    rows = b"".join(b"\0" + bytes(width) for _ in range(height)) if pixels is None else pixels
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlaced))
        + more
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(width: int = 1, height: int = 1, *, more: bytes = b"") -> bytes:
    """A grey baseline JPEG of one block, with more segments before it."""
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + more
        + segment(0xDB, b"\0" + b"\x01" * 64)
        + segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0")
        + segment(0xC4, b"\x00\x01" + bytes(15) + b"\x00")
        + segment(0xC4, b"\x10\x01" + bytes(15) + b"\x00")
        + segment(0xDA, b"\x01\x01\0\0\x3f\0")
        + b"\x3f\xff\xd9"
    )


def printed() -> bytes:
    """A PDF as a program writes it today: object streams, an outline, a link."""
    source = (
        '#set document(title: "履行证明", date: none)\n= 履行证明\n#link("https://example.org")[见]\n#pagebreak()\n= 二'
    )
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return made


def pdf(objects: Iterable[bytes] = (), *, catalogue: bytes = b"", packed_objects: Iterable[bytes] = ()) -> bytes:
    """A PDF of one page by hand. ``objects`` get the numbers from 10, ``packed_objects`` from 20, in an object stream."""
    bodies: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R" + catalogue + b">>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
    }
    bodies |= dict(enumerate(objects, 10))
    inner = dict(enumerate(packed_objects, 20))
    if inner:
        head, text = b"", b""
        for number, body in inner.items():
            head += b"%d %d " % (number, len(text))
            text += body + b" "
        stream = zlib.compress(head + text)
        bodies[9] = (
            b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n"
            % (len(inner), len(head), len(stream))
            + stream
            + b"\nendstream"
        )
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", dict[int, int]()
    for number, body in bodies.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    entries = {0: (0, 0, 65535)} | {number: (1, place, 0) for number, place in places.items()} | {8: (1, start, 0)}
    entries |= {number: (2, 9, index) for index, number in enumerate(inner)}
    index = b"".join(b"%d 1 " % number for number in sorted(entries))
    table = zlib.compress(b"".join(struct.pack(">BIH", *entries[number]) for number in sorted(entries)))
    out += (
        b"8 0 obj\n<</Type/XRef/W[1 4 2]/Size %d/Index[%s]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n"
        % (max(entries) + 1, index, len(table))
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    )
    return out


def every() -> dict[str, bytes]:
    """A good file of each kind."""
    return {
        "application/pdf": printed(),
        "image/jpeg": jpeg(),
        "image/png": png(),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx(),
        "application/ofd": ofd(),
    }
