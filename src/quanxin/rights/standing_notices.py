"""Telling a subject that somebody came to stand for it, and ending a visit at the counter at sign-out.

Invariant: what gives somebody power over a subject is told to the subject in the transaction in which it begins.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from quanxin.accounts.binding import Principal, stands_now
from quanxin.accounts.models import User
from quanxin.accounts.people import actor_of
from quanxin.calendar import now
from quanxin.casework import counter, notices
from quanxin.policy.model import Text
from quanxin.subjects.models import Identifier, Subject
from quanxin.subjects.queries import find, resolve

_UNTIL_ENDED = Text(zh="终止之日", en="the day on which it is ended")


def connect() -> None:
    """Listen; called once, when the application is ready."""
    stands_now.connect(_tell, dispatch_uid="rights.stands-now")
    user_logged_out.connect(_signed_out, dispatch_uid="rights.signed-out")


def _tell(principal: Principal, key: str, once: str, who: User, until: dt.date | None, **_: Any) -> None:
    subject = _subject(principal)
    if subject is not None:  # whom nothing is known of has no pages to be told on
        link = notices.MY_AGENTS if key == "agency-made" else notices.MY_HOME
        notices.tell_subject(
            subject.pk, key, once=once, at=now(), who=str(who), until_day=until or _UNTIL_ENDED, link=link
        )


def _subject(principal: Principal) -> Subject | None:
    if principal.code:
        return find(principal.code)
    held = Identifier.objects.filter(kind=Identifier.Kind.IDENTITY, value=principal.identity)
    one = held.select_related("subject__merged_into").first()
    return resolve(one.subject) if one is not None else None


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None and counter.KEY in request.session:
        counter.end(request.session, actor_of(user))
