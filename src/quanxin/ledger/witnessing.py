"""Witnesses: others who vouch that the log has only grown (C2SP tlog-witness, tlog-cosignature).

Invariant: a witness cosigns a head only after it has seen for itself that the log grew from the head that it cosigned before,
and remembers it before it gives the cosignature away. The platform takes in cosignatures of the witnesses that it names, of
heads that it signed, and nothing else; what it took it shows beneath the head.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import transaction

from quanxin.ledger import monitoring
from quanxin.ledger.models import Head
from quanxin.proofs import checkpoints, notes
from quanxin.proofs.checkpoints import Checkpoint
from quanxin.proofs.notes import COSIGNATURE, Key, NoteError
from quanxin.runtime import environment

VARIABLE = "QUANXIN_WITNESSES"


def cosigned(
    fetch: monitoring.Fetch,
    keys: Collection[Key],
    before: str,
    remember: Callable[[str], object],
    at: int,
    by: tuple[Key, Callable[[bytes], bytes]],
) -> str:
    """The head of a log with the cosignature of a witness, ``by`` its key and how it signs, of a moment (seconds since 1970).

    ``before`` is what it remembers of the log; what it is to remember is told before anything is signed. Raises ``Fork``.
    """
    seen = monitoring.follow(fetch, keys, before)
    remember(seen.note)
    key, sign = by
    return str(checkpoints.cosigned(notes.read(seen.note.encode()), key, at, sign))


def witnesses() -> list[Key]:
    """The witnesses that the platform names. Raises ``BadSetting`` for what is no key of one."""
    try:
        found = [Key.read(text) for text in environment.value(VARIABLE).split()]
    except NoteError as error:
        raise _bad() from error
    if any(key.kind != COSIGNATURE for key in found):
        raise _bad()
    return found


@transaction.atomic
def take(raw: bytes) -> int:
    """Take in the cosignatures beneath a head that the platform signed; return how many are new. Raises ``NoteError`` for
    another note than that of such a head, and without a cosignature, which holds, of a witness that it names."""
    note = notes.read(raw)
    head = Head.objects.select_for_update().filter(size=Checkpoint.of(note.text).size).first()
    if head is None or notes.read(head.note.encode()).text != note.text:
        raise NoteError("no head of this log")
    known = witnesses()
    if not checkpoints.cosignatures(note, known):
        raise NoteError("no witness that is named cosigned it")
    there = {(one.name, one.id) for one in notes.read(head.note.encode()).signatures}
    names = {(key.name, key.id) for key in known}
    new = {(one.name, one.id): one for one in note.signatures if (one.name, one.id) in names - there}
    if new:
        head.note += "".join(map(str, new.values()))
        head.witnesses += len(new)
        head.save(update_fields=["note", "witnesses"])
    return len(new)


def _bad() -> environment.BadSetting:
    return environment.BadSetting(
        VARIABLE,
        "应为见证人的公钥，以空格分隔（quanxin log witness 会显示）。",
        "must be keys of witnesses, parted by blanks.",
    )
