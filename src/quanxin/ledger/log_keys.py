"""The keys of the log: the platform's own, of now and of before, under the name of the log.

Invariant: the log is signed with the key that signs everything of the platform's; a former key vouches for the heads that it
signed, none of which is later than its end.
"""

from __future__ import annotations

import datetime as dt

from quanxin.ledger import signing
from quanxin.proofs.notes import Key


def present(origin: str) -> Key:
    """The key that signs the log now."""
    return Key(origin, bytes.fromhex(signing.public_key()))


def at(origin: str, moment: dt.datetime) -> list[Key]:
    """The keys that may have signed the log at a moment."""
    return [Key(origin, bytes.fromhex(key)) for key in signing.keys_at(moment)]


def every(origin: str) -> list[Key]:
    """The keys that ever signed the log, the present one last."""
    return [*(Key(origin, bytes.fromhex(key)) for key in signing.former()), present(origin)]
