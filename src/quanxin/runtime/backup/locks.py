"""The encryption of backups, in the form of age.

Invariant: nothing of the content is written in clear where a lock is given; whatever is cut or altered is told as damaged.
A stream is encrypted to a key; a passphrase encrypts that key, made for the one stream, in the line before it.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyrage
from pyrage import passphrase as words
from pyrage import x25519

from quanxin.runtime.backup.errors import BackupError

_AGE, _OURS = b"age-encryption.org/", b"quanxin-backup passphrase "
_LONGEST_LINE = 4096


@dataclass(frozen=True, slots=True)
class Lock:
    """What a backup is encrypted with, or opened by: a passphrase, or a key."""

    passphrase: str = ""
    recipient: str = ""  # the public key, age1…
    identity: str = ""  # the private one, AGE-SECRET-KEY-…


def line_of(path: Path, beginning: str = "") -> str:
    """The first line of a file that is neither empty nor a comment and begins as it should."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line and (not line.startswith("#") or not beginning) and line.startswith(beginning):
            return line
    raise BackupError("backup-key-bad", path=str(path))


@contextmanager
def writing(out: IO[bytes], lock: Lock | None) -> Iterator[IO[bytes]]:
    """A stream whose bytes come to ``out``, encrypted where there is a lock."""
    if lock is None:
        yield out
        return
    with suppress_bad_key(lock.recipient):
        recipient = x25519.Recipient.from_str(lock.recipient) if lock.recipient else None
    if recipient is None:
        identity = x25519.Identity.generate()
        recipient = identity.to_public()
        sealed = words.encrypt(str(identity).encode(), lock.passphrase)
        out.write(_OURS + base64.b64encode(sealed) + b"\n")
    to = recipient
    with _through(lambda source: pyrage.encrypt_io(source, out, [to]), writes=True) as stream:
        yield stream


@contextmanager
def reading(source: IO[bytes], lock: Lock) -> Iterator[IO[bytes]]:
    """A stream of what a backup holds, decrypted where it is encrypted."""
    head = source.read(len(_OURS))
    source.seek(0)
    if head == _OURS:
        identity = _opened(source.readline(_LONGEST_LINE), lock)
    elif head.startswith(_AGE):
        if not lock.identity:
            raise BackupError("backup-locked", what="接收方的私钥", what_en="the recipient's private key")
        identity = lock.identity
    else:
        yield source
        return
    with suppress_bad_key(identity):
        key = x25519.Identity.from_str(identity)
    with _through(lambda out: pyrage.decrypt_io(source, out, [key]), writes=False) as stream:
        yield stream


def _opened(line: bytes, lock: Lock) -> str:
    """The key of a stream, by the passphrase."""
    if not lock.passphrase:
        raise BackupError("backup-locked", what="口令", what_en="the passphrase")
    try:
        return str(words.decrypt(base64.b64decode(line[len(_OURS) :]), lock.passphrase), "ascii")
    except (pyrage.DecryptError, ValueError) as error:
        raise BackupError("backup-wrong-key") from error


@contextmanager
def suppress_bad_key(named: str) -> Iterator[None]:
    """Say in words that a text is no key."""
    try:
        yield
    except (pyrage.RecipientError, pyrage.IdentityError) as error:
        raise BackupError("backup-key-bad", path=named if named.startswith("age1") else "—") from error


@contextmanager
def _through(work: Callable[[IO[bytes]], object], *, writes: bool) -> Iterator[IO[bytes]]:
    """One end of a pipe at whose other end a thread works; what went wrong there is raised here."""
    read, write = os.pipe()
    ours, theirs = (
        (os.fdopen(write, "wb"), os.fdopen(read, "rb")) if writes else (os.fdopen(read, "rb"), os.fdopen(write, "wb"))
    )
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            with theirs:
                work(theirs)
        except BaseException as error:  # it is raised again by whoever waits
            wrong.append(error)

    thread = threading.Thread(target=run, name="age", daemon=True)
    thread.start()
    try:
        yield ours
    except BaseException as error:
        _end(ours, thread)
        if wrong and not isinstance(wrong[0], BrokenPipeError) and not _heard(wrong[0]):
            raise _told(wrong[0]) from error
        raise
    _end(ours, thread)
    if wrong:
        raise _told(wrong[0])


def _end(ours: IO[bytes], thread: threading.Thread) -> None:
    with suppress(OSError):
        ours.close()
    thread.join()


def _heard(error: BaseException) -> bool:
    """Whether a thread ended only because nobody listened any more."""
    return "roken pipe" in str(error)


def _told(error: BaseException) -> BaseException:
    if isinstance(error, pyrage.DecryptError):
        return BackupError("backup-wrong-key")
    return BackupError("backup-damaged", where="age") if "decryption error" in str(error) else error
