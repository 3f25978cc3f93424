"""A session of one's own with the database, beside Django's connection.

Invariant: what a session writes is committed at once, whatever transaction Django's connection is in; what it locks is
free again the moment its process is gone, however it went.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def own_session() -> Iterator[psycopg.Connection]:
    """A psycopg connection, in autocommit, to the database that Django uses; closed afterwards."""
    parameters = connection.get_connection_params()
    for of_django in ("cursor_factory", "context"):
        parameters.pop(of_django, None)
    with psycopg.connect(**parameters, autocommit=True) as session:
        yield session


@contextmanager
def claimed(what: str) -> Iterator[psycopg.Connection | None]:
    """Hold the claim to ``what`` and give the session that holds it; None when another process holds it.

    A claim is an advisory lock of the session: the database frees it when the process dies.
    """
    key = claim_key(what)
    with own_session() as session:
        row = session.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
        if not (row and row[0]):
            yield None
            return
        try:
            yield session
        finally:  # the database ends a closed session only a moment later
            if not session.closed:
                session.execute("SELECT pg_advisory_unlock(%s)", [key])


def claim_key(what: str) -> int:
    """The number of the advisory lock that stands for ``what``."""
    return int.from_bytes(hashlib.sha256(f"quanxin claim {what}".encode()).digest()[:8], "big", signed=True)
