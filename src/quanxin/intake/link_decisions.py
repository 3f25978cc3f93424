"""What a steward decides about unlinked rows: link, create, reject, and undo.

Invariant: a decision names who made it, when and why, and serves every waiting row that states the same identity; a
row has one decision at a time, whoever decides beside. Rows that are decided arrive in the archive by a replay, with
batch and receipt; undone, their records go by supersession, their rows wait again, and matching forgets the decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import own_matter
from quanxin.archive import commit, events, viewers
from quanxin.archive.models import Batch, Event, Record
from quanxin.archive.own_matters import own_subjects
from quanxin.archive.withdrawals import TakenOut, take_out
from quanxin.calendar import now, today
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.intake.receipt import Receipt
from quanxin.intake.replay import take_again
from quanxin.intake.unlinked_queue import region_stated, states_own, waiting_with
from quanxin.runtime.pack import current_pack
from quanxin.subjects.founding import found, unmake
from quanxin.subjects.models import Decision, Identifier, Judgement, Subject
from quanxin.subjects.queries import cluster, find, resolve
from quanxin.subjects.register import lock_register


class NotPossible(IntakeError):
    """The decision contradicts the queue or the register as they stand."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, the receipts of the replays that it caused, and the records that undoing it took out."""

    decision: Decision
    receipts: tuple[Receipt, ...] = ()
    taken_out: TakenOut | None = None


@act
def link(actor: Actor, held: Held, subject: Subject, *, reason: str) -> Decided:
    """Decide that the rows which state the same as ``held`` are about ``subject``, and take them in.

    The same decision twice changes nothing. Raises ``NotAllowed`` without the steward's role; ``NotPossible`` if the
    row waits no longer, was decided otherwise, states a person, or the subject is a natural person or none any more.
    """
    actor.require(Role.STEWARD)
    held, rows = _locked(held)
    subject = resolve(Subject.objects.select_related("merged_into").get(pk=subject.pk))
    expect_others(actor, held, subject)
    if again := _decided(held, rows, Decision.Act.LINK, subject.pk):
        return again
    NotPossible.reason(reason, "link-reason-missing")
    _expect_organisation(held)
    _expect(not subject.natural, "link-person")
    _expect(subject.identifiers.exists(), "link-without-number")
    return _decide(actor, Decision.Act.LINK, held, rows, subject, reason)


@act
def create(actor: Actor, held: Held, *, type: str, reason: str) -> Decided:
    """Decide that the rows are about a subject that no register knows: make it with what they state, take them in.

    ``type`` is a subject type of the pack other than a natural person. Idempotent and refusing as ``link`` is;
    refuses too where the rows state no number, the number is a known subject's, or the type contradicts the code.
    """
    actor.require(Role.STEWARD)
    held, rows = _locked(held)
    expect_others(actor, held)
    if again := _decided(held, rows, Decision.Act.CREATE, None):
        return again
    NotPossible.reason(reason, "link-reason-missing")
    _expect_organisation(held)
    lock_register()
    subject = _found(held, type)
    return _decide(actor, Decision.Act.CREATE, held, rows, subject, reason)


@act
def reject(actor: Actor, held: Held, *, reason: str) -> Decided:
    """Decide that the rows are linked to nobody: they stay held with the reason and leave the queue.

    Nothing is inferred from it: the next row that states the same waits again. Idempotent as ``link`` is.
    """
    actor.require(Role.STEWARD)
    held, rows = _locked(held)
    expect_others(actor, held)
    if again := _decided(held, rows, Decision.Act.REJECT, None):
        return again
    NotPossible.reason(reason, "link-reason-missing")
    decision = _record(actor, Decision.Act.REJECT, held, rows, None, reason)
    Held.objects.filter(pk__in=[row.pk for row in rows]).update(decision=decision)
    return Decided(decision)


@act
def undo(actor: Actor, decision: Decision, *, reason: str) -> Decided:
    """Undo a decision: what came that way goes out again, its rows wait again, matching consults it no more.

    Undoing twice changes nothing. Raises ``NotPossible`` where what was made is still needed: the made subject is
    merged, other decisions stand about it, or no reason is given.
    """
    actor.require(Role.STEWARD)
    resources = Batch.objects.filter(held__decision=decision).values_list("resource", flat=True)
    commit.lock_resources(*resources)
    lock_register()
    decision = Decision.objects.select_for_update().get(pk=decision.pk)
    for row in Held.objects.filter(decision=decision)[:1]:
        expect_others(actor, row, decision.subject)
    if decision.undone_at is not None:
        return Decided(decision)
    NotPossible.reason(reason, "link-reason-missing")
    decision.undone_at, decision.undone_by, decision.undone_reason = now(), actor.name, reason.strip()
    decision.save()
    gone = _take_back(decision, decision.subject, actor) if decision.subject else None
    kept = Held.objects.filter(decision=decision)
    if decision.act == Decision.Act.REJECT:
        kept.update(decision=None)
    else:
        kept.filter(released_by=F("batch")).update(decision=None, released_by=None)
    _tell_undone(actor, decision, gone)
    return Decided(decision, taken_out=gone)


def expect_others(actor: Actor, held: Held, subject: Subject | None = None) -> None:
    """Raise ``NotAllowed``, with its line, for an own matter of the steward's and for another district's subject."""
    if states_own(actor, held) or (subject is not None and subject.pk in own_subjects(actor)):
        raise own_matter(actor, f"held:{held.pk}")
    region = subject.region if subject is not None else region_stated(held) or None
    if not actor.may(Role.STEWARD, region=region):
        about = f"subject:{subject.pk}" if subject is not None else f"held:{held.pk}"
        raise viewers.refused(actor, about, "another district's subject")


def _locked(held: Held) -> tuple[Held, list[Held]]:
    """The row as it is now, and the waiting rows that state the same, under the locks of all that a replay touches.

    The order is that of ``runtime.locks`` (resources, batches, rows), so that nobody waits for another in a circle.
    """
    held = Held.objects.select_related("batch").get(pk=held.pk)
    concerned = {held.batch_id, *waiting_with(held).values_list("batch_id", flat=True)}
    found = Batch.objects.filter(pk__in=concerned)
    commit.lock_resources(*found.values_list("resource", flat=True))
    batches = list(found.select_for_update().order_by("id"))
    rows = waiting_with(held).filter(batch__in=batches).select_for_update(of=("self",)).order_by("id")
    return Held.objects.select_related("batch", "decision").get(pk=held.pk), list(rows.select_related("batch"))


def _decided(held: Held, rows: list[Held], act: str, subject: int | None) -> Decided | None:
    """The standing decision about the row if it is this one; None if the row waits; else ``NotPossible``."""
    if held.pk in {row.pk for row in rows}:
        return None
    standing = held.decision
    if standing is not None and standing.undone_at is None:
        same = standing.act == act and (subject is None or standing.subject_id == subject)
        if same:
            return Decided(standing)
        raise NotPossible("link-decided", actor=standing.actor, decision=standing.pk, act=standing.get_act_display())
    raise NotPossible("link-not-waiting")


def _decide(actor: Actor, act: str, held: Held, rows: list[Held], subject: Subject, reason: str) -> Decided:
    """Record a decision that teaches, and take its rows in, batch by batch."""
    decision = _record(actor, act, held, rows, subject, reason)
    receipts = []
    for batch in sorted({row.batch for row in rows}, key=lambda b: (b.resource, b.pk)):
        own = [row for row in rows if row.batch_id == batch.pk]
        receipts.append(take_again(batch, own, actor=actor))
    if any(receipt.unlinked for receipt in receipts):  # the register learnt otherwise after the decision
        raise _contradicted(decision)
    Held.objects.filter(pk__in=[row.pk for row in rows]).update(decision=decision)
    decision.particulars["batches"] = [*decision.particulars.get("batches", ()), *(r.batch for r in receipts)]
    decision.save(update_fields=["particulars"])
    return Decided(decision, tuple(receipts))


def _record(actor: Actor, act: str, held: Held, rows: list[Held], subject: Subject | None, reason: str) -> Decision:
    stated: dict[str, str] = held.stated or {"kind": "name", "value": "", "norm": ""}
    provider = held.batch.provider if stated["kind"] == Decision.Kind.NAME else ""
    identity: dict[str, Any] = {
        "kind": stated["kind"], "value": stated["value"], "name": stated["norm"], "provider": provider,
    }  # fmt: skip
    standing = Decision.objects.filter(**identity, undone_at=None, subject__isnull=False).first()
    if subject is not None and standing is not None:
        if act == Decision.Act.LINK and standing.subject == subject:
            return standing  # rows that came in beside the decision, before it stood
        raise _contradicted(standing)
    decision = Decision.objects.create(
        **identity,
        act=act,
        subject=subject,
        actor=actor.name,
        reason=reason.strip(),
        at=now(),
        particulars={"held": [row.pk for row in rows], "stated": held.stated},
    )
    audit(
        actor,
        f"intake.{act}",
        f"subject:{subject.pk}" if subject else f"held:{held.pk}",
        decision=decision.pk,
        rows=len(rows),
        reason=decision.reason,
    )
    return decision


def _contradicted(standing: Decision) -> NotPossible:
    return NotPossible("link-contradicted", decision=standing.pk, subject=standing.subject)


def _found(held: Held, type: str) -> Subject:
    """The subject made of what the rows state; the caller holds the register's lock."""
    stated, rules = held.stated, current_pack().on(today())
    kinds = rules.subject_types
    _expect(type in kinds and not kinds[type].natural, "create-type", type=type)
    numbers = {
        Identifier.Kind.USCC: stated["code"], Identifier.Kind.REGISTRATION: stated["registration"],
        Identifier.Kind.ORGANISATION: stated["organisation"],
    }  # fmt: skip
    identifiers = {kind.value: value for kind, value in numbers.items() if value}
    _expect(bool(identifiers), "create-name-alone")
    _expect(bool(stated["name"]), "create-without-name")
    known = next((s for value in identifiers.values() if (s := find(value))), None)
    _expect(known is None, "create-known", subject=known)
    expected = stated["type"] if stated["code"] else ""
    _expect(expected in ("", type), "create-other-type", type=expected)
    region = stated["code"][2:8] or (stated["registration"] if stated["registration"].isdigit() else "")[:6]
    return found(type=type, name=stated["name"], identifiers=identifiers, region=region, batch=held.batch_id, at=now())


def _take_back(decision: Decision, subject: Subject, actor: Actor) -> TakenOut:
    """Take out the records that came by a decision, and the subject that it made."""
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    made = decision.act == Decision.Act.CREATE
    if made:
        others = Decision.objects.filter(subject=subject, undone_at=None).exclude(pk=decision.pk)
        _expect(subject.merged_into_id is None and not subject.absorbed.exists(), "undo-merged")
        _expect(not others.exists(), "undo-linked")
    rows = Held.objects.filter(decision=decision, released_by=F("batch")).values_list("batch_id", "row_no")
    gone = take_out(rows, _homes(subject), actor=actor, reason=decision.undone_reason)
    if made:
        left = Record.objects.filter(subject_id=subject.pk, superseded_at=None).count()
        _expect(not left, "undo-records", count=left)
        unmake(subject)
    return gone


def _homes(subject: Subject) -> set[int]:
    """The subjects under which records linked to ``subject`` may stand by now: merged with it, or split from it."""
    ids = {*cluster(resolve(subject)), subject.pk}
    return ids | set(Judgement.objects.filter(kind="split", kept_id__in=ids).values_list("other_id", flat=True))


def _tell_undone(actor: Actor, decision: Decision, gone: TakenOut | None) -> None:
    told: dict[str, Any] = {"decision": decision.pk}
    if gone is not None:
        told |= {"gone": list(gone.gone), "restored": list(gone.restored)}
        events.record(Event.Kind.JUDGEMENT_UNDONE, now(), subject=decision.subject_id, **told)
    audit(actor, "intake.undo", f"decision:{decision.pk}", **told, reason=decision.undone_reason)


def _expect_organisation(held: Held) -> None:
    _expect(bool(held.stated), "link-nobody")


def _expect(holds: bool, code: str, **particulars: object) -> None:
    if not holds:
        raise NotPossible(code, **particulars)
