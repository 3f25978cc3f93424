"""For what a person of the desk reads about a subject just now.

Invariant: a purpose is sent in the body of a request and kept in the reader's own session, never in an address, so that no
log, history or referrer holds it; it lasts a quarter of an hour from its last use, and only a few are kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest

from quanxin.calendar import now

KEY, MOST, LASTS = "readings", 20, dt.timedelta(minutes=15)
LONGEST = 200


def state(request: HttpRequest, about: str, purpose: str) -> None:
    """Keep for what ``about`` is read from now on."""
    _keep(request, about, purpose.strip()[:LONGEST])


def stated(request: HttpRequest, about: str) -> str:
    """For what ``about`` is being read; "" where that was not said, or too long ago."""
    kept = request.session.get(KEY, {}).get(about)
    if kept is None or dt.datetime.fromisoformat(kept["at"]) < now() - LASTS:
        return ""
    _keep(request, about, kept["purpose"])
    return str(kept["purpose"])


def _keep(request: HttpRequest, about: str, purpose: str) -> None:
    kept: dict[str, Any] = request.session.get(KEY, {})
    kept.pop(about, None)
    kept[about] = {"purpose": purpose, "at": now().isoformat()}
    request.session[KEY] = dict(list(kept.items())[-MOST:])
