"""Sending notices to where people look: e-mail, and whatever else a city connects.

Invariant: a notice is on its page whether or not it was sent; it is sent at most once to a channel that took it, and a
channel that refuses is asked again a few times, later and later. Nothing but the notice's own words leaves, without
identity numbers; without a channel nothing is sent and nothing waits.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Protocol

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Q

from quanxin.accounts.models import Binding, User
from quanxin.archive.access import blot_out
from quanxin.calendar import now, today
from quanxin.casework.models import Notice
from quanxin.casework.rendering import rendered
from quanxin.subjects.models import Identifier, Subject

ATTEMPTS = 5
KEPT = dt.timedelta(days=3)  # how long a notice waits to be sent
MOST = 100
_log = logging.getLogger(__name__)


class Channel(Protocol):
    """A way to people: e-mail here; a city's text messages behind the same shape."""

    def ready(self) -> bool:
        """Whether it is set up."""

    def send(self, to: User, title: str, body: str) -> bool:
        """Hand a notice over for somebody; False where that person has no address of this kind. Raises ``OSError``."""


class Email:
    """E-mail through the server of ``QUANXIN_SMTP_URL``."""

    def ready(self) -> bool:
        """Whether a server is named."""
        return bool(settings.EMAIL_HOST)

    def send(self, to: User, title: str, body: str) -> bool:
        """Send one message to the address of the account."""
        if not to.email:
            return False
        mail.send_mail(title, body, settings.DEFAULT_FROM_EMAIL, [to.email])
        return True


CHANNELS: list[Channel] = [Email()]


def send_due() -> int:
    """Send what waits, through each channel that is set up; return how many notices went out."""
    channels = [channel for channel in CHANNELS if channel.ready()]
    return sum(_send(number, channels) for number in _waiting()) if channels else 0


def ready() -> bool:
    """Whether there is a channel that is set up."""
    return any(channel.ready() for channel in CHANNELS)


def send_to(person: User, title: str, body: str) -> bool:
    """Send one person something that is no notice, through each channel that is set up; whether one took it. Raises
    ``OSError``."""
    took = [channel.send(person, blot_out(title), blot_out(body)) for channel in CHANNELS if channel.ready()]
    return any(took)


def _waiting() -> list[int]:
    """The notices that were not sent yet, the oldest first; each attempt waits twice as long as the one before."""
    moment = now()
    due = Q(pk=None)
    for attempt in range(ATTEMPTS):
        due |= Q(mail_attempts=attempt, at__lte=moment - dt.timedelta(minutes=2**attempt - 1))
    fresh = Notice.objects.filter(due, mailed_at=None, at__gte=moment - KEPT)
    return list(fresh.order_by("id").values_list("pk", flat=True)[:MOST])


@transaction.atomic
def _send(number: int, channels: Iterable[Channel]) -> bool:
    notice = Notice.objects.select_for_update(skip_locked=True).filter(pk=number, mailed_at=None).first()
    if notice is None:
        return False
    try:
        for person in readers(notice):
            title, body = _message(notice, person.language)
            for channel in channels:
                channel.send(person, title, body)
    except OSError as error:  # the server is away, or refuses
        _log.warning("notice %s was not sent: %s", notice.pk, error)
        notice.mail_attempts += 1
        notice.save(update_fields=["mail_attempts"])
        return False
    notice.mailed_at = now()
    notice.save(update_fields=["mailed_at"])
    return True


def _message(notice: Notice, language: str) -> tuple[str, str]:
    """A notice as it is sent: in the reader's language, without numbers of persons, its addresses whole."""
    title, body = rendered(notice, "en" if language == "en" else "zh")
    body = blot_out(body)
    for face in ("/my/", "/desk/"):
        body = body.replace(face, f"{settings.PUBLIC_URL}{face}")
    return blot_out(title), body


def readers(notice: Notice) -> list[User]:
    """Whom a notice is for: who stands for its subject today, or who holds its role (for its provider)."""
    active = User.objects.filter(is_active=True)
    if notice.subject_id is None:
        held = Q(memberships__role=notice.role)
        if notice.provider:
            held &= Q(memberships__provider__in=["", notice.provider])
        return list(active.filter(held).distinct())
    subject = Subject.objects.get(pk=notice.subject_id)
    numbers = Identifier.objects.filter(subject=subject, kind=Identifier.Kind.IDENTITY).values("value")
    whose = Q(identity__in=numbers) if subject.natural else Q(code=subject.code)
    standing = Binding.objects.filter(whose, Q(until=None) | Q(until__gte=today()), ended_at=None)
    return list(active.filter(pk__in=standing.values("user")))
