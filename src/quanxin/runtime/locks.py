"""The advisory locks of the database: every kind that there is, and the one order in which they are waited for.

Invariant: whoever needs several locks takes them in the order of ``Kind`` as it stands here, several of one kind in the
order of their numbers, and takes them before the rows that they guard (a resource before its batches, batches before held
rows); so no two transactions ever wait for each other. A lock ends with its transaction.

Records are ended by their rows, in the order of subject and id, whoever ends them: a withdrawal takes these alone, so that it
waits for no intake that is under way.

The lock of a case or a subject by its row stands before all of these: an act on a case may correct or withdraw a record.
Claims of jobs (``runtime.session``) are never waited for, and so stand outside the order.
"""

from __future__ import annotations

import zlib
from enum import IntEnum, unique

MIGRATION = 5_149_712_046  # of a session, not of a transaction: any number that every version of this code agrees on


@unique
class Kind(IntEnum):
    """What is locked, by the first of the two numbers of a lock; those that triggers take are written in migrations too."""

    ATTEMPT = 20_817  # to sign in, under a name
    ANSWER = 20_818  # that is kept for a client's idempotency key
    RESOURCE = 20_819  # one batch of it commits at a time
    REGISTER = 20_820  # one enrolment at a time, for ids are reserved in blocks
    INDEXING = 20_809  # whoever asks by blind indexes, shared; whoever replaces their key
    SEALING = 20_811  # whoever seals under a key, shared; whoever retires it
    ATTACHMENTS = 20_821  # of a case, or of a person's that no case uses yet
    LEDGER = 20_827  # whoever seals a day of lines, or changes the key that signs
    LOG = 20_832  # whoever gives leaves their places in the public log
    MODEL = 20_825  # one run at a time gives its scores
    CLASSES = 20_833  # of supervision, made anew or set by a review
    NEVER_SCORED = 20_826  # by triggers of evaluation and supervision
    CHECK = 20_830  # by the form that asked for it
    DUE = 20_831  # the list of what may be applied, made anew
    DOCUMENT = 20_834  # by the key of the act that issues it
    EVENTS = 20_824  # by a trigger as the last thing before the commit: positions go up in the order of commits


def number(what: str) -> int:
    """The second number of the lock of ``what``. Two that share one wait for each other, and nothing worse."""
    return zlib.crc32(what.encode()) - 2**31


def hold(kind: Kind, *what: str) -> None:
    """Wait for and hold the locks of a kind, of several in their order, until the transaction ends."""
    from django.db import connection

    with connection.cursor() as cursor:
        for each in sorted({number(one) for one in what} or {0}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [int(kind), each])
