"""Tokens that let nobody in: unknown, revoked or expired.

Invariant: each try is counted, by client where the token is still known and else by network, and by the hour; the first, the
tenth, the hundredth and so on leave a line, so that whoever guesses is seen and cannot fill the audit.
"""

from __future__ import annotations

import hashlib
import time

from django.db import connection
from django.http import HttpRequest
from oauth2_provider.models import AccessToken

from quanxin.accounts import Actor
from quanxin.accounts.acts import refused_line
from quanxin.accounts.browsers import address_of
from quanxin.accounts.models import ApiClient
from quanxin.api.models import DeadToken

KEPT_HOURS = 24 * 7
COUNTED = f"""
INSERT INTO {DeadToken._meta.db_table} AS d (hour, who, tries) VALUES (%s, %s, 1)
ON CONFLICT (hour, who) DO UPDATE SET tries = d.tries + 1 RETURNING tries
"""


def note(request: HttpRequest, token: str) -> None:
    """Count the try of a token that let nobody in."""
    checksum = hashlib.sha256(token.encode()).hexdigest()
    known = AccessToken.objects.filter(token_checksum=checksum).values("application_id")
    client = ApiClient.objects.filter(application_id__in=known).first()
    who = f"client:{client.name}" if client else f"network:{address_of(request) or 'unknown'}"
    hour = int(time.time() // 3600)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, (hour, who[:80]))
        (tries,) = cursor.fetchone()
    if tries == 1:
        DeadToken.objects.filter(hour__lt=hour - KEPT_HOURS).delete()
    if str(tries).strip("0") == "1":
        refused_line(Actor(who[:80], frozenset()), "token", "dead token", tries=str(tries))
