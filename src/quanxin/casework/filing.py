"""Beginning a case.

Invariant: about one thing one case of an exclusive procedure is open; filed again, it is the same, or what is said is
joined to it. Whoever files waits for whoever files about the same subject, so that two at once are one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from quanxin.accounts.acts import act as one_act
from quanxin.archive.models import Record
from quanxin.calendar import now, today
from quanxin.casework import cases, choices, departments, effects, engine, forms, papers, permission, telling, terms
from quanxin.casework.effects import Performing
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.casework.procedures import procedure_of
from quanxin.engine import procedures as rules
from quanxin.policy.procedure import Procedure
from quanxin.runtime.bridge import reserve
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject


@dataclass(frozen=True, slots=True)
class Thing:
    """What a case is about: a record, a score by a model, another case, or the subject itself; ``named`` tells several
    about the same subject apart."""

    record: Record | None = None
    model: str = ""
    case: Case | None = None
    named: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """What is filed: by whom, about what, in which words, with the items of the form and the ids of papers; ``provider``
    is the department whose case it will be, which filing finds out."""

    by: Party
    thing: Thing
    statement: str = ""
    contact: str = ""
    form: Mapping[str, str] | None = None
    papers: Collection[str] = ()
    after: Case | None = None
    provider: str = ""


@one_act
def file(kind: str, filed: Filed) -> Case:
    """Begin a case of a procedure, or return the one that is open about the same thing.

    Raises ``RightsError`` where it may not be begun, in words, ``KeyError`` for a procedure that there is not.
    """
    procedure = current_pack().procedure_on(kind, today())
    begins = procedure.files
    if begins.reason is not None and begins.reason.required and not filed.statement.strip():
        raise RightsError("statement-missing")
    if not any(who.party for who in begins.who):
        record = filed.thing.record
        permission.expect_to_begin(filed.by.actor, procedure, filed.by.subject, record.provider if record else "")
    filed, earlier = _looked_at(procedure, filed)
    if earlier is not None:
        return earlier
    filed = _owned(procedure, filed)
    choices.expect_among(procedure, [filed.provider], filed.form or {})
    filed = _named(procedure, filed)
    at, subject = now(), filed.thing.record.subject_id if filed.thing.record else filed.by.subject.pk
    Subject.objects.select_for_update().get(pk=subject)
    about = _about(procedure, subject, filed)
    if procedure.once and (there := about.filter(looks_at=filed.thing.case).first()) is not None:
        return there
    if procedure.exclusive and (there := about.filter(open=True).first()) is not None:
        return _join(procedure, there, filed, at) if procedure.joins else there
    return _begin(procedure, filed, at)


def _begin(procedure: Procedure, filed: Filed, at: dt.datetime) -> Case:
    act = procedure.files
    case = _made(procedure, filed, at, procedure.act_of[act.key].to)
    performing = _performing(procedure, case, filed, at)
    performing.fields = forms.checked(procedure, act, performing.sent)
    engine.expect_met(performing)
    effects.carry_out(act.effects, performing)
    papers.attach(filed.by.actor, case, filed.papers, subject=filed.by.subject.pk)
    if case.open:
        effects.carry_out(procedure.marks, performing)
    terms.follow(performing, rules.move_of(procedure, act, "", ""), engine.facts)
    telling.of_act(performing, engine.step(performing, decided=not case.open))
    return case


def _made(procedure: Procedure, filed: Filed, at: dt.datetime, state: str, **links: Case | None) -> Case:
    record, thing, party = filed.thing.record, filed.thing, filed.by
    ends = procedure.state_of[state].ends
    at_once = ends and not links
    return Case.objects.create(
        number=f"{procedure.number}{at:%Y%m%d}{reserve('casework_case_number_seq', 1):06d}",
        kind=procedure.key,
        state=state,
        open=not ends,
        exclusive=procedure.exclusive,
        about=_kind_of_thing(procedure, thing),
        channel=party.channel,
        subject_id=record.subject_id if record else party.subject.pk,
        resource=record.resource if record else "",
        key_hash=record.key_hash if record else None,
        record_id=record.id if record else None,
        version=record.version if record else None,
        model=thing.model,
        named=thing.named,
        provider=filed.provider,
        filed_by=party.actor.name,
        on_behalf=party.on_behalf[:200],
        contact=filed.contact.strip()[:200],
        statement=filed.statement.strip(),
        filed_at=at,
        looks_at=thing.case,
        after=filed.after,
        decided_at=at if at_once else None,
        decided_by=party.actor.name if at_once else "",
        **links,
    )


def _kind_of_thing(procedure: Procedure, thing: Thing) -> Case.About:
    """What a case about a thing says that it is about."""
    if thing.record is not None:
        return Case.About.RECORD
    if thing.model:
        return Case.About.SCORE
    return Case.About.SUBJECT if procedure.about.subject else Case.About.NOTHING


def _performing(procedure: Procedure, case: Case, filed: Filed, at: dt.datetime) -> Performing:
    return Performing(
        filed.by.actor,
        filed.by,
        case,
        procedure,
        procedure.files,
        at,
        filed.thing.record,
        dict(filed.form or {}),
        reason=filed.statement.strip(),
        papers=tuple(str(one) for one in filed.papers),
    )


def _looked_at(procedure: Procedure, filed: Filed) -> tuple[Filed, Case | None]:
    """What is filed, about the case that is looked at where the procedure is about one; and the case that there is already
    where there may be one ever."""
    if procedure.about.case is None:
        return filed, None
    if filed.thing.case is None:
        raise RightsError("case-unknown")
    before = cases.locked(filed.by.case(filed.thing.case.number).number)
    if procedure.once and (already := before.second_looks.filter(kind=procedure.key).first()) is not None:
        return filed, already
    if before.kind != procedure.about.case or before.state not in procedure.about.in_:
        state = procedure_of(before).state_of[before.state].title
        raise RightsError("case-elsewhere" if before.open else "case-closed", state=state.zh)
    return replace(filed, thing=Thing(cases.record_as_filed(before), before.model, before)), None


def _named(procedure: Procedure, filed: Filed) -> Filed:
    """What is filed, with what tells it apart from others about the same subject, as the form's check reads it."""
    if procedure.named_by is None:
        return filed
    said = forms.checked(procedure, procedure.files, filed.form or {})
    return replace(filed, thing=replace(filed.thing, named=str(said[procedure.named_by])))


def _owned(procedure: Procedure, filed: Filed) -> Filed:
    """What is filed, with the department whose case it will be; "" for the credit centre."""
    record = filed.thing.record
    if procedure.about.of == "filer":
        return replace(filed, provider=departments.chosen(filed.by, procedure, filed.form or {}))
    return replace(filed, provider="" if procedure.about.centre or record is None else record.provider)


def _about(procedure: Procedure, subject: int, filed: Filed) -> QuerySet[Case]:
    """The procedure's cases about a thing; of its department alone, where a case is its filer's."""
    thing = filed.thing
    found = Case.objects.filter(kind=procedure.key, subject_id=subject, model=thing.model, named=thing.named)
    if procedure.about.of == "filer":
        found = found.filter(provider=filed.provider)
    if thing.record is None:
        return found.filter(resource="")
    return found.filter(resource=thing.record.resource, key_hash=thing.record.key_hash)


def _join(procedure: Procedure, to: Case, filed: Filed, at: dt.datetime) -> Case:
    """What is said again about the same thing goes to the open case; said by the same person in the same words, it is
    the same."""
    joins, said = procedure.act_of[str(procedure.joins)], filed.statement.strip()
    same = Case.objects.filter(filed_by=filed.by.actor.name, statement=said)
    if (again := same.filter(pk=to.pk).first() or same.filter(joined_to=to).first()) is not None:
        return again
    case = _made(procedure, filed, at, str(procedure.joined), joined_to=to)
    engine.step(_performing(procedure, case, filed, at))
    papers.attach(filed.by.actor, to, filed.papers, subject=filed.by.subject.pk)
    performing = _performing(procedure, to, filed, at)
    performing.act, performing.kept = joins, {"joined": case.number}
    engine.step(performing)
    return case
