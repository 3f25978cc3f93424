"""Keys that stay outside the database.

Invariant: a key is read where it is needed and is never logged, printed or stored beside what it seals.
"""

from __future__ import annotations

from functools import cache

from quanxin.identifiers.sealing import Sealer
from quanxin.runtime import environment


@cache
def sealer() -> Sealer:
    """The sealer of identity numbers, from ``QUANXIN_IDENTITY_KEY`` or the key file in the data directory."""
    return Sealer(bytes.fromhex(environment.secret("QUANXIN_IDENTITY_KEY", "identity-key")))
