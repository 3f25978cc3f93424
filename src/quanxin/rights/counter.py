"""Window mode: for whom a clerk at the counter acts just now.

Invariant: it lies in the clerk's own session, holds no identity number, begins with a line of the audit that says who came
and which paper was seen, and is over after half an hour, at its end or at sign-out, whichever comes first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.binding import Principal
from quanxin.accounts.models import audit
from quanxin.calendar import now
from quanxin.rights.errors import RightsError
from quanxin.rights.parties import Party, at_counter
from quanxin.subjects.models import Subject

KEY = "counter"
LASTS = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Counter:
    """For which subject, of which principal, a clerk acts, who came with which paper, and since when."""

    subject: int
    principal: Principal
    who: str
    began_at: dt.datetime

    @property
    def over(self) -> bool:
        """Whether its half hour has passed."""
        return now() >= self.ends_at

    @property
    def ends_at(self) -> dt.datetime:
        """When it is over by itself."""
        return self.began_at + LASTS


@act
def begin(session: SessionBase, actor: Actor, subject: Subject, principal: Principal, *, who: str, paper: str) -> Party:
    """Act from now on for a subject whose representative, or who in person, stands at the counter.

    Raises as ``at_counter`` does, and ``RightsError`` where it is not said who came or what was seen. The same again
    begins anew: somebody else may stand there.
    """
    if not who.strip() or not paper.strip():
        raise RightsError("visitor-missing")
    said = f"{' '.join(who.split())}（{' '.join(paper.split())}）"[:160]
    party = at_counter(actor, subject, said)
    session[KEY] = {
        "subject": party.subject.pk, "code": principal.code, "identity": principal.identity, "who": said,
        "began_at": now().isoformat(),
    }  # fmt: skip
    audit(actor, "rights.counter.begin", f"subject:{party.subject.pk}", who=said)
    return party


def current(session: SessionBase) -> Counter | None:
    """What a session says, over or not; None where nobody is acted for."""
    said = session.get(KEY)
    if said is None:
        return None
    principal = Principal(code=said["code"], identity=said["identity"])
    return Counter(said["subject"], principal, said["who"], dt.datetime.fromisoformat(said["began_at"]))


@act
def end(session: SessionBase, actor: Actor) -> bool:
    """Act for nobody any more; whether somebody was acted for."""
    held = session.pop(KEY, None)
    if held is not None:
        audit(actor, "rights.counter.end", f"subject:{held['subject']}")
    return held is not None
