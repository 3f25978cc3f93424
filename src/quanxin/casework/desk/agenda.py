"""What falls due, at the desk: a month by its days, the address of one's calendar, and the morning letter.

Invariant: each sees what is theirs to act in; the secret of a calendar's address is shown once, on the answer that made it,
and what it opens names nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import User
from quanxin.calendar import today
from quanxin.calendar.months import add_months
from quanxin.casework import agenda as due
from quanxin.casework import feeds, letters
from quanxin.casework.agenda import Entry
from quanxin.casework.notices import authority
from quanxin.pages.gates import requires_role
from quanxin.policy.model import Text
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack

SEEING = (Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR)
WEEK = 7
MOST = 500  # of what has lapsed, and of what falls due in the month, that the page lists; it counts all


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month's sheet: how much falls due, whether it is a day of rest; ``day`` is None beside the month."""

    day: dt.date | None
    count: int = 0
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Something that falls due, with the unit that must act."""

    entry: Entry
    unit: Text


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*SEEING)
def agenda(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What falls due in a month, what has lapsed before; the calendar's address and the letter are set here."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  whoever is staff is signed in
    secret = ""
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what == "feed":
            secret = feeds.make(actor, user)
        elif what == "end-feed":
            feeds.end(actor, user)
        elif what == "letter":
            letters.want(actor, user, wanted=request.POST.get("wanted") == "1")
        if not secret:
            return redirect(f"{reverse('desk:agenda')}?done={what if what in ('end-feed', 'letter') else ''}")
    return render(request, "casework/agenda.html", _page(request, actor, user, secret))


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar of a secret; what stands for none is not there."""
    whose = feeds.opened(secret)
    if whose is None:
        raise Http404
    return HttpResponse(
        feeds.calendar(whose),
        content_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"},
    )


def _page(request: HttpRequest, actor: Actor, user: User, secret: str) -> dict[str, Any]:
    first = parameters.month(request.GET.get("month")) or today().replace(day=1)
    last = add_months(first, 1) - dt.timedelta(days=1)
    found = due.due(actor, first, last)
    lapsed = due.overdue(actor)
    days = [(day, _rest(day), _lines(list(held))) for day, held in groupby(found[:MOST], key=lambda one: one.day)]
    path = reverse("desk:feed", args=[secret]) if secret else ""
    return {
        "first": first,
        "before": add_months(first, -1),
        "after": add_months(first, 1),
        "weekdays": [WEEKDAYS_ABBR[n] for n in range(WEEK)],
        "weeks": _weeks(first, last, found),
        "days": days,
        "today": today(),
        "lapsed": _lines(lapsed[:MOST]),
        "late": len(lapsed),
        "count": len(found),
        "most": MOST,
        "still": due.terms_of(actor).filter(paused_at__isnull=False).count(),
        "feed": feeds.standing(user),
        "secret": secret,
        "address": f"{settings.PUBLIC_URL or request.build_absolute_uri('/')[:-1]}{path}",
        "letter": letters.wanted(user),
        "email": user.email,
        "done": request.GET.get("done", ""),
    }


def _lines(found: Sequence[Entry]) -> list[Line]:
    return [Line(entry, authority(entry.case.provider)) for entry in found]


def _weeks(first: dt.date, last: dt.date, found: Sequence[Entry]) -> list[list[Cell]]:
    """The sheet of a month, from Monday."""
    counts: dict[dt.date, int] = {}
    for entry in found:
        counts[entry.day] = counts.get(entry.day, 0) + 1
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    cells = [Cell(None)] * first.weekday() + [Cell(day, counts.get(day, 0), _rest(day)) for day in days]
    cells += [Cell(None)] * (-len(cells) % WEEK)
    return [cells[n : n + WEEK] for n in range(0, len(cells), WEEK)]


def _rest(day: dt.date) -> bool:
    try:
        return not current_pack().calendar.is_working_day(day).working
    except ValueError:  # a year of which no calendar knows
        return False
