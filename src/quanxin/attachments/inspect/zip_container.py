"""Zips, read strictly: DOCX and OFD are such.

Invariant: the members lie one after the other from the first byte to the directory, and the directory ends the file, so
that no two programs can read it differently; what is unpacked is counted as it comes, whatever the file says of itself.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from quanxin.attachments.inspect.inflate import pieces
from quanxin.attachments.inspect.refusal import Refusal, bomb, damaged

MOST_MEMBERS = 2000
MOST_UNPACKED = 128 << 20
MOST_RATIO = 200
_RATIO_COUNTS_FROM = 1 << 20  # a small text of one letter packs well and harms nobody
_MOST_DIRECTORY = 1 << 20
_END, _LOCAL = struct.Struct("<4s4H2IH"), struct.Struct("<4s5H3I2H")
_DESCRIPTORS = (12, 16, 20, 24)  # sizes again behind a member, with or without signature, with 32 or 64 bits
_PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Member = zipfile.ZipInfo


def members(data: bytes) -> list[Member]:
    """The members of a zip by their places; ``Refusal`` unless it is plain, and promises to stay within the limits."""
    _end(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            found = sorted(opened.infolist(), key=lambda member: member.header_offset)
            directory = opened.start_dir
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise damaged("压缩目录有误", "the zip's directory is broken") from error
    if not found or len(found) > MOST_MEMBERS:
        raise bomb(f"内含 {len(found)} 个成员", f"{len(found)} members")
    _names(found)
    _sizes(found)
    at = 0
    for position, member in enumerate(found):
        next_at = found[position + 1].header_offset if position + 1 < len(found) else directory
        _in_place(data, member, at, next_at)
        at = next_at
    return found


def unpacked(data: bytes, member: Member) -> Iterator[bytes]:
    """The contents of a member piece by piece; ``Refusal`` when they are not what the directory says."""
    start = _body(data, member)
    packed = data[start : start + member.compress_size]
    source = (
        iter((packed,))
        if member.compress_type == zipfile.ZIP_STORED
        else pieces(packed, most=member.file_size, bits=-zlib.MAX_WBITS)
    )
    size, check = 0, 0
    for piece in source:
        size, check = size + len(piece), zlib.crc32(piece, check)
        yield piece
    if size != member.file_size or check != member.CRC:
        raise damaged(f"{member.filename} 与目录不符", f"{member.filename} is not what the directory says")


def _end(data: bytes) -> None:
    """The end record closes the file and tells of one small directory right before it."""
    at = len(data) - _END.size
    if at < 0:
        raise damaged("压缩文件不完整", "the zip breaks off")
    signature, disk, first_disk, here, entries, size, offset, comment = _END.unpack_from(data, at)
    if signature != b"PK\x05\x06" or comment:
        last = data.rfind(b"PK\x05\x06")
        if last < 0:
            raise damaged("压缩文件不完整", "the zip breaks off")
        raise Refusal("attachment-trailing", bytes=len(data) - last - _END.size)
    if disk or first_disk or here != entries or offset + size != at:
        raise damaged("压缩目录有误", "the zip's directory is broken")
    if entries > MOST_MEMBERS or size > _MOST_DIRECTORY:
        raise bomb(f"内含 {entries} 个成员", f"{entries} members")


def _names(found: list[Member]) -> None:
    """Plain relative names, each once."""
    seen = set[str]()
    for member in found:
        name = member.orig_filename
        parts = name.rstrip("/").split("/")
        strange = any(ord(char) < 32 or ord(char) == 127 for char in name) or "\\" in name or ":" in name
        if strange or not name or name.startswith("/") or any(part in ("", ".", "..") for part in parts):
            raise Refusal("attachment-member-name", member=shown(name))
        if name.casefold() in seen:
            raise Refusal("attachment-member-name", member=shown(name))
        seen.add(name.casefold())
        if (member.external_attr >> 16) & 0xF000 not in (0, 0x8000, 0x4000):  # a link, a device
            raise Refusal("attachment-member-name", member=shown(name))


def _sizes(found: list[Member]) -> None:
    """What the directory promises: bearable sizes and ratios, plain packing."""
    for member in found:
        if member.flag_bits & 0x2041:
            raise Refusal("attachment-encrypted")
        if member.compress_type not in _PACKED_BY:
            raise damaged(f"{member.filename} 的压缩方法不受支持", f"{member.filename} is packed in an unknown way")
        if member.file_size > max(_RATIO_COUNTS_FROM, MOST_RATIO * member.compress_size):
            words = shown(member.filename)
            raise bomb(f"{words} 的压缩比超过 {MOST_RATIO}", f"the ratio of {words} is over {MOST_RATIO}")
    total = sum(member.file_size for member in found)
    if total > MOST_UNPACKED:
        raise bomb(f"共 {total >> 20} MB", f"{total >> 20} MB in all")


def _in_place(data: bytes, member: Member, at: int, next_at: int) -> None:
    """The member's own header agrees with the directory, and nothing lies between it and the next."""
    if member.header_offset != at or len(data) < at + _LOCAL.size:
        raise damaged("压缩成员位置有误", "a member of the zip is out of place")
    signature, _, flags, method, _, _, _, size, unpacked_size, name_size, _ = _LOCAL.unpack_from(data, at)
    name = data[at + _LOCAL.size : at + _LOCAL.size + name_size]
    told = member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437", "replace")
    if signature != b"PK\x03\x04" or method != member.compress_type or name != told or flags & 0x2041:
        raise damaged(
            f"{shown(member.filename)} 的头部与目录不符", f"{shown(member.filename)} contradicts the directory"
        )
    later = flags & 0x8
    if not later and {size, unpacked_size} - {member.compress_size, member.file_size, 0xFFFFFFFF}:
        raise damaged(
            f"{shown(member.filename)} 的头部与目录不符", f"{shown(member.filename)} contradicts the directory"
        )
    gap = next_at - (_body(data, member) + member.compress_size)
    if gap and not (later and gap in _DESCRIPTORS):
        raise damaged("压缩成员之间有其他数据", "something lies between the members of the zip")


def _body(data: bytes, member: Member) -> int:
    """Where a member's packed contents begin."""
    name_size, extra_size = struct.unpack_from("<HH", data, member.header_offset + 26)
    return int(member.header_offset + _LOCAL.size + name_size + extra_size)


def shown(name: str) -> str:
    """A member's name as it can be shown."""
    plain = "".join(char if char.isprintable() else "?" for char in name)
    return plain if len(plain) <= 80 else plain[:77] + "…"
