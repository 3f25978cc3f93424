"""What keeps the platform from answering at all: a database that is away, a disk that is full.

Invariant: only these two are told apart from a defect; whoever asked is told in words, with 503, and may come again.
"""

from __future__ import annotations

import errno
from enum import StrEnum

import psycopg
from django.db import InterfaceError, OperationalError

RETRY = 10  # seconds after which it is worth to ask again
_FULL = (errno.ENOSPC, errno.EDQUOT)
_AWAY = ("08", "57P")  # SQLSTATE: connections, and a server that stops or starts


class Reason(StrEnum):
    """Why nothing can be answered."""

    DATABASE = "database"
    DISK = "disk"


def why(error: BaseException | None) -> Reason | None:
    """What an error says of the platform's ability to answer; None for every other error."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _FULL:
            return Reason.DISK
        state = getattr(error, "sqlstate", None) or ""
        if state == psycopg.errors.DiskFull.sqlstate:
            return Reason.DISK
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not state
        if state.startswith(_AWAY) or lost:
            return Reason.DATABASE
        bare = isinstance(error, OperationalError | InterfaceError) and error.__cause__ is None
        if bare:
            return Reason.DATABASE
        error = error.__cause__ or error.__context__
    return None
