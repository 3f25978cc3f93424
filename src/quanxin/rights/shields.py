"""Reorganisation and settlement (破产重整、和解): dishonest information out of sight while a plan is carried out.

Invariant: only a court's ruling, named by its number, shields, and only a reviewer of the subject's district enters it;
what was shielded stands again when the plan fails, and is repaired for good when it is completed. A shield is about the
records that stood at its moment; each has its event.
"""

from __future__ import annotations

from django.db.models import QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive import restrictions, viewers
from quanxin.archive.models import Record, Restriction
from quanxin.archive.own_matters import expect_others, own_subjects
from quanxin.calendar import day_of, now, today
from quanxin.casework.errors import RightsError
from quanxin.rights.models import Shield
from quanxin.rights.repairs import regime_of
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster, within

Kind = Restriction.Kind


@act
def shield(actor: Actor, subject: Subject, *, ruling: str, court: str) -> Shield:
    """Shield the negative records of a subject whose plan a court has approved; the same ruling again changes nothing.

    Raises ``NotAllowed`` without the reviewer's role, or for another district's subject, ``RightsError`` without a
    ruling, without a regime that allows it, or where there is nothing to shield.
    """
    actor.require(Role.REVIEWER)
    expect_others(actor, [subject.pk], f"subject:{subject.pk}")
    if not actor.may(Role.REVIEWER, region=subject.region):
        raise viewers.refused(actor, f"subject:{subject.pk}", "another district's subject")
    if not ruling.strip() or not court.strip():
        raise RightsError("shield-ruling")
    regime = regime_of(today())
    if regime is None or regime.bankruptcy is None:
        raise RightsError("repair-no-regime")
    Subject.objects.select_for_update().get(pk=subject.pk)
    if (
        already := Shield.objects.filter(subject_id=subject.pk, ruling=ruling.strip(), ended_at=None).first()
    ) is not None:
        return already
    covered = {key for coverage in regime.covers for key in coverage.resources}
    records = Record.objects.filter(subject_id__in=cluster(subject), superseded_at=None, resource__in=covered)
    if not (found := list(records.exclude(restrictions.hidden()).order_by("id"))):
        raise RightsError("shield-nothing")
    at = now()
    made = Shield.objects.create(
        subject_id=subject.pk, ruling=ruling.strip(), court=court.strip(), actor=actor.name, from_at=at
    )
    restrictions.restrict(actor, found, Kind.SHIELDED, case=made.reference, basis=regime.bankruptcy.basis, at=at)
    audit(actor, "rights.shield", made.reference, ruling=made.ruling, records=len(found))
    return made


def of_district(actor: Actor) -> QuerySet[Shield]:
    """The shields of the subjects of a reviewer's districts, the latest first."""
    districts = {one.district for one in actor.by(Role.REVIEWER)}
    found = Shield.objects.exclude(subject_id__in=own_subjects(actor))
    return found if "" in districts else found.filter(subject_id__in=within(districts))


@act
def fail(actor: Actor, number: int, reason: str) -> Shield:
    """The plan failed: what was shielded stands again. Ended twice, it stays so."""
    return _end(actor, number, reason, Shield.Outcome.FAILED)


@act
def complete(actor: Actor, number: int, reason: str) -> Shield:
    """The plan was carried out: what was shielded is repaired for good. Ended twice, it stays so."""
    return _end(actor, number, reason, Shield.Outcome.COMPLETED)


def _end(actor: Actor, number: int, reason: str, outcome: Shield.Outcome) -> Shield:
    actor.require(Role.REVIEWER)
    if not reason.strip():
        raise RightsError("reason-missing")
    found = Shield.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise RightsError("case-unknown")
    expect_others(actor, [found.subject_id], found.reference)
    if not of_district(actor).filter(pk=number).exists():
        raise viewers.refused(actor, found.reference, "another district's shield")
    if found.ended_at is not None:
        return found
    at = now()
    if outcome == Shield.Outcome.COMPLETED:
        held = Restriction.objects.filter(case=found.reference, kind=Kind.SHIELDED, ended_at=None)
        records = [record for one in held if (record := restrictions.current(one)) is not None]
        regime = regime_of(day_of(found.from_at))
        basis = regime.bankruptcy.basis if regime is not None and regime.bankruptcy is not None else ()
        restrictions.restrict(actor, records, Kind.REPAIRED, case=found.reference, basis=basis, at=at)
    restrictions.release(actor, found.reference, reason=reason, at=at, kinds=[Kind.SHIELDED])
    found.outcome, found.ended_at, found.ended_by, found.ended_reason = outcome, at, actor.name, reason.strip()
    found.save()
    audit(actor, f"rights.shield-{outcome}", found.reference, reason=found.ended_reason)
    return found
