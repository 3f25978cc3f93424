"""Repair (信用修复): who may apply for what from when on, and the way of an application to its decision.

Invariant: an application is judged by the regime of its day, which it keeps; who decided the record decides the repair;
nothing but the two materials is asked for; a refusal says why. A grant ends publication, sharing and what follows from the
record in the transaction in which it is given, and never before the shortest publication has passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive import restricting, viewers
from quanxin.archive.display import show_date
from quanxin.archive.models import Record, Restriction
from quanxin.archive.windows import windows_of
from quanxin.calendar import add_months, day_of, now, today
from quanxin.casework import cases, notices, papers, terms
from quanxin.casework.errors import RightsError
from quanxin.casework.models import OPEN_STATES, Case
from quanxin.casework.parties import Party
from quanxin.engine.windows import WORDS, Why, Window
from quanxin.policy.model import Basis, Text
from quanxin.policy.rights import RepairRegime
from quanxin.rights.models import Bar
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

State = Case.State


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a subject may expect of the repair of a record on a day: from when on, what is needed, and why not yet.

    ``case`` is the open or granted application, if there is one; ``barred_until`` the day until which no commitment of
    the subject counts.
    """

    record: Record
    window: Window
    case: Case | None
    repaired: bool
    barred_until: dt.date | None

    @property
    def open(self) -> bool:
        """Whether repair may be applied for on the day."""
        return self.window.repairable and not (self.case or self.repaired or self.barred_until)

    @property
    def why(self) -> Text | None:
        """Why it may not be applied for; None where it may."""
        if self.repaired:
            return Text(zh="已经修复", en="it is repaired")
        if self.case is not None:
            return Text(zh=f"正在办理（{self.case.number}）", en=f"an application is under way ({self.case.number})")
        if self.barred_until is not None:
            until = self.barred_until
            return Text(zh=f"{show_date(until)}前不适用承诺办理", en=f"no commitment counts until {until}")
        return None if self.window.why is None else WORDS[self.window.why]


def prospects(records: Sequence[Record], on: dt.date | None = None) -> list[Prospect]:
    """The prospects of records on a day (today), in their order, with a few questions however many they are."""
    day = on or today()
    held = windows_of(records, day)
    open_cases = {
        (c.subject_id, c.resource, c.key_hash): c
        for c in Case.objects.filter(
            kind=Case.Kind.REPAIR, state__in=OPEN_STATES, subject_id__in={r.subject_id for r in records}
        )
    }
    repaired = set(
        Restriction.objects.filter(
            kind=Restriction.Kind.REPAIRED, ended_at=None, subject_id__in={r.subject_id for r in records}
        ).values_list("subject_id", "resource", "key_hash")
    )
    barred = dict(
        Bar.objects.filter(
            subject_id__in={r.subject_id for r in records}, without_commitment_until__gte=day
        ).values_list("subject_id", "without_commitment_until")
    )
    keys = [(r.subject_id, r.resource, r.key_hash) for r in records]
    return [
        Prospect(r, held[r.id], open_cases.get(key), key in repaired, barred.get(r.subject_id))
        for r, key in zip(records, keys, strict=True)
    ]


def repairable(party: Party, on: dt.date | None = None) -> list[Prospect]:
    """The prospects of everything about a subject that its regime covers, in the order of their events."""
    regime = regime_of(on or today())
    covered = {key for c in regime.covers for key in c.resources} if regime else set()
    found = Record.objects.filter(subject_id__in=party.ids, superseded_at=None, resource__in=covered)
    return prospects(list(found.order_by("-event_date", "-id")), on)


def regime_of(day: dt.date) -> RepairRegime | None:
    """The regime for applications of a day; None before there was one."""
    return next(iter(current_pack().on(day).repair.values()), None)


@act
def apply(
    party: Party, record: Record, *, committed: bool, proof: Collection[str] = (), ask_department: bool = False,
    contact: str = "", after: Case | None = None,
) -> Case:  # fmt: skip
    """Apply for the repair of a record of the party's subject; where an application is open, that one is returned.

    ``committed``: the commitment of the regime was made; ``proof``: the attachments that prove performance, or
    ``ask_department`` to look into its own systems. Raises ``RightsError`` where it may not be applied for, in words.
    """
    Subject.objects.select_for_update().get(pk=record.subject_id)  # two applications wait for each other
    (prospect,) = prospects([record])
    if prospect.case is not None:
        return prospect.case
    regime = _expect_open(prospect)
    if not committed:
        raise RightsError("commitment-missing")
    material = regime.material("proof")
    if not proof and not (ask_department and material is not None and material.fetchable):
        raise RightsError("proof-missing")
    at = now()
    case = cases.open_case(
        party, Case.Kind.REPAIR, at, record=record, provider=record.provider, contact=contact, after=after,
        particulars=_particulars(prospect.window, regime, list(proof), ask_department),
    )  # fmt: skip
    papers.attach(party, case, proof)
    term = terms.start(case, regime.clocks.forward, Role.WINDOW.value, at)
    notices.of_case(case, "repair-received", at, due=term.due_at)
    return case


@act
def accept(actor: Actor, number: str) -> Case:
    """Accept a forwarded application: from now on its decision has a term. Accepted twice, it stays so."""
    if (already := cases.done_before(actor, number, State.ACCEPTED)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.FORWARDED), now()
    terms.stop(case, at)
    cases.step(case, actor, "accept", State.ACCEPTED, at)
    term = terms.start(case, case.particulars["clocks"]["decide"], Role.DECIDER.value, at)
    notices.of_case(case, "repair-accepted", at, due=term.due_at)
    return case


@act
def reject(actor: Actor, number: str, reason: str) -> Case:
    """Do not accept an application, and say why: it may be put right and made again."""
    reason = cases.reasoned(reason)
    if (already := cases.done_before(actor, number, State.REJECTED)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.FORWARDED), now()
    cases.close(case, actor, "reject", State.REJECTED, at, reason)
    notices.of_case(case, "repair-refused", at, reason=reason)
    return case


@act
def extend(actor: Actor, number: str, reason: str) -> Case:
    """Put the decision off once, with a reason that the applicant reads."""
    reason = cases.reasoned(reason)
    case, at = cases.for_handler(actor, number, State.ACCEPTED), now()
    term = terms.extend(case, at, case.particulars["extensions"])
    cases.step(case, actor, "extend", State.ACCEPTED, at, reason)
    notices.of_case(case, "repair-extended", at, reason=reason, due=term.due_at)
    return case


@act
def grant(actor: Actor, number: str, *, performed: bool, note: str = "") -> Case:
    """Grant a repair: from this moment the record is neither public nor shared nor counted.

    ``performed`` says that the decider has verified that all duties were performed. Granted twice, it stays so. Raises
    ``RightsError`` where they were not, or the shortest publication has not passed.
    """
    if (already := cases.done_before(actor, number, State.GRANTED)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.ACCEPTED), now()
    if not performed:
        raise RightsError("duty-unperformed")
    record = cases.record_of(case)
    if record is None:
        raise RightsError("repair-nothing", why=Text(zh="记录已撤回", en="it was withdrawn"))
    basis = [Basis.model_validate(article) for article in case.particulars["basis"]]
    events = restricting.restrict(actor, [record], Restriction.Kind.REPAIRED, case=case.reference, basis=basis, at=at)
    case.particulars["decision"] = f"{case.number}-1"
    cases.close(case, actor, "grant", State.GRANTED, at, note.strip(), events=[event.pk for event in events])
    notices.of_case(case, "repair-granted", at, decided_on=day_of(at))
    return case


@act
def refuse(actor: Actor, number: str, reason: str) -> Case:
    """Decide that a record is not repaired, and say why; the subject may apply anew."""
    reason = cases.reasoned(reason)
    if (already := cases.done_before(actor, number, State.REFUSED)) is not None:
        return already
    case, at = cases.for_handler(actor, number, State.ACCEPTED), now()
    case.particulars["decision"] = f"{case.number}-1"
    cases.close(case, actor, "refuse", State.REFUSED, at, reason)
    notices.of_case(case, "repair-denied", at, decided_on=day_of(at), reason=reason)
    return case


@act
def find_false(actor: Actor, number: str, reason: str) -> Case:
    """Undo a repair that was granted on false material: the record stands again, and the consequence of the pack begins.

    Raises ``NotAllowed`` for who neither decides such cases nor reviews, ``RightsError`` for a case that was not granted.
    """
    reason = cases.reasoned(reason)
    case = cases.locked(number)
    cases.expect_others(actor, case)
    if not (cases.decides(actor, case) or (cases.reaches(actor, case, Role.REVIEWER))):
        raise viewers.refused(actor, case.reference, "not this actor's case to undo")
    if case.state == State.REVOKED:
        return case
    cases.expect(case, State.GRANTED)
    at, regime = now(), regime_of(day_of(case.filed_at))
    restored = restricting.release(actor, case.reference, reason=reason, at=at)
    case.reason = reason
    cases.step(case, actor, "find-false", State.REVOKED, at, reason, events=[event.pk for event in restored])
    if regime is not None and regime.false_material is not None:
        rule, day = regime.false_material, day_of(at)
        Bar.objects.create(
            subject_id=case.subject_id, case=case, from_at=at, published_until=add_months(day, rule.published_months),
            without_commitment_until=add_months(day, rule.without_commitment_months)
            if rule.without_commitment_months else None,
        )  # fmt: skip
    notices.of_case(case, "repair-revoked", at, decided_on=day_of(at), reason=reason)
    audit(actor, "rights.false-material", case.reference, number=case.number)
    return case


def _expect_open(prospect: Prospect) -> RepairRegime:
    """The regime of an application that may be made; raises ``RightsError`` otherwise."""
    found = prospect.window
    if prospect.repaired:
        raise RightsError("repair-nothing", why=Text(zh="已经修复", en="it is repaired"))
    if prospect.barred_until is not None:
        raise RightsError("repair-barred", until=show_date(prospect.barred_until))
    if found.why is Why.TOO_EARLY:
        raise RightsError("repair-too-early", from_day=show_date(found.repairable_from))
    if found.why is Why.ELSEWHERE and found.coverage is not None and found.coverage.elsewhere is not None:
        raise RightsError("repair-not-here", where=found.coverage.elsewhere)
    if found.why is not None:
        words = WORDS[found.why]
        raise RightsError("repair-nothing", why=words)
    if found.regime is None:
        raise RightsError("repair-no-regime")
    return found.regime


def _particulars(found: Window, regime: RepairRegime, proof: list[str], ask_department: bool) -> dict[str, Any]:
    """What the rules of the day said, kept with the case."""
    commitment = regime.material("commitment")
    text = commitment.text if commitment is not None else None
    return {
        "regime": regime.key, "pack": current_pack().edition, "clocks": regime.clocks.model_dump(),
        "extensions": regime.clocks.extensions, "ends": list(regime.ends),
        "repairable_from": found.repairable_from and found.repairable_from.isoformat(),
        "public_until": found.public_until and found.public_until.isoformat(),
        "tier": found.repair_tier.title.model_dump() if found.repair_tier else None,
        "basis": [b.model_dump(mode="json", exclude_none=True) for b in found.basis or regime.basis],
        "commitment": text.model_dump() if text else None, "proof": proof, "ask_department": ask_department,
    }  # fmt: skip
