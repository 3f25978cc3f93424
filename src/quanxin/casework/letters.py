"""The morning letter: on a working day, one e-mail for each member of staff with what has lapsed, what falls due soon by its
own clock, and what is new.

Invariant: a person has one letter a day at most, however often and wherever the job runs; where there is nothing to say, or
no channel, there is none. It says of a case its number, its procedure, its state and its day.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import User, audit
from quanxin.accounts.people import actor_of
from quanxin.calendar import ZONE, day_of, local, now
from quanxin.casework import agenda, delivery
from quanxin.casework.agenda import Entry
from quanxin.casework.agenda_models import Letter
from quanxin.runtime.language import code_of
from quanxin.runtime.pack import current_pack

FROM, UNTIL = dt.time(7, 30), dt.time(12)  # of the city's clock: a letter that could not be sent is tried until noon
LISTED = 50  # cases of one heading that a letter names
_log = logging.getLogger(__name__)


def send() -> int:
    """Send the letters of this morning that were not sent; return how many. Nothing on a day of rest, or after noon."""
    moment = local(now())
    if not FROM <= moment.time() < UNTIL or not current_pack().calendar.is_working_day(day_of(moment)).working:
        return 0
    if not delivery.ready():
        return 0
    staff = User.objects.filter(is_active=True, memberships__isnull=False).exclude(email="").distinct().order_by("pk")
    return sum(_send(user, day_of(moment)) for user in staff)


def wanted(user: User) -> bool:
    """Whether a person wants the letter: everybody does who has not said otherwise."""
    found = Letter.objects.filter(user=user).first()
    return found is None or found.wanted


@act
def want(by: Actor, user: User, *, wanted: bool) -> None:
    """Say whether a person wants the letter; said twice, it stays so."""
    kept, _ = Letter.objects.select_for_update().get_or_create(user=user)
    if kept.wanted != wanted:
        kept.wanted = wanted
        kept.save(update_fields=["wanted"])
        audit(by, "casework.letter", f"user:{user.username}", wanted=wanted)


def written(actor: Actor, since: dt.datetime) -> tuple[str, str] | None:
    """The letter to an actor, its title and its text, in the language that is active; None where there is nothing to say.
    ``since`` is when the last was written: what was begun after it is new."""
    found = agenda.due(actor)
    late = [entry for entry in found if entry.overdue]
    soon = [entry for entry in found if not entry.overdue and entry.warned]
    new = [entry for entry in found if entry not in late and entry not in soon and entry.term.started_at >= since]
    if not (late or soon or new):
        return None
    counted = {"late": len(late), "soon": len(soon), "new": len(new)}
    title = _("今日待办：逾期 %(late)s 件，即将到期 %(soon)s 件，新到 %(new)s 件") % counted
    parts = [_part(_("已逾期"), late), _part(_("即将到期"), soon), _part(_("新到"), new)]
    where = {"address": f"{settings.PUBLIC_URL}/desk/agenda"}
    foot = _("全部期限见 %(address)s ；不想再收到此邮件，可在该页关闭。") % where
    return title, "\n\n".join([*filter(None, parts), foot])


def _part(title: str, found: Iterable[Entry]) -> str:
    entries = list(found)
    desk = f"{settings.PUBLIC_URL}/desk/cases"
    lines = [f"  {one.day:%m-%d} {one.said()} {desk}/{one.case.number}" for one in entries[:LISTED]]
    more = ["  " + _("另有 %(count)s 件") % {"count": len(entries) - LISTED}] if len(entries) > LISTED else []
    head = _("%(title)s %(count)s 件") % {"title": title, "count": len(entries)}
    return "\n".join([head, *lines, *more]) if entries else ""


@transaction.atomic
def _send(user: User, day: dt.date) -> bool:
    kept, _ = Letter.objects.get_or_create(user=user)
    kept = Letter.objects.select_for_update().get(pk=kept.pk)
    if not kept.wanted or kept.sent_on == day:
        return False
    before = kept.sent_on or current_pack().calendar.working_day_before(day, 1)
    with translation.override(code_of(user.language)):
        made = written(actor_of(user), dt.datetime.combine(before, FROM, ZONE))
    if made is None:
        return False
    try:
        if not delivery.send_to(user, *made):
            return False
    except OSError as error:  # the server is away: the next call tries again
        _log.warning("the letter to %s was not sent: %s", user.pk, error)
        return False
    kept.sent_on = day
    kept.save(update_fields=["sent_on"])
    return True
