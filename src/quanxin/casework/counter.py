"""Window mode: for whom a clerk at the counter acts just now.

Invariant: a visit has a beginning and an end, which the database keeps: it is over after half an hour, when the clerk ends
it, begins another or signs out, whichever comes first, in whatever browser. Its subject is told who came with which paper.
It holds no identity number, and gives the clerk nothing that lasts longer.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.backends.base import SessionBase

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.binding import Principal
from quanxin.accounts.models import audit
from quanxin.calendar import now
from quanxin.casework import notices
from quanxin.casework.errors import RightsError
from quanxin.casework.parties import Party, at_counter
from quanxin.casework.visit_models import Visit
from quanxin.subjects.models import Subject

KEY = "counter"
LASTS = dt.timedelta(minutes=30)


@act
def begin(session: SessionBase, actor: Actor, subject: Subject, principal: Principal, *, who: str, paper: str) -> Party:
    """Act from now on for a subject whose representative, or who in person, stands at the counter.

    Raises as ``at_counter`` does, and ``RightsError`` where it is not said who came or what was seen. What the clerk did
    for anybody before is over: somebody else may stand there.
    """
    if not who.strip() or not paper.strip():
        raise RightsError("visitor-missing")
    said = f"{' '.join(who.split())}（{' '.join(paper.split())}）"[:160]
    party, at = at_counter(actor, subject, said), now()
    _end(actor)
    made = Visit.objects.create(
        subject_id=party.subject.pk,
        code=principal.code,
        identity=principal.identity,
        clerk=actor.name,
        who=said,
        began_at=at,
        ends_at=at + LASTS,
    )
    session[KEY] = made.pk
    audit(actor, "rights.counter.begin", f"subject:{party.subject.pk}", who=said, visit=made.pk)
    notices.tell_subject(
        party.subject.pk, "window-visit", once=f"visit:{made.pk}", at=at, who=said, link=notices.MY_READINGS
    )
    return party


def current(session: SessionBase, actor: Actor) -> Visit | None:
    """The visit that a clerk's session serves, over or not; None where nobody is acted for."""
    number = session.get(KEY)
    return Visit.objects.filter(pk=number, clerk=actor.name).first() if isinstance(number, int) else None


@act
def end(session: SessionBase, actor: Actor) -> bool:
    """Act for nobody any more; whether somebody was acted for."""
    return session.pop(KEY, None) is not None and bool(_end(actor))


def _end(actor: Actor) -> int:
    """End what the clerk serves; the end of one whose time had passed is when it passed."""
    open_visits = list(Visit.objects.select_for_update().filter(clerk=actor.name, ended_at=None))
    for visit in open_visits:
        visit.ended_at = min(now(), visit.ends_at)
        visit.save(update_fields=["ended_at"])
        audit(actor, "rights.counter.end", f"subject:{visit.subject_id}", visit=visit.pk)
    return len(open_visits)
