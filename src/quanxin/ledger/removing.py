"""Removing attempts to sign in after their term.

Invariant: the database alone removes, whole sealed days, by its own function, which leaves a removal that stays.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection

from quanxin.calendar import now, today
from quanxin.ledger.lines import end_of
from quanxin.ledger.models import Seal

SHORTEST = 30  # days; the database refuses to remove what is younger


def remove_sign_ins() -> int:
    """Remove the attempts that are older than ``QUANXIN_KEEP_SIGN_INS_DAYS``, as far as sealed; return how many."""
    last = today() - dt.timedelta(days=1 + max(settings.KEEP_SIGN_INS_DAYS, SHORTEST))
    seal = Seal.objects.filter(day__lte=last).order_by("-day").first()
    if seal is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_remove('accounts_signin', %s, %s, 'job:retention')", (end_of(seal.day), now()))
        return int(cursor.fetchone()[0])
