"""Handing a provider's records over to another, as when departments are merged.

Invariant: one person proposes, another approves, neither of whom works for one of the two, stands for a subject of the
records, or is limited to a district, and both are on record with the basis; what is handed over is every
current record of the resources, whole, in one transaction, and from then on it is the other provider's as if that one
had handed it in; rows that are held go with the records (``held_transfers``). Approved twice, nothing more happens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import is_employed_by, own_matter
from quanxin.archive import commit, transfers, viewers
from quanxin.archive.models import Record, Transfer
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import now, today
from quanxin.intake import held_transfers
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Conflict, Handover, Held
from quanxin.policy.model import Basis
from quanxin.runtime.pack import current_pack

State = Handover.State


@act
def propose(
    actor: Actor, giver: str, taker: str, resources: Sequence[str], *, day: dt.date, basis: Sequence[Basis], reason: str
) -> Handover:
    """Propose that ``giver``'s records of the resources become ``taker``'s from ``day`` on.

    Raises ``NotAllowed`` without the steward's role for the whole city, ``OwnMatter`` for whom it concerns;
    ``IntakeError`` without a reason or basis, for providers or resources that the pack does not know, for a taker that may
    not hand a resource in, or where the same is proposed already.
    """
    _expect_others(actor, Role.STEWARD, giver, taker, resources)
    if not reason.strip():
        raise IntakeError("reason-missing")
    wanted = sorted(set(resources))
    _expect(bool(basis), "没有依据", "no basis is given")
    _expect(giver != taker, "移出和移入单位相同", "both providers are the same")
    _expect(bool(wanted), "没有指明目录资源", "no resource is named")
    _check(giver, taker, wanted)
    same = Handover.objects.filter(from_provider=giver, to_provider=taker, resources=wanted, state=State.PROPOSED)
    _expect(not same.exists(), "同样的移交已在等待批准", "the same is proposed already")
    made = Handover.objects.create(
        from_provider=giver,
        to_provider=taker,
        resources=wanted,
        day=day,
        reason=reason.strip(),
        basis=[article.model_dump(mode="json", exclude_none=True) for article in basis],
        proposed_by=actor.name,
        proposed_at=now(),
    )
    audit(
        actor,
        "intake.propose-handover",
        f"handover:{made.pk}",
        giver=giver,
        taker=taker,
        resources=wanted,
        reason=reason.strip(),
    )
    return made


@act
def approve(actor: Actor, number: int, *, reason: str) -> Handover:
    """Approve a proposal and carry it out. Raises ``NotAllowed`` without the approver's role for the whole city,
    ``OwnMatter`` for whom it concerns; ``IntakeError`` without a reason, before its day, for one's own proposal, and where
    it was refused."""
    found = _locked(actor, number, reason)
    if found.state == State.DONE:
        return found
    _still(found)
    _expect(found.day <= today(), f"须到 {found.day} 起方可移交", f"it is for {found.day} on")
    _check(found.from_provider, found.to_provider, found.resources)
    basis, at, rows = [Basis.model_validate(article) for article in found.basis], now(), 0
    for resource in found.resources:
        made = transfers.transfer(
            actor,
            Transfer.Kind.HANDED_OVER,
            resource=resource,
            giver=found.from_provider,
            taker=found.to_provider,
            act=f"handover:{number}",
            basis=basis,
            reason=found.reason,
            at=at,
        )
        found.records += made[1] if made else 0
        rows += held_transfers.move(actor, resource=resource, giver=found.from_provider, taker=found.to_provider, at=at)
    _settle_conflicts(found, at)
    return _decided(actor, found, State.DONE, reason, at, held=rows)


@act
def refuse(actor: Actor, number: int, *, reason: str) -> Handover:
    """Refuse a proposal. Raises as ``approve`` does."""
    found = _locked(actor, number, reason)
    if found.state == State.REFUSED:
        return found
    _still(found)
    return _decided(actor, found, State.REFUSED, reason, now())


def reach(found: Handover) -> tuple[int, int]:
    """How many records, and how many held rows, an approval would hand over now."""
    standing = Record.objects.filter(provider=found.from_provider, superseded_at=None)
    held = Held.objects.filter(batch__provider=found.from_provider, released_by=None, set_aside_at=None)
    return (
        standing.filter(resource__in=found.resources).count(),
        held.filter(batch__resource__in=found.resources).count(),
    )


def _expect_others(actor: Actor, role: Role, giver: str, taker: str, resources: Sequence[str]) -> None:
    """Raise ``NotAllowed``, with its line, unless the actor holds the role for the whole city and is not concerned."""
    actor.require(role)
    target = f"provider:{giver}"
    if not any(not one.district for one in actor.by(role)):
        raise viewers.refused(actor, target, "a role for a district")
    moving = Record.objects.filter(resource__in=resources, provider=giver, superseded_at=None)
    own = own_subjects(actor)
    if is_employed_by(actor, giver) or is_employed_by(actor, taker) or moving.filter(subject_id__in=own).exists():
        raise own_matter(actor, target)


def _locked(actor: Actor, number: int, reason: str) -> Handover:
    """The proposal under the locks of its resources, in their order, so that no batch commits meanwhile."""
    actor.require(Role.APPROVER)
    if not reason.strip():
        raise IntakeError("reason-missing")
    found = Handover.objects.filter(pk=number).first()
    if found is None:
        raise IntakeError("handover-unknown", handover=number)
    _expect_others(actor, Role.APPROVER, found.from_provider, found.to_provider, found.resources)
    commit.lock_resources(*found.resources)
    found = Handover.objects.select_for_update().get(pk=number)
    if found.proposed_by == actor.name:
        raise IntakeError("handover-own")
    return found


def _still(found: Handover) -> None:
    if found.state != State.PROPOSED:
        raise IntakeError("handover-decided", handover=found.pk)


def _decided(actor: Actor, found: Handover, state: State, reason: str, at: dt.datetime, *, held: int = 0) -> Handover:
    found.state, found.decided_by, found.decided_at, found.decided_reason = state, actor.name, at, reason.strip()
    found.save()
    audit(
        actor,
        f"intake.handover-{state.value}",
        f"handover:{found.pk}",
        records=found.records,
        held=held,
        reason=reason.strip(),
    )
    return found


def _settle_conflicts(found: Handover, at: dt.datetime) -> None:
    """End what the two claimed of each other, and let what others claim of the one, or it of others, be the other's."""
    open_ = Conflict.objects.filter(resource__in=found.resources, state=Conflict.State.OPEN)
    between = {found.from_provider, found.to_provider}
    open_.filter(holder__in=between, claimant__in=between).update(state=Conflict.State.SETTLED, last_at=at)
    for conflict in open_.filter(Q(holder=found.from_provider) | Q(claimant=found.from_provider)):
        ends = {
            "holder": found.to_provider if conflict.holder == found.from_provider else conflict.holder,
            "claimant": found.to_provider if conflict.claimant == found.from_provider else conflict.claimant,
        }
        same = Conflict.objects.filter(
            resource=conflict.resource, subject_id=conflict.subject_id, key_hash=conflict.key_hash, **ends
        ).first()
        if same is None:
            Conflict.objects.filter(pk=conflict.pk).update(**ends)
        else:
            conflict.rows.update(conflict=same)
            Conflict.objects.filter(pk=conflict.pk).update(state=Conflict.State.SETTLED, last_at=at)
            Conflict.objects.filter(pk=same.pk).update(state=Conflict.State.OPEN, decided_by="", decided_at=None)


def _check(giver: str, taker: str, resources: Sequence[str]) -> None:
    rules = current_pack().on(today())
    for provider in (giver, taker):
        _expect(provider in rules.providers, f"没有单位 {provider}", f"there is no provider {provider}")
    for key in resources:
        found = rules.resources.get(key)
        _expect(found is not None, f"没有现行目录资源 {key}", f"no resource {key} is in force")
        if found is not None:
            fits = taker in found.providers
            _expect(fits, f"{taker} 不是 {key} 的报送单位", f"{taker} does not hand in {key}")


def _expect(holds: bool, what: str, what_en: str) -> None:
    if not holds:
        raise IntakeError("handover-unfit", what=what, what_en=what_en)
