"""Deciding whose record a decision is that two providers handed in.

Invariant: both providers and the steward see a conflict, and of the other's record only that there is one; a steward of
the subject's district alone decides, who works for neither and does not stand for the subject, with a reason. Decided
twice the same, nothing more happens.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import is_employed_by, own_matter
from quanxin.archive import commit, transfers, viewers, withdrawals
from quanxin.archive.models import Batch, Record, Transfer, Withdrawal
from quanxin.archive.own_matters import expect_others, own_subjects
from quanxin.calendar import now, today
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Conflict, Held
from quanxin.intake.replay import take_again
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster, resolve, within

State = Conflict.State
EVERYONES = frozenset({Role.STEWARD, Role.AUDITOR})  # who see every conflict


def visible(actor: Actor) -> QuerySet[Conflict]:
    """The conflicts that an actor may see: its own providers', the steward and the auditor those of their districts; none
    about whom the actor stands for."""
    found = Conflict.objects.exclude(subject_id__in=own_subjects(actor))
    districts = {one.district for one in actor.by(*EVERYONES)}
    own = {one.provider for one in actor.by(Role.INTAKE, Role.DECIDER)}
    if "" in districts | own:
        return found
    return found.filter(Q(holder__in=own) | Q(claimant__in=own) | Q(subject_id__in=within(districts)))


def told(conflict: Conflict, actor: Actor, *, english: bool = False) -> dict[str, Any]:
    """A conflict as JSON for an actor who may see it: nothing of either record but where the actor's own rows are."""
    language = "en" if english else "zh"
    rules = current_pack().on(today())
    subject = Subject.objects.select_related("merged_into").get(pk=conflict.subject_id)
    shown = subject.merged_into or subject
    titles = {
        key: getattr(rules.providers[key].title, language) if key in rules.providers else key
        for key in (conflict.holder, conflict.claimant)
    }
    resource = rules.resources.get(conflict.resource)
    return {
        "conflict": conflict.pk,
        "state": conflict.state,
        "state_zh": conflict.get_state_display(),
        "resource": conflict.resource,
        "title": getattr(resource.title, language) if resource else conflict.resource,
        "subject": {"code": "" if shown.natural else shown.code, "name": "" if shown.natural else shown.name},
        "holder": conflict.holder,
        "holder_title": titles[conflict.holder],
        "claimant": conflict.claimant,
        "claimant_title": titles[conflict.claimant],
        "times": conflict.times,
        "first_at": conflict.first_at.isoformat(),
        "last_at": conflict.last_at.isoformat(),
        "rows": _rows(conflict, actor),
        "decided_by": conflict.decided_by,
        "reason": conflict.reason,
        "decided_at": conflict.decided_at.isoformat() if conflict.decided_at else None,
    }


def _rows(conflict: Conflict, actor: Actor) -> list[dict[str, Any]]:
    """Where the claimant's rows are held, for itself and the steward."""
    if not (EVERYONES & actor.roles or actor.may(Role.INTAKE, conflict.claimant)):
        return []
    return [{"batch": h.batch_id, "row": h.row_no, "position": h.position} for h in _waiting(conflict).order_by("pk")]


def _waiting(conflict: Conflict) -> QuerySet[Held]:
    return Held.objects.filter(conflict_row__conflict=conflict, released_by=None, set_aside_at=None)


@act
def decide(actor: Actor, number: int, *, moves: bool, reason: str) -> Conflict:
    """Decide that the record stays its holder's, and the claimant's rows are put aside; or (``moves``) that it is the
    claimant's, and the last of its rows goes in.

    Raises ``NotAllowed`` without the steward's role in the subject's district, ``OwnMatter`` for who works for one of the
    two or stands for the subject, ``IntakeError`` without a reason, for no such conflict, and where it was decided otherwise.
    """
    conflict = _locked(actor, number, reason)
    wanted = State.MOVED if moves else State.KEPT
    if conflict.state == wanted:
        return conflict
    if conflict.state != State.OPEN:
        raise IntakeError("conflict-decided", conflict=number)
    at, rows = now(), list(_waiting(conflict).order_by("-pk").select_related("batch"))
    last = rows.pop(0) if moves and rows else None
    Held.objects.filter(pk__in=[row.pk for row in rows]).update(set_aside_at=at)
    conflict.state, conflict.decided_by, conflict.decided_at, conflict.reason = wanted, actor.name, at, reason.strip()
    conflict.save()
    _carry_out(actor, conflict)
    if last is not None:
        take_again(last.batch, [last], actor=actor)
    audit(actor, "intake.decide-conflict", f"conflict:{number}", moves=moves, rows=len(rows), reason=reason.strip())
    return conflict


def _carry_out(actor: Actor, conflict: Conflict) -> None:
    """Let one record of the decision stand, the one of whoever it was decided for: where only the other has one it
    becomes that one's; of two, which merged subjects may have, the other ends."""
    giver, taker = conflict.holder, conflict.claimant
    if conflict.state == State.KEPT:
        giver, taker = taker, giver
    gone, own = _standing(conflict, giver), _standing(conflict, taker)
    if gone is None:
        return
    only = [(gone.subject_id, gone.id)]
    if own is not None:
        withdrawals.withdraw(
            "SELECT %s::bigint, %s::bigint",
            only[0],
            kind=Withdrawal.Kind.ANOTHERS,
            resource=conflict.resource,
            provider=giver,
            reason=conflict.reason,
            actor=actor,
            at=now(),
        )
    else:
        transfers.transfer(
            actor,
            Transfer.Kind.DECIDED,
            resource=conflict.resource,
            giver=giver,
            taker=taker,
            act=f"conflict:{conflict.pk}",
            basis=(),
            reason=conflict.reason,
            at=now(),
            only=only,
        )


def _standing(conflict: Conflict, provider: str) -> Record | None:
    """A provider's current record of the decision, under whichever of merged subjects."""
    subject = Subject.objects.select_related("merged_into").get(pk=conflict.subject_id)
    return Record.objects.filter(
        subject_id__in=cluster(resolve(subject)),
        resource=conflict.resource,
        key_hash=conflict.key_hash,
        superseded_at=None,
        provider=provider,
    ).first()


@act
def undo(actor: Actor, number: int, *, reason: str) -> Conflict:
    """Take back the decision that a record stays its holder's: the rows that were put aside by it wait again.

    One by which the record moved stands: whoever lost it hands its row in, and that conflict is decided. Raises as
    ``decide`` does.
    """
    conflict = _locked(actor, number, reason)
    if conflict.state == State.OPEN:
        return conflict
    if conflict.state != State.KEPT:
        raise IntakeError("conflict-stands", conflict=number)
    rows = Held.objects.filter(conflict_row__conflict=conflict, released_by=None, set_aside_at=conflict.decided_at)
    rows.filter(batch__taken_back_at=None).update(set_aside_at=None)
    conflict.state, conflict.decided_by, conflict.decided_at, conflict.reason = State.OPEN, "", None, ""
    conflict.save()
    audit(actor, "intake.undo-conflict", f"conflict:{number}", reason=reason.strip())
    return conflict


def _locked(actor: Actor, number: int, reason: str) -> Conflict:
    """The conflict under the locks of all that a replay touches, in its order: batches, resource, rows."""
    actor.require(Role.STEWARD)
    found = Conflict.objects.filter(pk=number).first()
    if found is None:
        raise IntakeError("conflict-unknown", conflict=number)
    expect_others(actor, [found.subject_id], f"conflict:{number}")
    if is_employed_by(actor, found.holder) or is_employed_by(actor, found.claimant):
        raise own_matter(actor, f"conflict:{number}")
    if not actor.may(Role.STEWARD, region=Subject.objects.get(pk=found.subject_id).region):
        raise viewers.refused(actor, f"conflict:{number}", "another district's subject")
    if not reason.strip():
        raise IntakeError("reason-missing")
    commit.lock_resources(found.resource)
    batches = Batch.objects.filter(pk__in=_waiting(found).values("batch_id"))
    list(batches.select_for_update().order_by("id"))
    return Conflict.objects.select_for_update().get(pk=number)
