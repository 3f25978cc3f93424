"""What the page of one case shows.

Invariant: everything about the subject on it came through the accessor for the actor; the acts on it are those that the
actor may do now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.archive.shapes import RecordView
from quanxin.attachments.accept import of_case
from quanxin.attachments.models import Attachment
from quanxin.calendar import day_of, now, today
from quanxin.casework import case_view as looking
from quanxin.casework import offers, terms, words
from quanxin.casework.act_forms import ActForm
from quanxin.casework.case_view import CaseView
from quanxin.casework.models import Case, Step, Term
from quanxin.casework.offers import Offer
from quanxin.casework.procedures import procedure_of, state_of, title_of
from quanxin.casework.rendering import heading
from quanxin.intake.corrections import CorrectionRefused, as_written, key_fields, lost_numbers
from quanxin.intake.desk.cells import Cell, cells
from quanxin.intake.effects import ITEM
from quanxin.ledger import log_reading
from quanxin.pages import display
from quanxin.pages.messages import Left, left, person
from quanxin.pages.papers import files_said, kind_of
from quanxin.policy.model import FieldDef, Text
from quanxin.policy.procedure import Act
from quanxin.rights import documents
from quanxin.runtime.language import english, in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.runtime.slices import load, panel
from quanxin.sharing import acknowledgements
from quanxin.sharing.change_words import change_words


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a record as it was when the case was filed, and as it is now."""

    field: FieldDef
    before: str
    now: str

    @property
    def changed(self) -> bool:
        return self.before != self.now


@dataclass(frozen=True, slots=True)
class Wrong:
    """An item that may be corrected: its box, and what it says now."""

    cell: Cell
    stands: str
    fixed: bool
    lost: bool


@dataclass(slots=True)
class Tried:
    """An act whose form is shown again: what it said, the papers that came with it, and why it was refused, if it was."""

    act: Act
    sent: Mapping[str, str]
    papers: Sequence[Attachment] = ()
    problem: Problem | None = None


def context_of(actor: Actor, look: CaseView, tried: Tried | None) -> dict[str, Any]:
    """The page of a case for an actor."""
    case = look.case
    acts = offers.offered(actor, case, look.term)
    events, forms = looking.events_of(case), _forms(case, acts, tried)
    problem, sent = (tried.problem, tried.sent) if tried else (None, {})
    refused = forms.get(tried.act.key) if tried and not isinstance(problem, CorrectionRefused) else None
    return {
        "case": case,
        "kind": title_of(case.kind),
        "state": state_of(case).title,
        "look": look,
        "items": _items(look),
        "subject": look.subject,
        "about": _about(look),
        "authority": _authority(case),
        "acts": [a for a in acts if not a.plain],
        "plain": [a for a in acts if a.plain],
        "kinds": _kinds(),
        "sent": sent,
        "tried": tried.act.key if tried else "",
        "forms": forms,
        "refused": refused,
        "brought": tried.papers if tried else (),
        "limits": _limits(acts),
        "wrong": _wrong(look, sent, problem) if any(a.wide for a in acts) else [],
        "problem": in_words(problem) if problem else None,
        "loose": _loose(problem),
        "papers": of_case(case.reference),
        "term": look.term,
        "left": _left(look.term),
        "next": _next(look),
        "history": _history(case),
        "terms": [(term, terms.title_of(term)) for term in case.terms.all()],
        "seen": max((step.pk for step in case.steps.all()), default=0),
        "window": _window(case),
        "told": _told(events),
        "document": documents.exists(case),
        "panel": load(name)(actor, case) if (name := panel(case.kind)) else None,
        "proof": log_reading.offered("decision", case.reference),
        "claimed": person(case.claimed_by),
        "mine": case.claimed_by == actor.name,
        "subject_link": not look.subject.natural and bool(look.subject.code),
    }


def _items(look: CaseView) -> list[Item]:
    """The items of the record, then and now, those that are empty in both left out."""
    before, after = _texts(look.filed), _texts(look.stands)
    fields = {f.key: f for view in (look.filed, look.stands) if view for f, _text in view.fields}
    return [
        Item(field, before.get(key, ""), after.get(key, ""))
        for key, field in fields.items()
        if before.get(key) or after.get(key)
    ]


def _texts(view: RecordView | None) -> dict[str, str]:
    return {f.key: text for f, text in view.fields} if view else {}


def _about(look: CaseView) -> Text | None:
    view = look.filed or look.stands
    if view is not None:
        return view.title
    rules = current_pack().on(today())
    model, resource = rules.models.get(look.case.model), rules.resources.get(look.case.resource)
    return model.title if model else resource.title if resource else words.named(look.case)


def _authority(case: Case) -> Text | None:
    known = current_pack().providers.get(case.provider)
    return known.title if known else None


def _left(term: Term | None) -> Left | None:
    if term is None:
        return None
    return left(terms.left(term, term.paused_at or now()), paused=term.paused_at is not None)


def _next(look: CaseView) -> str:
    """What happens next, and who must see to it."""
    case = look.case
    coming = state_of(case).next
    who = said(authority) if (authority := _authority(case)) else _("信用中心复核人员")
    by = display.day(day_of(look.term.due_at)) if look.term is not None else ""
    return said(coming).format(who=who, by=by) if coming is not None else ""


def _window(case: Case) -> dict[str, Any] | None:
    """The window and the regime of the day of application, as the case kept them."""
    kept = case.particulars
    if not kept.get("regime"):
        return None
    regime = next((r for r in current_pack().repair if r.key == kept["regime"]), None)
    language = "en" if english() else "zh"
    tier, commitment = kept.get("tier"), kept.get("commitment")
    return {
        "regime": regime.title if regime else None,
        "tier": tier[language] if tier else "",
        "from": _day(kept.get("repairable_from")),
        "until": _day(kept.get("public_until")),
        "basis": _once(kept.get("basis", ())),
        "commitment": commitment[language] if commitment else "",
        "ask_department": kept.get("ask_department"),
    }


def _once(articles: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """The articles of a basis, each once though several rules rest on it."""
    return list({(one["title"], one.get("reference"), one.get("article")): one for one in articles}.values())


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _told(events: list[Any]) -> list[dict[str, Any]]:
    """Each consumer that receives the record's resource, and when it took in what the case decided."""
    moment = now()
    return [
        {"taken": one, "what": change_words()[one.change], "late": left(-late) if (late := one.late(moment)) else None}
        for one in acknowledgements.told_of(events)
    ]


def _kinds() -> list[tuple[str, str]]:
    return [("mistaken", _("报送有误，本不应报送")), ("revoked", _("决定已被撤销、变更或确认违法"))]


def _wrong(look: CaseView, sent: Mapping[str, str], problem: Problem | None) -> list[Wrong]:
    """The items that a correction may change, with what was written in them and what is wrong with that."""
    record, rules = look.stored, current_pack().on(today())
    if record is None or (resource := rules.resources.get(record.resource)) is None:
        return []
    stands = as_written(record, resource, rules)
    texts = {f.key: sent.get(ITEM + f.key, stands.get(f.key, "")) for f in resource.fields}
    found: dict[str, list[str]] = {}
    for one in problem.found if isinstance(problem, CorrectionRefused) else ():
        found.setdefault(one.field, []).append(said(one))
    fixed, lost = set(key_fields(resource)), set(lost_numbers(record, resource))
    return [
        Wrong(cell, stands.get(cell.field.key, ""), cell.field.key in fixed, cell.field.key in lost)
        for cell in cells(resource, rules, texts, found, new=False)
    ]


def file_of(actor: Actor, look: CaseView) -> dict[str, Any]:
    """A case as one document: everything that was done, said, handed in and told."""
    case = look.case
    return {
        "case": case,
        "kind": title_of(case.kind),
        "state": state_of(case).title,
        "about": _about(look),
        "subject": look.subject,
        "authority": _authority(case),
        "items": _items(look),
        "history": _history(case),
        "terms": [(term, terms.title_of(term)) for term in case.terms.all()],
        "papers": of_case(case.reference),
        "notices": [(one, heading(one)) for one in case.notices.order_by("id")],
        "at": now(),
        "reader": person(actor.name),
    }


def _history(case: Case) -> list[tuple[Step, Text, str, list[tuple[Text, Text | None]]]]:
    """The steps with what was done, by whom, and what its form said."""
    return [
        (step, words.step_done(case, step), person(step.actor), words.answers(case, step)) for step in case.steps.all()
    ]


def _forms(case: Case, acts: Sequence[Offer], tried: Tried | None) -> dict[str, ActForm]:
    """The form of each act; that of the one that was tried as it was sent, with all that is wrong with it."""
    procedure = procedure_of(case)
    made = {one.key: ActForm(procedure, one.act, key=one.key, case=case) for one in acts}
    if tried is None:
        return made
    key = tried.act.key
    if tried.problem is None:  # its papers alone were sent
        made[key] = ActForm(procedure, tried.act, key=key, initial=tried.sent, case=case)
    else:
        made[key] = ActForm(procedure, tried.act, tried.sent, key=key, case=case)
        made[key].say(tried.problem)
    return made


def _limits(acts: Sequence[Offer]) -> dict[str, dict[str, int]]:
    """What the form of each act that takes papers says of them."""
    return {one.key: files_said(kind_of(one.act.papers)) for one in acts if one.act.papers}


def _loose(problem: Problem | None) -> list[str]:
    """What is wrong with the whole row of a correction."""
    return [said(one) for one in problem.found if not one.field] if isinstance(problem, CorrectionRefused) else []
