"""Who acts, and the line each act leaves.

Invariant: nothing changes without an actor who may do it, and every change leaves one audit line in its own
transaction; audit lines are only ever added.
"""

from quanxin.accounts.actors import Actor, operator
from quanxin.accounts.errors import NotAllowed

__all__ = ["Actor", "NotAllowed", "operator"]
