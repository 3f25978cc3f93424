"""Who asks: a subject, its agent, or someone at the counter for whom a clerk acts.

Invariant: whoever asks for a subject was seen to stand for it when the party was made; what they ask for is about that
subject's records alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import refused_line
from quanxin.archive import viewers
from quanxin.archive.models import Record
from quanxin.archive.own_matters import expect_others
from quanxin.archive.viewers import Viewer
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.procedures import seen_by_party
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster, resolve


@dataclass(frozen=True, slots=True)
class Party:
    """A subject with whoever speaks for it; ``on_behalf`` says by which authority, or for whom at the counter."""

    actor: Actor
    subject: Subject
    channel: Case.Channel = Case.Channel.ONLINE
    on_behalf: str = ""
    agent: bool = False
    ids: tuple[int, ...] = ()  # the numbers under which what concerns the subject is kept; asked for once, if not given

    def __post_init__(self) -> None:
        if not self.ids:
            object.__setattr__(self, "ids", tuple(cluster(self.subject)))

    @property
    def viewer(self) -> Viewer:
        """As whom the subject's data is read for it."""
        how = "window" if self.channel == Case.Channel.WINDOW else "agent" if self.agent else "subject"
        return viewers.itself(self.actor, self.subject, how=how, note=self.on_behalf, own=self.ids)

    def record(self, subject: int, number: int) -> Record:
        """A current record of the subject; raises ``RightsError`` for any other."""
        found = Record.objects.filter(subject_id=subject, id=number, superseded_at=None).first()
        if found is None or subject not in self.ids:
            line = refused_line(self.actor, f"record:{subject}-{number}", "not a record of the subject")
            raise RightsError("record-not-yours", line)
        return found

    def case(self, number: str) -> Case:
        """A case of the subject; raises ``RightsError`` for any other."""
        found = Case.objects.filter(seen_by_party(), number=number, subject_id__in=self.ids).first()
        if found is None:
            raise RightsError("case-unknown", refused_line(self.actor, f"case:{number}", "not a case of the subject"))
        return found


def at_counter(actor: Actor, subject: Subject, who: str) -> Party:
    """The party for whom a clerk at the counter acts; ``who`` names the visitor and the papers seen.

    Raises ``NotAllowed`` without the window's role or, with a line, for an organisation of another district than the
    window's; ``RightsError`` where it is not said who came.
    """
    actor.require(Role.WINDOW)
    expect_others(actor, [subject.pk], f"subject:{subject.pk}")
    if not (subject.natural or actor.may(Role.WINDOW, region=subject.region)):
        raise viewers.refused(actor, f"subject:{subject.pk}", "another district's subject")
    if not who.strip():
        raise RightsError("reason-missing")
    return Party(actor, resolve(subject), Case.Channel.WINDOW, who.strip())
