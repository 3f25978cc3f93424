"""The chains of codes: one a draw, of a secret that is sealed before it is kept.

Invariant: a chain is one draw's alone (the database sees to it), made in the transaction that commits the draw; a code is
revealed when it is used, the next one after it.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets

from quanxin.draws import Chain as Codes
from quanxin.runtime.keys import sealer, sealing
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.models import Chain

LENGTH = 100


def make(provider: str, at: dt.datetime) -> Chain:
    """A new chain of a new secret."""
    secret = secrets.token_bytes(32).hex()
    sealed = sealing().seal(secret, _as(provider))
    return Chain.objects.create(provider=provider, secret=sealed, length=LENGTH, made_at=at)


def codes_of(chain: Chain) -> Codes:
    """The codes of a chain."""
    return Codes(_secret(chain), chain.length)


def next_code(chain: Chain) -> bytes:
    """Reveal the next code. Raises ``DrawError`` where there is none left."""
    held = Chain.objects.select_for_update().get(pk=chain.pk)
    if held.used + 1 >= held.length:
        raise DrawError("codes-over")
    held.used += 1
    held.save(update_fields=["used"])
    chain.used = held.used
    return codes_of(held).code(held.used)


def names_key(chain: Chain) -> bytes:
    """The key under which objects have other names in a frame that would tell their class."""
    return hmac.digest(_secret(chain), b"names", "sha256")


def _secret(chain: Chain) -> bytes:
    return bytes.fromhex(sealer().unseal(bytes(chain.secret), _as(chain.provider)))


def _as(provider: str) -> str:
    return f"chain:{provider}"
