"""The one engine of procedures: an act on a case.

Invariant: an act locks its case once, asks once whether it may, and is whole or leaves nothing but the line of the
refusal: state, step, audit line, term, notices, restrictions and events are of one transaction. Done twice it is done
once. What nobody does, a lapse or a day, comes through the same door.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.actors import NOBODY
from quanxin.accounts.acts import act as one_act
from quanxin.accounts.models import audit
from quanxin.calendar import day_of, now
from quanxin.casework import cases, effects, forms, papers, permission, telling, terms
from quanxin.casework.effects import Performing
from quanxin.casework.errors import NotNow, RightsError
from quanxin.casework.models import Case, Step
from quanxin.casework.parties import Party
from quanxin.casework.procedures import procedure_of
from quanxin.documents import ending
from quanxin.engine import procedures as rules
from quanxin.engine.conditions import Facts
from quanxin.engine.procedures import Move
from quanxin.ledger import leaves
from quanxin.policy.procedure import Act, Effect, Procedure
from quanxin.runtime.pack import current_pack
from quanxin.runtime.slices import Leaf

PAUSED_IN = "paused_in"  # where a case keeps the state in which it paused
SUPERSEDE = "archive.supersede"  # the effect by which ``changes`` become the record's next version
DECISION = Leaf("decision", says=("number", "state"))
_ABOUT = ("number", "state", "channel", "provider", "about", "version")


@one_act
def perform(
    by: Actor | Party,
    number: str,
    key: str,
    form: Mapping[str, str] | None = None,
    *,
    paper: Collection[str] = (),
    seen: int | None = None,
) -> Case:
    """Do an act of a case's procedure: ``key``, with the items of its ``form`` and the ids of its papers.

    ``seen`` is the last step that whoever acts looked at: the same form sent again is answered as it was. Raises
    ``NotAllowed`` and ``OwnMatter`` with their lines, ``RightsError`` for what is out of place or wrong.
    """
    party = by if isinstance(by, Party) else None
    actor = by.actor if isinstance(by, Party) else by
    case = cases.locked(party.case(number).number if party else number)
    procedure = procedure_of(case)
    act = procedure.act_of.get(key)
    if act is None or act.begins or act.by_nobody:  # said before anybody was asked who they are: it tells no state
        raise RightsError("act-not-now")
    sent = dict(form or {})
    if seen is not None and _sent_before(actor, case, act, sent, seen):
        return case
    permission.expect(actor, party, act, case)
    return _do(_performing(actor, party, case, procedure, act, sent, paper))


@one_act
def by_nobody(number: str, key: str, *, actor: Actor | None = None, reason: str = "") -> Case:
    """Do an act that a lapse, a day, or another act does; in the name of ``actor``, where one is behind it. An act that
    does not fit the state any more is left undone."""
    case = cases.locked(number)
    procedure = procedure_of(case)
    act = procedure.act_of[key]
    if case.state not in act.from_:
        return case
    doer = actor or Actor(NOBODY)
    return _do(_performing(doer, None, case, procedure, act, {"reason": reason}, ()))


def facts(performing: Performing) -> Facts:
    """What the act's expressions may speak of."""
    case, record, act = performing.case, performing.record, performing.act
    resource = None
    if case.resource:
        history = current_pack().resource_history(case.resource)
        resource = current_pack().on(day_of(performing.at)).resources.get(case.resource, history[-1])
    matter: dict[str, Any] = {name: getattr(case, name) for name in _ABOUT}
    matter |= {
        "filed_on": day_of(case.filed_at).isoformat(),
        "claimed": bool(case.claimed_by),
        "stands": record is not None,
        "record_version": record.version if record else None,
        "corrected": record is not None and record.version > (case.version or 0),
        "withdrawn": bool(case.resource) and record is None,
        "papers": len(performing.papers),
        "extended": terms.extensions_of(case) if case.pk else 0,
        "nature": resource.nature if resource else None,
    }
    form = dict(performing.fields) | {"reason": performing.reason or None}
    return rules.facts_of(resource, record.payload if record else {}, matter, act, form)


def _performing(
    actor: Actor,
    party: Party | None,
    case: Case,
    procedure: Procedure,
    act: Act,
    sent: Mapping[str, str],
    paper: Collection[str],
) -> Performing:
    return Performing(
        actor,
        party,
        case,
        procedure,
        act,
        now(),
        cases.record_of(case),
        sent,
        reason=sent.get("reason", "").strip(),
        papers=tuple(str(one) for one in paper),
    )


def _do(performing: Performing) -> Case:
    case, act = performing.case, performing.act
    if act.reason is not None and act.reason.required and not performing.reason:
        raise RightsError("reason-missing")
    if _done_before(performing):
        return case
    if case.state not in act.from_:
        raise _elsewhere(case, performing.procedure)
    if act.claims:
        _claim(performing)
    performing.fields = forms.checked(performing.procedure, act, performing.sent)
    expect_met(performing)
    move = rules.move_of(performing.procedure, act, case.state, case.particulars.get(PAUSED_IN, ""))
    whose = performing.party.subject.pk if performing.party else case.subject_id
    papers.attach(performing.actor, case, performing.papers, subject=whose)
    effects.carry_out(act.effects, performing)
    if act.changes:
        said = rules.changes(act, facts(performing), day_of(performing.at))
        effects.carry_out((Effect(name=SUPERSEDE, given=said),), performing)
    _leave(performing, move)
    return case


def expect_met(performing: Performing) -> None:
    """Raise ``NotNow`` for what the act requires and does not hold."""
    if performing.act.requires:
        day = day_of(performing.at)
        if (one := rules.unmet(performing.act, facts(performing), day)) is not None:
            raise NotNow(one.code, one.says)


def _leave(performing: Performing, move: Move) -> None:
    """Leave the case in the state of a move: its term, its marks, its step, and who is told."""
    case, act = performing.case, performing.act
    was_open, was = case.open, case.state
    if move.running == "pause":
        case.particulars[PAUSED_IN] = was
    elif move.running == "resume":
        case.particulars.pop(PAUSED_IN, None)
    if act.decides:
        case.particulars["decision"] = f"{case.number}-1"
    if act.releases:
        case.claimed_by = ""
    _open_or_close(performing, was_open, move)
    case.state, case.open = move.target, not move.ends
    terms.follow(performing, move, facts)
    if was_open and move.ends:
        effects.undo(performing.procedure.marks, performing)
    elif not was_open and not move.ends:
        effects.carry_out(performing.procedure.marks, performing)
    made = step(performing, decided=act.decides or (was_open and move.ends))
    telling.of_act(performing, made)
    if not was_open:
        ending.undone(performing.actor, case.reference, performing.reason or act.title.zh)


def _open_or_close(performing: Performing, was_open: bool, move: Move) -> None:
    case = performing.case
    if was_open and move.ends:
        case.decided_at, case.decided_by, case.reason = performing.at, performing.actor.name, performing.reason
    elif not was_open and not move.ends:
        case.claimed_by, case.decided_at, case.decided_by = "", None, ""
    elif move.ends:
        case.reason = performing.reason


def step(performing: Performing, *, decided: bool = False) -> Step:
    """Keep the case as it stands now, with the step of its history and the audit line; what is decided is a leaf of the
    public log, whatever the procedure."""
    case, act = performing.case, performing.act
    case.save()
    note = performing.reason
    line = audit(
        performing.actor,
        f"casework.{case.kind}.{act.name}",
        case.reference,
        number=case.number,
        state=case.state,
        note=note[:500],
    )
    if decided or act.document:
        leaves.commit([(line, DECISION)])
    particulars = performing.kept | ({"events": performing.events} if performing.events else {})
    if performing.fields:
        particulars["form"] = dict(performing.fields)
    return Step.objects.create(
        case=case,
        act=act.name,
        state=case.state,
        actor=performing.actor.name,
        at=performing.at,
        note=note,
        particulars=particulars,
    )


def _claim(performing: Performing) -> None:
    case, actor = performing.case, performing.actor
    if case.claimed_by not in ("", actor.name):
        raise RightsError("case-claimed", who=case.claimed_by.partition(":")[2])
    case.claimed_by = actor.name


def _done_before(performing: Performing) -> bool:
    """Whether nothing is left of the act to be done: twice is once."""
    case, act = performing.case, performing.act
    if act.releases:
        return not case.claimed_by
    if only_claims(act):
        return case.state in act.from_ and case.claimed_by == performing.actor.name
    if act.to in (Act.SAME, Act.BACK) or case.state in act.from_:
        return False
    bare = act.reason is None and not act.asks and not act.effects
    if case.state == act.to:
        return performing.procedure.state_of[act.to].ends or bare
    return bare and case.open and case.steps.filter(act=act.name).exists()


def only_claims(act: Act) -> bool:
    """Whether an act claims a case and does nothing else with it."""
    return act.claims and act.to == Act.SAME and act.reason is None and not act.effects and not act.extends


def _sent_before(actor: Actor, case: Case, act: Act, sent: Mapping[str, str], seen: int) -> bool:
    """Whether this very form did its act already: the case has gone on from what the form shows by this act alone."""
    since = [one for one in case.steps.filter(pk__gt=seen) if one.act != "claim"]
    reason = sent.get("reason", "").strip()
    return any(one.act == act.name and one.actor == actor.name and one.note == reason for one in since)


def _elsewhere(case: Case, procedure: Procedure) -> RightsError:
    code = "case-elsewhere" if case.open else "case-closed"
    return RightsError(code, state=procedure.state_of[case.state].title.zh)
