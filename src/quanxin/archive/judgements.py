"""Merging and splitting subjects, as judgements.

Invariant: a judgement names who made it, when and why; it moves nothing that its undoing does not move back; records
are never rewritten: a split gives them new versions under the other subject, and undoing gives them back likewise.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive import events, restrictions, versions, viewers
from quanxin.archive.errors import NotPossible
from quanxin.archive.models import Event, Record
from quanxin.archive.own_matters import expect_others
from quanxin.calendar import now
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Identifier, Judgement, Name, Subject
from quanxin.subjects.register import lock_register


@act
def merge(actor: Actor, kept: Subject, other: Subject, *, reason: str) -> Judgement:
    """Judge that ``other`` is the same subject as ``kept``: from now on both are read as ``kept``.

    Raises ``NotAllowed`` without the steward's role, ``NotPossible`` if either is already part of a merge that stands
    in the way, one of them is a natural person or sole trader and the other is not, or no reason is given.
    """
    actor.require(Role.STEWARD)
    _may_judge(actor, kept, other)
    kept, other = _locked(kept, other)
    NotPossible.reason(reason)
    _expect(kept.pk != other.pk, "merge-same")
    _expect(kept.merged_into_id is None and other.merged_into_id is None, "merge-merged")
    _expect(not other.absorbed.exists(), "merge-absorbed")
    _expect(kept.natural == other.natural, "merge-person")
    _expect(_scorable(kept) == _scorable(other), "merge-trader")
    judgement = Judgement.objects.create(
        kind="merge", kept=kept, other=other, actor=actor.name, reason=reason.strip(), at=now()
    )
    Subject.objects.filter(pk=other.pk).update(merged_into=kept)
    _tell(actor, "merge", Event.Kind.SUBJECTS_MERGED, judgement)
    return judgement


@act
def split(
    actor: Actor,
    subject: Subject,
    *,
    reason: str,
    code: str,
    names: Sequence[int] = (),
    identifiers: Sequence[int] = (),
    records: Sequence[int] = (),
) -> Judgement:
    """Judge that some identifiers, names and records of ``subject`` belong to another one, which is made here.

    ``code`` is what the new subject goes by; the others are ids. At least one name moves, and at least one stays.
    Raises as ``merge`` does.
    """
    actor.require(Role.STEWARD)
    _may_judge(actor, subject)
    (subject,) = _locked(subject)
    NotPossible.reason(reason)
    moved = list(Name.objects.filter(subject=subject, pk__in=names).order_by("-current", "-id"))
    _expect(bool(moved) and len(moved) == len(set(names)), "split-names")
    _expect(Name.objects.filter(subject=subject).count() > len(moved), "split-all-names")
    held = Identifier.objects.filter(subject=subject, pk__in=identifiers)
    _expect(held.count() == len(set(identifiers)), "split-numbers")
    other = Subject.objects.create(
        type=subject.type,
        code=code,
        name=moved[0].text,
        region=subject.region,
        natural=subject.natural,
        recorded_at=now(),
    )
    judgement = Judgement.objects.create(
        kind="split",
        kept=subject,
        other=other,
        actor=actor.name,
        reason=reason.strip(),
        at=now(),
        particulars={"names": [n.pk for n in moved], "identifiers": list(identifiers), "code": code},
    )
    _move_identity(subject, other, [n.pk for n in moved], list(identifiers))
    handed = _move_records(subject.pk, other.pk, Q(id__in=list(records)))
    judgement.particulars["records"] = [old for old, _ in handed]
    judgement.save(update_fields=["particulars"])
    _expect(len(judgement.particulars["records"]) == len(set(records)), "split-records")
    _tell(actor, "split", Event.Kind.SUBJECTS_SPLIT, judgement, _references(other, handed))
    return judgement


@act
def undo(actor: Actor, judgement: Judgement, *, reason: str) -> Judgement:
    """Undo a merge or a split: everything is again where it was; the judgement stays on record as undone."""
    actor.require(Role.STEWARD)
    judgement = Judgement.objects.select_for_update().get(pk=judgement.pk)
    NotPossible.reason(reason)
    _expect(judgement.undone_at is None, "judgement-undone")
    _may_judge(actor, judgement.kept, judgement.other)
    kept, other = _locked(judgement.kept, judgement.other)
    moved = []
    if judgement.kind == Judgement.Kind.MERGE:
        Subject.objects.filter(pk=other.pk).update(merged_into=None)
    else:
        _expect(other.merged_into_id is None and not other.absorbed.exists(), "split-merged")
        _move_identity(other, kept, judgement.particulars["names"], judgement.particulars["identifiers"])
        moved = _move_records(other.pk, kept.pk, Q())
        Subject.objects.filter(pk=other.pk).update(merged_into=kept)
    judgement.undone_at, judgement.undone_by, judgement.undone_reason = now(), actor.name, reason.strip()
    judgement.save()
    _tell(actor, "undo", Event.Kind.JUDGEMENT_UNDONE, judgement, _references(kept, moved))
    return judgement


def _may_judge(actor: Actor, *subjects: Subject) -> None:
    """Raise ``NotAllowed``, with its line, for an own matter and for another district's subject."""
    expect_others(actor, [one.pk for one in subjects], f"subject:{subjects[0].pk}")
    for one in subjects:
        if not actor.may(Role.STEWARD, region=one.region):
            raise viewers.refused(actor, f"subject:{one.pk}", "another district's subject")


def _locked(*subjects: Subject) -> tuple[Subject, ...]:
    """The subjects as they are now, locked in the order of their ids so that two judgements cannot deadlock."""
    lock_register()
    rows = Subject.objects.select_for_update().in_bulk(sorted(s.pk for s in subjects))
    return tuple(rows[s.pk] for s in subjects)


def _move_identity(source: Subject, target: Subject, names: list[int], identifiers: list[int]) -> None:
    """Hand names and identifiers over; each subject's latest name becomes its current one."""
    Name.objects.filter(pk__in=names).update(current=False)
    Name.objects.filter(pk__in=names).update(subject=target)
    Identifier.objects.filter(pk__in=identifiers).update(subject=target)
    for subject in (source, target):
        latest = Name.objects.filter(subject=subject).order_by("-stated_on", "-id").first()
        if latest:
            Name.objects.filter(subject=subject, current=True).exclude(pk=latest.pk).update(current=False)
            Name.objects.filter(pk=latest.pk).update(current=True)
            Subject.objects.filter(pk=subject.pk).update(name=latest.text)
        code = Identifier.objects.filter(subject=subject, kind=Identifier.Kind.USCC).order_by("-id").first()
        if code:
            Subject.objects.filter(pk=subject.pk).update(code=code.value)


def _move_records(source: int, target: int, which: Q) -> list[tuple[int, int]]:
    """Give current records new versions under ``target``; return (superseded id, new id) of each."""
    current = list(Record.objects.filter(which, subject_id=source, superseded_at=None).order_by("id"))
    if not current:
        return []
    keys = {(r.resource, r.key_hash) for r in current}
    there = Record.objects.filter(subject_id=target, superseded_at=None, key_hash__in=[key for _, key in keys])
    clash = any(pair in keys for pair in there.values_list("resource", "key_hash"))
    _expect(not clash, "records-clash")
    moment = now()
    again = versions.continued(current, moment, [r.version + 1 for r in current], subject_id=target)
    Record.objects.filter(subject_id=source, id__in=[r.id for r in current]).update(superseded_at=moment)
    Record.objects.bulk_create(again)
    restrictions.carry(current, target, moment)
    return [(r.id, made.id) for r, made in zip(current, again, strict=True)]


def _references(subject: Subject, moved: list[tuple[int, int]]) -> list[list[int]]:
    return [[subject.pk, new] for _, new in moved]


def _tell(actor: Actor, act: str, kind: Event.Kind, judgement: Judgement, records: Sequence[list[int]] = ()) -> None:
    """Leave the event and the audit line; the event names the new versions, for those who took the records over."""
    events.record(kind, now(), subject=judgement.kept_id, judgement=judgement.pk, records=list(records))
    audit(actor, f"subjects.{act}", f"subject:{judgement.kept_id}", judgement=judgement.pk, reason=judgement.reason)


def _scorable(subject: Subject) -> bool:
    kind = current_pack().subject_types.get(subject.type)
    return kind is not None and kind.scorable


def _expect(holds: bool, code: str) -> None:
    if not holds:
        raise NotPossible(code)
