"""The code by which a person lets a principal name them as agent.

Invariant: at a page nobody is named by a user name, so no answer tells which there are; a code is of 60 random bits, stands
for some days, is kept as its digest alone, and the next one ends it. A code that is none leaves a line.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from unicodedata import normalize

from quanxin.accounts.actors import Actor
from quanxin.accounts.acts import act, refused_line
from quanxin.accounts.errors import NotAllowed
from quanxin.accounts.models import User, audit
from quanxin.calendar import now

STANDS = dt.timedelta(days=7)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_GROUPS, _EACH = 3, 4


@act
def issue(by: Actor, user: User) -> str:
    """A new code of a person's own, like ``7KQ2-M9XA-3T5V``; the one before stands no more. ``NotAllowed`` for anyone else."""
    if by.name != f"user:{user.username}":
        raise NotAllowed("a code is got by whoever is to be named by it")
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_EACH)) for _ in range(_GROUPS))
    user.agent_code, user.agent_code_until = _digest(code), now() + STANDS
    user.save(update_fields=["agent_code", "agent_code_until"])
    audit(by, "accounts.agent-code", f"user:{user.username}", until=user.agent_code_until.isoformat(timespec="seconds"))
    return code


def username_of(by: Actor, code: str) -> str:
    """Whose code it is; nothing, and a line, where it is nobody's or no longer stands."""
    stands = User.objects.filter(agent_code=_digest(code), agent_code_until__gt=now(), is_active=True)
    found = stands.values_list("username", flat=True).first()
    if found is None:
        refused_line(by, "agent-code", "no such code")
    return found or ""


def _digest(code: str) -> str:
    """Of a code as somebody types it: in any case and width, with or without dashes and blanks, O for 0 and I or L for 1."""
    typed = "".join(c for c in normalize("NFKC", code).upper() if c.isalnum()).translate(str.maketrans("OIL", "011"))
    return hashlib.sha256(typed.encode()).hexdigest()
