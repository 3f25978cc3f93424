"""Acts: what changes state, whole or not at all, and what is kept of a try that was refused.

Invariant: an act is one transaction. Where it is refused, nothing has changed but one line of the audit, which names who
tried what; it is written after the act's own lines are gone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from quanxin.accounts.actors import Actor
from quanxin.accounts.models import audit_all

P = ParamSpec("P")
T = TypeVar("T")

LONGEST = 128  # what the audit keeps of what was tried for, however long the address was
Line = tuple[Actor, str, str, dict[str, str]]  # who, which act of the audit, about what, particulars


def refused_line(actor: Actor, target: str, why: str, **particulars: str) -> Line:
    """Leave the line of a try that was refused, and return it for the error that is raised (as its ``line``)."""
    line = (actor, "access.refused", target, {"why": why, **particulars})
    _write(line)
    return line


def act(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function one act: a transaction of its own, or part of the one that it is called in.

    An error that carries the ``line`` of a refusal leaves it behind, though the transaction is undone.
    """

    @wraps(function)
    def acting(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with transaction.atomic():
                return function(*args, **kwargs)
        except Exception as error:
            line: Line | None = getattr(error, "line", None)
            if line is not None:
                _write(line)
            raise

    return acting


def _write(line: Line) -> None:
    actor, what, target, particulars = line
    audit_all([(actor, what, target[:LONGEST], particulars)])
