"""DOCX (ISO/IEC 29500) and OFD (GB/T 33190): packages of XML, pictures and fonts, and of nothing else.

Invariant: a member is one of the sorts that such a document needs, is what its name says as far as its first bytes
tell, and XML declares no entities; nothing refers outside but links that a person follows.
"""

from __future__ import annotations

import re
from xml.parsers import expat  # entities are refused, and expat fetches nothing

from quanxin.attachments.inspect import magic
from quanxin.attachments.inspect.refusal import Refusal, damaged, foreign
from quanxin.attachments.inspect.zip_container import Member, members, shown, unpacked

_HEAD = 4096
_PICTURES = {"png", "jpg", "jpeg", "jfif", "gif", "bmp", "tif", "tiff"}
_OF_WORD = _PICTURES | {"xml", "rels", "vml", "emf", "wmf", "wdp", "svg", "ttf", "otf", "odttf", "fntdata"}
_OF_OFD = _PICTURES | {"xml", "jb2", "jbig2", "gbig2", "ttf", "ttc", "otf", "dat", "esl", "cer", "p7b", "xbrl"}
_SCRAMBLED = {"odttf", "fntdata"}  # embedded fonts: their first bytes are scrambled and say nothing
_XML = {"xml", "rels", "vml", "xbrl"}

_MAIN_PART = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_BRINGS_IN = frozenset(
    ("oleObject", "package", "aFChunk", "control", "activeXControlBinary", "attachedToolbars", "vbaProject", "frame")
)
_CALLS_OUT = re.compile(r"^[\s\"]*(DDE|DDEAUTO|LINK|INCLUDETEXT|INCLUDEPICTURE|IMPORT)\b", re.I | re.M)
_OPENED, _ACTS = frozenset(("DO", "PO")), frozenset(("URI", "GotoA", "Sound", "Movie"))


class Part:
    """An XML part as it is read; nothing in it is looked at but its being XML."""

    def __init__(self, name: str) -> None:
        self.name = name

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins; ``tag`` is its local name."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, piece: str) -> None:
        """A piece of text."""

    def close(self) -> None:
        """The part is over."""


class WordPart(Part):
    """A part of a DOCX: its relations, its content types, and the instructions of its fields.

    An instruction may be cut into many runs; what stands between a field's marks is put together again.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._instructions, self._within = list[str](), False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        if tag == "Relationship" and kind in _BRINGS_IN:
            raise Refusal("attachment-nested", member=f"{shown(self.name)}: {shown(kind)}")
        if tag == "Relationship" and attributes.get("TargetMode") == "External" and kind != "hyperlink":
            raise Refusal("attachment-active", what=f"{shown(kind)} → {shown(attributes.get('Target', ''))}")
        if "macroEnabled" in attributes.get("ContentType", ""):
            raise Refusal("attachment-macros", member=shown(attributes["ContentType"]))
        self._within = tag in ("instrText", "delInstrText")
        if tag in ("fldChar", "fldSimple"):
            self._instructions.append("\n")
        self._instructions += [value + "\n" for key, value in attributes.items() if key.rpartition(" ")[2] == "instr"]

    def end(self, tag: str) -> None:  # noqa: ARG002
        self._within = False

    def text(self, piece: str) -> None:
        if self._within:
            self._instructions.append(piece)

    def close(self) -> None:
        if found := _CALLS_OUT.search("".join(self._instructions)):
            raise Refusal("attachment-active", what=found[1].upper())


class OfdPart(Part):
    """A part of an OFD: what it does when it is opened, and for its entry, where its documents begin."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._opens, self._tags = False, set[str]()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Action":
            self._opens = attributes.get("Event") in _OPENED
        if self._opens and tag in _ACTS:
            raise Refusal("attachment-active", what=f"{shown(self.name)}: {tag}")
        if not self._tags and self.name == "OFD.xml" and tag != "OFD":
            raise damaged("OFD.xml 不是 OFD 文档的入口", "OFD.xml is not the entry of an OFD document")
        self._tags.add(tag)

    def close(self) -> None:
        if self.name == "OFD.xml" and "DocRoot" not in self._tags:
            raise damaged("OFD.xml 没有指明文档", "OFD.xml names no document")


def package(data: bytes) -> str:
    """Check a zip that should be a DOCX or an OFD; return which it is."""
    found = members(data)
    names = {member.filename for member in found}
    if "OFD.xml" in names:
        for member in found:
            _member(data, member, _OF_OFD, OfdPart)
        return magic.OFD
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        _word(data, found)
        return magic.DOCX
    for part, office in (("xl/", "Excel"), ("ppt/", "PowerPoint")):
        if any(name.startswith(part) for name in names):
            raise Refusal("attachment-type", found=f"{office} 文件", found_en=f"{office} file")
    raise Refusal("attachment-type", found="ZIP 压缩包", found_en="a zip archive")


def _word(data: bytes, found: list[Member]) -> None:
    for member in found:
        name = member.filename.casefold()
        if "vbaproject" in name or "vbadata" in name:
            raise Refusal("attachment-macros", member=shown(member.filename))
        if "/embeddings/" in name or "/activex/" in name:
            raise Refusal("attachment-nested", member=shown(member.filename))
        printer = name.startswith("word/printersettings/") and name.endswith(".bin")
        _member(data, member, _OF_WORD | {"bin"} if printer else _OF_WORD, WordPart)
    types = next(member for member in found if member.filename == "[Content_Types].xml")
    if _MAIN_PART not in b"".join(unpacked(data, types)):
        raise damaged("没有 Word 正文", "there is no Word document in it")


def _member(data: bytes, member: Member, sorts: set[str], part: type[Part]) -> None:
    """One member: of an allowed sort, whole, and what its name says."""
    ending = member.filename.rpartition(".")[2].casefold()
    if member.is_dir():
        if any(map(len, unpacked(data, member))):
            raise Refusal("attachment-member-name", member=shown(member.filename))
    elif ending not in sorts:
        raise Refusal("attachment-nested", member=shown(member.filename))
    elif ending in _XML:
        _parse(data, member, part(member.filename))
    else:
        head = b""
        for piece in unpacked(data, member):
            head += piece[: max(0, _HEAD - len(head))]
        if ending not in _SCRAMBLED and (what := magic.host(head)):
            raise Refusal("attachment-nested", member=f"{shown(member.filename)} ({what[0]} / {what[1]})")
        magic.clean_text(head)


def _parse(data: bytes, member: Member, part: Part) -> None:
    """Read a member as XML, piece by piece; ``Refusal`` for what is not XML or declares a document type."""

    def declared(*_: object) -> None:
        raise foreign("文档类型声明（DOCTYPE）", "a document type declaration")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = lambda tag, attributes: part.start(tag.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda tag: part.end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = part.text
    try:
        for piece in unpacked(data, member):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        name = shown(member.filename)
        raise damaged(f"{name} 不是正确的 XML", f"{name} is not well-formed XML") from error
    part.close()
