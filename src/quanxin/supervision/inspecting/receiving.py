"""What devices send from the spot: that a visit began, and its result.

Invariant: a result is taken once by the number that the device gave it, however often it comes; what another device sent
before is never written over, and whoever comes later is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from quanxin.accounts import Actor
from quanxin.accounts.acts import act, refused_line
from quanxin.casework import cases, engine
from quanxin.casework.errors import RightsError
from quanxin.casework.procedures import procedure_of, state_of
from quanxin.supervision.inspecting.effects import inspectors_of
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.inspecting.tasks import VISIT, again_of, results_of
from quanxin.supervision.models import Inspection

SIGNATURE, SIGNER, UNSIGNED = "signature", "signer", "unsigned"  # who signed, or why nobody did
LOOKS = "looks"  # what was sent of further looks: under which numbers, and who signed


def expect_own(actor: Actor, number: str) -> Inspection:
    """The inspection of a case's number that the actor is an inspector of.

    Raises ``RightsError``, with a line, for no such case and for others' inspections, which look the same.
    """
    one = Inspection.objects.select_related("case").filter(case__number=number).first()
    cards = {held.card for held in inspectors_of(actor)}
    if one is None or not cards & set(one.inspectors):
        raise RightsError("case-unknown", refused_line(actor, f"case:{number[:24]}", "not this inspector's task"))
    return one


@act
def begin(actor: Actor, number: str, form: Mapping[str, str]) -> Inspection:
    """Keep that a visit began; begun before, by whichever device, it stays as it is.

    Raises ``InspectionError`` for a task that is over, and as the act.
    """
    case = cases.locked(expect_own(actor, number).case.number)
    visit = procedure_of(case).act_of[VISIT]
    if case.state in visit.from_:
        engine.perform(actor, number, VISIT, form)
    elif case.state != visit.to and not Inspection.objects.get(case=case).result:
        raise InspectionError("task-over", state=state_of(case).title.zh)
    return Inspection.objects.get(case=case)


@act
def take(
    actor: Actor, number: str, sent: UUID, key: str, form: Mapping[str, str], papers: Collection[str]
) -> Inspection:
    """Take the result of a visit, or of another look, with the ids of its photos; begin the visit where that was not heard yet.

    Raises ``InspectionError`` where another result was sent before, where the task is over, and as the act.
    """
    case = cases.locked(expect_own(actor, number).case.number)
    one = Inspection.objects.select_for_update(of=("self",)).get(case=case)
    if taken(one, sent):
        return one
    looks = {offered.key for offered in again_of(one)}
    if one.result and key not in looks:
        raise InspectionError("sent-before", who=_who(one))
    offered = looks or {offered.key for offered in results_of(one)}
    if key not in offered or Inspection.objects.filter(sent=sent).exists():
        raise InspectionError("result-unknown")
    if not (form.get(SIGNER, "").strip() or form.get(UNSIGNED, "").strip()):
        raise InspectionError("signature-missing")
    if not looks:
        begin(actor, number, form)
    engine.perform(actor, number, key, form, paper=papers)
    one = Inspection.objects.select_for_update(of=("self",)).get(case=case)
    signed = {name: form[name].strip()[:200] for name in (SIGNER, UNSIGNED) if form.get(name, "").strip()}
    if looks:
        one.answers = one.answers | {LOOKS: [*one.answers.get(LOOKS, []), signed | {"sent": str(sent)}]}
    else:
        one.sent, one.answers = sent, one.answers | {SIGNATURE: signed}
    one.save(update_fields=["sent", "answers"])
    return one


def taken(one: Inspection, sent: UUID) -> bool:
    """Whether what a device gave this number was taken before."""
    return one.sent == sent or any(look["sent"] == str(sent) for look in one.answers.get(LOOKS, []))


def awaits(one: Inspection) -> bool:
    """Whether something is still to be sent about it."""
    return not one.result or bool(again_of(one))


def _who(one: Inspection) -> str:
    """Who sent the result, as the history has it."""
    acts = [offered.name for offered in results_of(one)]
    step = one.case.steps.filter(act__in=acts).order_by("-pk").first()
    return step.actor.partition(":")[2] or step.actor if step is not None else ""
