"""The papers of cases: who may open them, and to which case they belong.

Invariant: a paper is opened by whoever may see its case and by nobody else: the people of the desk who handle it, whoever
stands for its subject, and an agent whose authorisation names such cases; each opening leaves an access line.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from quanxin.accounts import Actor
from quanxin.accounts.agency import Scope, agencies_held
from quanxin.accounts.binding import principal_of
from quanxin.accounts.models import User
from quanxin.archive import viewers
from quanxin.archive.models import Access
from quanxin.attachments.accept import tie
from quanxin.attachments.models import Attachment
from quanxin.calendar import now
from quanxin.casework import queues
from quanxin.casework.models import Case
from quanxin.casework.procedures import procedure_of, title_of
from quanxin.runtime import parameters
from quanxin.subjects.models import Identifier, Subject
from quanxin.subjects.queries import cluster


def attach(actor: Actor, case: Case, papers: Iterable[str], *, subject: int) -> None:
    """Tie papers that the actor uploaded for a subject to a case about it. Raises ``AttachmentError`` for any others."""
    if wanted := [uuid.UUID(str(paper)) for paper in papers]:
        tie(actor, wanted, case.reference, subject_id=subject)


def may_read(actor: Actor, attachment: Attachment) -> None:
    """Raise ``NotAllowed``, and leave a line, unless the actor may see the case, or its subject, of a paper."""
    case = case_of(attachment)
    if case is not None and queues.may_see(actor, case):
        return
    if attachment.uploaded_by == actor.name and case is None:
        return
    if stands_for(actor, attachment.subject_id, scope_of(case)):
        return
    raise viewers.refused(actor, attachment.reference, "not a paper of this actor's cases")


def case_of(attachment: Attachment) -> Case | None:
    """The case that a paper belongs to; None while it belongs to none."""
    number = parameters.number(attachment.case.partition(":")[2])
    return Case.objects.filter(pk=number).first() if number else None


def scope_of(case: Case | None) -> Scope | None:
    """What an agent's authorisation must name for such a case; None where there is no case."""
    if case is None:
        return None
    scope = procedure_of(case).scope
    return Scope(scope) if scope else None


def access_line(actor: Actor, attachment: Attachment) -> None:
    """Leave the line that its subject sees; it names the case for which the paper was opened."""
    case = case_of(attachment)
    purpose = f"办理{title_of(case.kind).zh} {case.number}，查看材料" if case else "查看材料"
    Access.objects.create(
        at=now(),
        viewer="paper",
        actor=actor.name,
        purpose=f"{purpose}：{attachment.name}"[:200],
        subject_id=attachment.subject_id,
    )


def stands_for(actor: Actor, subject_id: int, scope: Scope | None) -> bool:
    """Whether the person behind an actor stands today for a subject, itself or as an agent for ``scope`` (None: no agent)."""
    user = User.objects.filter(username=actor.name.removeprefix("user:"), is_active=True).first()
    subject = Subject.objects.filter(pk=subject_id).first()
    if user is None or subject is None or not actor.name.startswith("user:"):
        return False
    principal = principal_of(user)
    held = {(principal.code, principal.identity)} if principal else set()
    held |= {
        (agency.code, agency.identity) for agency in agencies_held(user) if scope is not None and scope in agency.scope
    }
    numbers = Identifier.objects.filter(subject_id__in=cluster(subject)).values_list("value", flat=True)
    known = {*numbers, subject.code} - {""}
    return any(code in known or identity in known for code, identity in held)
