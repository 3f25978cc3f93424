"""The effects of inspections: assigned, announced, begun on the spot, reported, rechecked.

Invariant: an inspection is made by its own inspectors; its result enters the archive by the ordinary way, once, with the act
that reports it, and the recheck is that record's next version.
"""

from __future__ import annotations

import datetime as dt

from quanxin.accounts import Actor
from quanxin.calendar import day_of, now
from quanxin.casework import cases
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.models import Case
from quanxin.casework.notices import authority
from quanxin.intake import corrections, entering
from quanxin.intake.corrections import CorrectionRefused
from quanxin.supervision.inspecting import answers, assigning
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.inspecting.published import task_of
from quanxin.supervision.models import Inspection, Inspector, Selected

Why = Inspection.Why
DETAILS = 4000  # characters of a result's details


@effect("supervision.assign")
def assign(performing: Performing, given: Given) -> None:
    """Keep what is to be inspected, by whom and when. Raises ``InspectionError`` for what ``assigning`` finds."""
    case, fields, day = performing.case, performing.fields, day_of(performing.at)
    items, cards, partners = (assigning.words(fields.get(key)) for key in ("items", "inspectors", "partners"))
    departments = {case.provider, *partners}
    until = dt.date.fromisoformat(str(fields["to_day"]))
    picked = fields.get("selected")
    selected = Selected.objects.filter(pk=picked).first() if picked else None
    assigning.expect_results(case.provider, str(given["resource"]), day)
    assigning.expect_items(items, departments, day)
    assigning.expect_inspectors(cards, departments, case.subject, until)
    assigning.expect_there(case.subject, day)
    if selected is not None:
        assigning.expect_room(case.subject, selected.stratum, case.provider, day)
    Inspection.objects.create(
        case=case,
        selected=selected,
        why=Why.DRAWN if selected is not None else Why.LEAD,
        mode=str(fields["mode"]),
        subject_id=case.subject_id,
        provider=case.provider,
        partners=partners,
        items=items,
        inspectors=cards,
        from_day=dt.date.fromisoformat(str(fields["from_day"])),
        to_day=until,
    )


@effect("supervision.announce")
def announce(performing: Performing, _given: Given) -> None:
    """Expect the day that is announced to lie within the window."""
    one = of_case(performing.case)
    day = dt.date.fromisoformat(str(performing.fields["visit_day"]))
    if not one.from_day <= day <= one.to_day:
        raise InspectionError("window-over", since=one.from_day, until=one.to_day)


@effect("supervision.visit")
def visit(performing: Performing, _given: Given) -> None:
    """Keep when the visit began and whether by code: ``begun_at`` is what the device says, never later than it is heard,
    and ``code`` what was scanned or typed."""
    one, sent = of_case(performing.case), performing.sent
    _expect_own(performing, one)
    if sent.get("code", "").strip().upper() != performing.case.subject.code:
        raise InspectionError("code-differs")
    said = moment(sent.get("begun_at", ""))
    one.begun_at = min(max(said or performing.at, performing.case.filed_at), performing.at)
    one.begun_by_code = bool(performing.fields.get("by_code"))
    performing.kept |= {"begun_at": one.begun_at.isoformat(), "by_code": one.begun_by_code}
    one.save(update_fields=["begun_at", "begun_by_code"])


@effect("supervision.report")
def report(performing: Performing, given: Given) -> None:
    """Keep the result, with what the form of the items says (``form`` false: there is none), and put it on record.

    Raises ``InspectionError`` for who is none of its inspectors, and for what is wrong in the form.
    """
    case, one, day = performing.case, of_case(performing.case), day_of(performing.at)
    _expect_own(performing, one)
    if given.get("form", True):
        one.answers = answers.checked(one.items, performing.sent.get("answers", ""), day_of(case.filed_at))
    one.result, one.done_on = str(given["result"]), day_of(one.begun_at or performing.at)
    one.save(update_fields=["answers", "result", "done_on"])
    row = {
        "plan_number": one.selected.draw.case.number if one.selected else "",
        "matter": task_of(one.items, day),
        "random": "是" if one.why == Why.DRAWN else "否",
        "decision_date": one.done_on.isoformat(),
        "result": one.result,
        "details": performing.reason[:DETAILS],
        "authority_name": authority(case.provider).zh,
    }
    try:
        made = entering.enter(
            performing.actor, case.provider, str(given["resource"]), case.subject, row, case=case.number
        )
    except CorrectionRefused as refused:
        raise InspectionError("answers-wrong", what="；".join(found.zh for found in refused.found)) from refused
    case.about, case.resource, case.key_hash = Case.About.RECORD, made.resource, made.key_hash
    case.subject_id, case.record_id, case.version = made.subject_id, made.id, made.version
    performing.record = made


@effect("supervision.recheck")
def recheck(performing: Performing, given: Given) -> None:
    """Carry the record on with what the recheck saw, and with another ``result`` where it came to one."""
    one, record = of_case(performing.case), cases.record_of(performing.case)
    result = str(given.get("result", ""))
    if result:
        one.result = result
        one.save(update_fields=["result"])
    if record is None:  # it was withdrawn since
        return
    day, act = performing.fields["rechecked_on"], performing.act.title.zh
    before = str(record.payload.get("details") or "")
    details = f"{before}{chr(10) if before else ''}{day} {act}：{performing.reason}"[-DETAILS:]
    changes = {"details": details} | ({"result": result} if result else {})
    reason = f"{performing.case.number}：{act}"
    performing.record = corrections.carry_on(performing.actor, record, changes, reason=reason)


def of_case(case: Case) -> Inspection:
    """The inspection of a case, locked until the transaction ends."""
    return Inspection.objects.select_for_update(of=("self",)).select_related("selected__draw__case").get(case=case)


def inspectors_of(actor: Actor) -> list[Inspector]:
    """The inspectors as whom an actor signs in, in service."""
    name = actor.name.removeprefix("user:")
    return list(Inspector.objects.filter(account=name, active=True)) if name != actor.name else []


def moment(text: str) -> dt.datetime | None:
    """A moment with its zone as a device writes it; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None and found.year <= now().year + 1 else None


def _expect_own(performing: Performing, one: Inspection) -> None:
    """Raise ``InspectionError`` unless the actor is one of the inspectors, with a card that is valid today."""
    mine = {held.card: held for held in inspectors_of(performing.actor)}
    card = next((card for card in one.inspectors if card in mine), None)
    if card is None:
        raise InspectionError("not-assigned")
    if mine[card].card_until < day_of(performing.at):
        raise InspectionError("inspector-card", card=card)
    performing.kept["card"] = card
