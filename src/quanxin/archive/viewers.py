"""As whom data is read.

Invariant: everyone but the public is an actor with a purpose, and is a viewer only by what is made here: a role held, an
organisation stood for, a purpose of the pack that opens to it, or a grant that its subject gave. What each sees is
decided in ``access`` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Assignment, Role
from quanxin.accounts.acts import refused_line
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import today
from quanxin.policy.rights import Purpose
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster


@dataclass(frozen=True, slots=True)
class Grant:
    """What a subject granted an institution: which resources, for what, until which day, included. ``reference`` names
    the consent; ``subjects`` are the ids under which its subject is kept."""

    reference: str
    institution: str
    subjects: frozenset[int]
    resources: frozenset[str]
    purpose: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone as whom data is read. Everyone but the public is an actor with a purpose.

    ``fields`` are the items that a consumer's subscription names; empty means every item that may leave. ``own`` are
    the ids under which a subject that reads itself is kept. ``by`` are the assignments of the role by which the actor
    reads, whose limits hold; ``barred`` are the subjects that the actor stands for, and reads through their own pages
    alone. ``opened`` is the purpose of the pack that a department or
    supervisor reads others' records for, ``grant`` the consent that an institution reads by.
    """

    kind: str
    actor: Actor | None = None
    purpose: str = ""
    fields: frozenset[str] = frozenset()
    own: frozenset[int] = frozenset()
    by: frozenset[Assignment] = frozenset()
    barred: frozenset[int] = frozenset()
    opened: Purpose | None = None
    grant: Grant | None = None
    special: bool = False

    @property
    def is_public(self) -> bool:
        return self.kind == "public"

    @property
    def is_outside(self) -> bool:
        """Whether what is read leaves the platform: no identity number ever does."""
        return self.kind in ("public", "consumer", "subject", "agent", "window", "institution")

    @property
    def reads_itself(self) -> bool:
        return self.kind in ("subject", "agent", "window")


PUBLIC = Viewer("public")
# The roles by which what others share is read, by the kind of viewer that they make.
SHARING = {"department": (Role.INTAKE, Role.DECIDER), "supervisor": (Role.SUPERVISOR,)}


def centre(actor: Actor, purpose: str) -> Viewer:
    """The credit centre's own viewer; raises ``NotAllowed`` without its role, ``ValueError`` without a purpose."""
    return Viewer("centre", actor, _said(purpose), by=_held(actor, Role.CENTRE), barred=own_subjects(actor))


def handling(actor: Actor, purpose: str) -> Viewer:
    """The credit centre's people who take cases in, pass them on and look at them again, reading what a case is about.

    Raises ``NotAllowed`` without such a role, ``ValueError`` without a purpose.
    """
    by = _held(actor, Role.CENTRE, Role.WINDOW, Role.REVIEWER)
    return Viewer("centre", actor, _said(purpose), by=by, barred=own_subjects(actor))


def department(actor: Actor, purpose: str, *roles: Role) -> Viewer:
    """The providers that an actor hands in or decides for (by one of ``roles``, where it must be that one), reading what
    they handed in; raises as ``centre`` does."""
    by = _held(actor, *(roles or SHARING["department"]))
    return Viewer("department", actor, _said(purpose), by=by, barred=own_subjects(actor))


def sharing(actor: Actor, purpose: str, kind: str = "department") -> Viewer:
    """A ``department``'s or a ``supervisor``'s officer who reads what others share, for a purpose of the pack, by its key.

    Raises ``NotAllowed``, and leaves a line, where the pack has no such purpose today or it opens nothing to the actor.
    """
    by = _held(actor, *SHARING[kind])
    return Viewer(kind, actor, purpose, by=by, barred=own_subjects(actor), opened=_opened(actor, kind, purpose))


def personnel(actor: Actor, purpose: str) -> Viewer:
    """A personnel authority, reading persons' records of the categories that its purpose opens; raises as ``sharing``."""
    by = _held(actor, Role.PERSONNEL)
    opened = _opened(actor, "personnel", purpose)
    return Viewer("personnel", actor, purpose, by=by, barred=own_subjects(actor), opened=opened)


def auditor(actor: Actor, purpose: str) -> Viewer:
    """The auditor, who may look at everything and change nothing; raises as ``centre`` does."""
    return Viewer("auditor", actor, _said(purpose), by=_held(actor, Role.AUDITOR), barred=own_subjects(actor))


def consumer(actor: Actor, purpose: str, fields: frozenset[str]) -> Viewer:
    """A consumer under its subscription; raises ``ValueError`` without a purpose."""
    return Viewer("consumer", actor, _said(purpose), fields)


def institution(actor: Actor, grant: Grant) -> Viewer:
    """A bank's officer under a consent that stands. Raises ``NotAllowed``, and leaves a line, for another institution's
    and for one whose term has passed."""
    by = _held(actor, Role.BANK)
    if grant.institution not in actor.organisations_of(Role.BANK):
        raise refused(actor, grant.reference, "the consent is another institution's")
    if grant.until < today():
        raise refused(actor, grant.reference, "the consent has expired")
    return Viewer("institution", actor, _said(grant.purpose), by=by, barred=own_subjects(actor), grant=grant)


def itself(
    actor: Actor, subject: Subject, *, how: str = "subject", note: str = "", own: Collection[int] = ()
) -> Viewer:
    """A subject that reads itself: through its representative or in person (``subject``), through an ``agent``, or
    through a clerk at the ``window``, with a note of whom that is. ``own``: the ids of its cluster, where they are known.

    Whoever calls it has seen that the binding, or the authority, to this very subject stands.
    """
    purposes = {"subject": "主体查看本人（本单位）信息", "agent": "受托查看委托人信息", "window": "窗口为到场人员办理"}
    purpose = f"{purposes[how]}：{note}" if note else purposes[how]
    return Viewer(how, actor, purpose[:200], own=frozenset(own or cluster(subject)))


def for_special_report(viewer: Viewer) -> Viewer:
    """A subject that reads itself, as the special report about it is made; ``ValueError`` for anybody else."""
    if not viewer.reads_itself:
        raise ValueError("a special report is made for its subject alone")
    return replace(viewer, special=True)


def refused(actor: Actor, target: str, why: str, **particulars: str) -> NotAllowed:
    """Leave the line of a try that was refused, and return what to raise."""
    error = NotAllowed(f"{actor.name}: {why}")
    error.line = refused_line(actor, target, why, **particulars)
    return error


def _held(actor: Actor, *roles: Role) -> frozenset[Assignment]:
    """The assignments of the roles by which the actor reads. Raises ``NotAllowed``, and leaves a line, for none."""
    if not (by := actor.by(*roles)):
        raise refused(actor, "subjects", "no role that reads so", asked=",".join(roles))
    return by


def purposes_for(kind: str) -> list[Purpose]:
    """The purposes of today that open to a kind of reader without a consent."""
    found = current_pack().on(today()).purposes.values()
    return sorted((p for p in found if kind in p.viewers and not p.consent), key=lambda p: p.key)


def _opened(actor: Actor, kind: str, key: str) -> Purpose:
    purpose = current_pack().on(today()).purposes.get(key)
    if purpose is None:
        raise refused(actor, "subjects", "no such purpose", purpose=key)
    if kind not in purpose.viewers or purpose.consent:
        raise refused(actor, "subjects", f"the purpose does not open to a {kind}", purpose=key)
    return purpose


def _said(purpose: str) -> str:
    if not purpose.strip():
        raise ValueError("a purpose is needed")
    return purpose.strip()
