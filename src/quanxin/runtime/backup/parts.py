"""The form of a backup: a tar of parts, what it is first and the manifest last.

Invariant: what is read is compared with the manifest before anything is done with it: a part that is missing, added, cut or
altered is told by its name.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from quanxin.runtime.backup.errors import BackupError

FORMAT = 1
ABOUT, MANIFEST = "backup.json", "manifest.json"
DATABASE, FILES = "database", "files"
_PIECE = 1 << 20


class Writer:
    """Writes parts one after the other and remembers their digests."""

    def __init__(self, out: IO[bytes], about: dict[str, Any]) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115  (closed by close)
        self._parts: dict[str, dict[str, Any]] = {}
        self.add_bytes(ABOUT, json.dumps(about, ensure_ascii=False).encode())

    def add_bytes(self, name: str, data: bytes) -> None:
        """Write a part that is in memory."""
        self.add(name, io.BytesIO(data), len(data))

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Write ``size`` bytes as a part."""
        digested = _Digested(source)
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, digested)
        self._parts[name] = {"bytes": size, "sha256": digested.hexdigest()}

    def close(self) -> dict[str, Any]:
        """Write the manifest and end; return it."""
        manifest = dict(self._parts)
        self.add_bytes(MANIFEST, json.dumps(manifest, ensure_ascii=False).encode())
        self._tar.close()
        return manifest


class _Digested(io.RawIOBase):
    """A source whose bytes are digested as they are read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._digest = source, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._digest.update(data)
        return data

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def unpack(
    source: IO[bytes], folder: Path, approve: Callable[[dict[str, Any]], None], tell: Callable[[str], None]
) -> dict[str, Any]:
    """Write every part beneath a folder and prove it by the manifest; return what the backup says of itself.

    ``approve`` is given that before anything else is read, and raises what speaks against it.
    """
    found: dict[str, dict[str, Any]] = {}
    about: dict[str, Any] | None = None
    manifest: dict[str, Any] | None = None
    try:
        for name, member, data in _members(source):
            if manifest is not None:
                raise BackupError("backup-damaged", where=name)
            if about is None and name != ABOUT:
                raise BackupError("backup-damaged", where=ABOUT)
            tell(name)
            if name in (ABOUT, MANIFEST):
                text = data.read()
                found[name] = {"bytes": member.size, "sha256": hashlib.sha256(text).hexdigest()}
                said = json.loads(text)
                if name == MANIFEST:
                    manifest = said
                else:
                    about = said
                    approve(said)
            else:
                found[name] = _keep(data, folder / name)
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise BackupError("backup-damaged", where=str(error)) from error
    found.pop(MANIFEST, None)
    if about is None or manifest is None:
        raise BackupError("backup-damaged", where=MANIFEST)
    for name in sorted(manifest.keys() | found.keys()):
        if manifest.get(name) != found.get(name):
            raise BackupError("backup-damaged", where=name)
    return about


def _members(source: IO[bytes]) -> Iterator[tuple[str, tarfile.TarInfo, IO[bytes]]]:
    """The parts; one that is no plain file beneath the folder is none of ours."""
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            data = tar.extractfile(member) if member.isreg() else None
            if data is None or path.is_absolute() or ".." in path.parts:
                raise BackupError("backup-damaged", where=member.name)
            yield member.name, member, data


def _keep(data: IO[bytes], place: Path) -> dict[str, Any]:
    """Write a part into its place; return its length and digest."""
    place.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with place.open("xb") as file:
        while piece := data.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return {"bytes": size, "sha256": digest.hexdigest()}
