"""The agenda as a calendar that other programs subscribe to (RFC 5545), behind a secret address.

Invariant: a secret is shown once, when it is made, and kept as its digest; making another ends the one before, and an ended
one opens nothing from that moment. A calendar says of a case its number, its procedure, its state and the day, and nothing
of whom it is about; it says what the account's roles let it see when it is read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import User, audit
from quanxin.accounts.people import actor_of
from quanxin.calendar import now, today
from quanxin.casework import agenda
from quanxin.casework.agenda_models import Feed
from quanxin.runtime.language import code_of

AHEAD = dt.timedelta(days=400)
LONGEST = 64  # of a secret that is looked at; what is longer is none
USED = dt.timedelta(minutes=10)  # a use is noted so seldom at most


def standing(user: User) -> Feed | None:
    """The address of a person that stands."""
    return Feed.objects.filter(user=user, ended_at=None).first()


@act
def make(by: Actor, user: User) -> str:
    """Give a person a new secret, and end the one before; return it, which is not kept."""
    User.objects.select_for_update().get(pk=user.pk)
    _end(user)
    secret = secrets.token_urlsafe(32)
    Feed.objects.create(user=user, digest=_digest(secret), made_at=now())
    audit(by, "casework.make-feed", f"user:{user.username}")
    return secret


@act
def end(by: Actor, user: User) -> bool:
    """End the address of a person; whether there was one."""
    ended = _end(user)
    if ended:
        audit(by, "casework.end-feed", f"user:{user.username}")
    return bool(ended)


def opened(secret: str) -> User | None:
    """Whose calendar a secret opens, and note the use; None for one that stands for nobody."""
    digest = _digest(secret[:LONGEST])
    found = Feed.objects.select_related("user").filter(digest=digest, ended_at=None, user__is_active=True).first()
    if found is None or len(secret) > LONGEST or not constant_time_compare(found.digest, digest):
        return None
    if found.used_at is None or found.used_at < now() - USED:
        found.used_at = now()
        found.save(update_fields=["used_at"])
    return found.user


def calendar(user: User) -> bytes:
    """What falls due for somebody, as iCalendar in their language: what has lapsed, and what will within ``AHEAD``."""
    with translation.override(code_of(user.language)):
        return _calendar(actor_of(user))


def _calendar(actor: Actor) -> bytes:
    import icalendar  # here: of all that the platform does, this alone needs it

    made = icalendar.Calendar()
    made.add("prodid", "-//Quanxin//casework//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("泉信办理期限"))
    made.add("x-published-ttl", "PT1H")
    for entry in agenda.due(actor, last=today() + AHEAD):
        event = icalendar.Event()
        event.add("uid", f"{entry.case.number}-{entry.term.pk}@quanxin")
        event.add("dtstamp", now())
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + dt.timedelta(days=1))
        late = _("逾期") + " " if entry.overdue else ""
        event.add("summary", late + entry.said())
        event.add("url", f"{settings.PUBLIC_URL}/desk/cases/{entry.case.number}")
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())


def _end(user: User) -> int:
    return Feed.objects.filter(user=user, ended_at=None).update(ended_at=now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
