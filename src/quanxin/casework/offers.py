"""The acts that a case offers to somebody, from its procedure.

Invariant: an act is offered only to who may do it in the state in which the case stands; whatever is sent nevertheless is
refused by the act itself, with a line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from quanxin.accounts import Actor
from quanxin.archive.models import Record
from quanxin.calendar import day_of, now
from quanxin.casework import cases, effects, engine, permission, procedures, terms
from quanxin.casework.effects import Performing
from quanxin.casework.models import Case, Term
from quanxin.casework.parties import Party
from quanxin.casework.procedures import procedure_of
from quanxin.engine.conditions import evaluate
from quanxin.policy.model import FieldDef
from quanxin.policy.procedure import Act, Procedure

BULK = "forward"  # what may be done to several cases at once: it decides nothing


@dataclass(frozen=True, slots=True)
class Offer:
    """An act as it is offered; ``form`` names the form that an effect of it reads for itself, "" where there is none."""

    act: Act
    form: str

    @property
    def key(self) -> str:
        return self.act.key

    @property
    def asks(self) -> tuple[FieldDef, ...]:
        return self.act.asks

    @property
    def wide(self) -> bool:
        """Whether its form needs the width of a page: that of all the items of a record."""
        return self.form == "correction"

    @property
    def plain(self) -> bool:
        """Whether a button is enough."""
        return self.act.plain


def offered(actor: Actor, case: Case, term: Term | None) -> list[Offer]:
    """What an actor may do with a case as it stands; ``term`` is the one that runs."""
    here = [act for act in procedure_of(case).acts if case.state in act.from_ and not act.by_nobody]
    found = [act for act in here if permission.may(actor, act, case) and _fits(act, case, term)]
    shown = _shown(actor, case, found)
    return [Offer(act, effects.form_of(act)) for act in found if act.key in shown]


def offered_to(party: Party, case: Case) -> list[Offer]:
    """What the party of a case may do with it as it stands."""
    here = [act for act in procedure_of(case).acts if case.state in act.from_ and any(who.party for who in act.who)]
    shown = _shown(party.actor, case, here)
    return [Offer(act, effects.form_of(act)) for act in here if act.key in shown]


def to_begin(
    party: Party, record: Record, kinds: Collection[str], there: Iterable[Case]
) -> list[tuple[Procedure, Case | None]]:
    """What a party can begin about a record among those kinds, each with the case that is ``there`` already, where there may
    be but one; what the beginning act says of when it is offered holds."""
    found = [p for p in procedures.in_force() if p.key in kinds and procedures.begun_by_party(p)]
    found = [p for p in found if procedures.about_record(p, record.resource)]
    one_each = {p.key: p.once for p in found if p.once or p.exclusive}
    begun = {case.kind: case for case in there if case.kind in one_each and (case.open or one_each[case.kind])}
    return [(p, begun.get(p.key)) for p in found if p.key in begun or _begins(party, record, p)]


def _begins(party: Party, record: Record, procedure: Procedure) -> bool:
    act, at = procedure.files, now()
    if act.offered is None:
        return True
    about = Case(
        kind=procedure.key, about=Case.About.RECORD, resource=record.resource, version=record.version, filed_at=at
    )
    performing = Performing(party.actor, party, about, procedure, act, at, record)
    (holds,) = evaluate([act.offered], engine.facts(performing), day_of(at))
    return holds is True


def act_of(key: str, case: Case) -> Act | None:
    """The act of a key for the case's procedure, if somebody of the desk may ever do it; None where there is none."""
    act = procedure_of(case).act_of.get(key)
    desk = act is not None and any(who.role or who.claimant for who in act.who) and not act.begins
    return act if desk else None


def forwardable(case: Case) -> bool:
    """Whether a case waits to be passed on."""
    act = procedure_of(case).act_of.get(BULK)
    return act is not None and case.state in act.from_


def claim_of(case: Case) -> Act | None:
    """The act that claims a case as it stands and does nothing else; None where there is none, or somebody has it."""
    acts = (act for act in procedure_of(case).acts if engine.only_claims(act) and case.state in act.from_)
    return None if case.claimed_by else next(acts, None)


def _fits(act: Act, case: Case, term: Term | None) -> bool:
    """Whether an act has anything to do: a claim by whoever has none, an extension that is left."""
    if act.extends:
        return term is not None and terms.extendable(term)
    return not (engine.only_claims(act) and case.claimed_by)


def _shown(actor: Actor, case: Case, acts: list[Act]) -> set[str]:
    """Those whose condition of being offered holds."""
    asked = [act for act in acts if act.offered is not None]
    if not asked:
        return {act.key for act in acts}
    performing = Performing(actor, None, case, procedure_of(case), asked[0], now(), cases.record_of(case))
    held = evaluate([str(act.offered) for act in asked], engine.facts(performing), day_of(performing.at))
    hidden = {act.key for act, holds in zip(asked, held, strict=True) if holds is not True}
    return {act.key for act in acts} - hidden
