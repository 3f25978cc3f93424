"""Providers take back what they handed in: single records, or a whole batch.

Invariant: only the provider that handed a record in ends it; a withdrawal is complete when its transaction commits:
from then on nobody is shown the record, and the change feed tells everyone who took it over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import own_matter
from quanxin.archive import commit, withdrawals
from quanxin.archive.models import Batch, Record, Withdrawal
from quanxin.archive.own_matters import expect_others, own_subjects
from quanxin.calendar import now
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held

Reference = tuple[int, int]  # of a record: its subject's id and its own


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did: records ended, earlier contents given back, held rows put aside."""

    records: int
    restored: int = 0
    held: int = 0
    repeated: bool = False


@act
def withdraw(
    actor: Actor, provider: str, records: Sequence[Reference], *, kind: Withdrawal.Kind, reason: str
) -> Withdrawn:
    """Withdraw records of a provider by their references; records that are no longer current are left as they are.

    ``kind`` says whether the decision was revoked or should not have been reported. Raises ``NotAllowed`` unless the
    actor hands in or decides for the provider, ``IntakeError`` without a reason or for records that are not the provider's.
    """
    if not actor.may(Role.DECIDER, provider):
        actor.require(Role.INTAKE, provider)
    _expect_reason(reason)
    # by their rows, in order, and not by their resource: what ends is out of the feed though a long intake is open
    asked = Record.objects.select_for_update().filter(pk__in=sorted(set(records)), provider=provider)
    found = sorted(asked.order_by("subject_id", "id"), key=lambda record: (record.resource, record.id))
    if missing := sorted(set(records) - {(r.subject_id, r.id) for r in found}):
        raise IntakeError("record-unknown", records=", ".join(f"{s}-{n}" for s, n in missing), provider=provider)
    expect_others(actor, {r.subject_id for r in found}, f"provider:{provider}")
    ended = 0
    for resource in dict.fromkeys(r.resource for r in found):
        chosen = [r for r in found if r.resource == resource]
        done = withdrawals.withdraw(
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
            ([r.subject_id for r in chosen], [r.id for r in chosen]),
            kind=kind,
            resource=resource,
            provider=provider,
            reason=reason.strip(),
            actor=actor,
            at=now(),
        )
        ended += done[1] if done else 0
    audit(actor, "intake.withdraw", f"provider:{provider}", records=[r.id for r in found], ended=ended, reason=reason)
    return Withdrawn(ended, repeated=not ended)


@act
def take_back(actor: Actor, batch: str, *, reason: str) -> Withdrawn:
    """Take a whole batch back, with the replays of its rows: what it brought ends, what it replaced stands again.

    Records that a later batch replaced stay as they are: the later statement stands; so do those that became another
    provider's since. Rows that the batch still holds
    are put aside. The same file may be handed in again afterwards. Raises as ``withdraw`` does.
    """
    found = Batch.objects.filter(pk=batch).first()
    if found is None:
        raise IntakeError("batch-unknown", batch=batch)
    actor.require(Role.INTAKE, found.provider)
    _expect_reason(reason)
    commit.lock_resources(found.resource)
    whole = [b for b in _with_replays(found) if b.taken_back_at is None]
    if not whole:
        return Withdrawn(0, repeated=True)
    if (own := own_subjects(actor)) and Record.objects.filter(
        batch_id__in=[b.pk for b in whole], subject_id__in=own
    ).exists():
        raise own_matter(actor, f"batch:{batch}")
    at = now()
    Batch.objects.filter(pk__in=[b.pk for b in whole]).update(taken_back_at=at)
    made = withdrawals.withdraw(
        "SELECT subject_id, id FROM archive_record WHERE batch_id = ANY(%s) AND provider = %s",
        ([b.pk for b in whole], found.provider),
        kind=Withdrawal.Kind.TAKEN_BACK,
        resource=found.resource,
        provider=found.provider,
        reason=reason.strip(),
        actor=actor,
        at=at,
        batch=found,
    )
    restored = withdrawals.give_back(made[0]) if made else 0
    held = Held.objects.filter(batch__in=whole, released_by=None, set_aside_at=None).update(set_aside_at=at)
    result = Withdrawn(made[1] if made else 0, restored, held)
    audit(
        actor,
        "intake.take-back",
        f"batch:{batch}",
        records=result.records,
        restored=restored,
        held=held,
        reason=reason.strip(),
    )
    return result


def _with_replays(batch: Batch) -> list[Batch]:
    """The batch, locked, and those of its provider that replayed its rows, to any depth."""
    whole = list(Batch.objects.select_for_update().filter(pk=batch.pk))
    for one in whole:
        whole.extend(Batch.objects.select_for_update().filter(replay_of=one.pk, provider=batch.provider).order_by("pk"))
    return whole


def _expect_reason(reason: str) -> None:
    if not reason.strip():
        raise IntakeError("reason-missing")
