"""Files that are signed: the signature lies beside the file and says whose it is, of when, and what the file holds.

Invariant: whoever has file, signature and public key verifies them without the platform; a change of one byte of either
shows.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO
from typing import Any

from quanxin.accounts import Actor
from quanxin.calendar import now
from quanxin.ledger import signing
from quanxin.ledger.lines import canonical

ENDING = ".sig"  # of the signature's file, after the name of what is signed


def statement(content: bytes, name: str, *, by: Actor, about: dict[str, Any]) -> bytes:
    """The signature of a file as a file: JSON with the file's name and SHA-256, who took it when, ``about`` (how it was
    asked for), the public key, and the Ed25519 signature over the canonical form of all the rest."""
    said = {
        "file": name, "sha256": hashlib.sha256(content).hexdigest(), "at": now().isoformat(timespec="seconds"),
        "by": by.name, "about": about, "key": signing.public_key(),
    }  # fmt: skip
    return json.dumps(said | {"signature": signing.sign(canonical(said))}, ensure_ascii=False, indent=1).encode()


def packed(content: bytes, name: str, *, by: Actor, about: dict[str, Any]) -> bytes:
    """A ZIP of the file and its signature."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr(name + ENDING, statement(content, name, by=by, about=about))
    return out.getvalue()


def unpacked(packed_file: bytes) -> tuple[bytes, bytes]:
    """File and signature out of a ZIP; raises ``ValueError`` for one that does not hold exactly these."""
    try:
        with zipfile.ZipFile(BytesIO(packed_file)) as archive:
            name, seal = sorted(archive.namelist())
            if seal != name + ENDING:
                raise ValueError(seal)
            return archive.read(name), archive.read(seal)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ValueError(str(error)) from error


def wrong(content: bytes, seal: bytes, key: str) -> str:
    """What is wrong with a file and its signature: ``unreadable``, ``signature`` (it was changed, or another key made
    it), ``content`` (the file was changed); "" if they hold."""
    try:
        said = json.loads(seal)
        signature = said.pop("signature")
        digest = said["sha256"]
        whole = canonical(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "unreadable"
    if not isinstance(signature, str) or not signing.verify(whole, signature, key):
        return "signature"
    return "" if hashlib.sha256(content).hexdigest() == digest else "content"
