"""Cases as JSON, for machines and for commands: one shape of a case among others, and one of a case by itself.

Invariant: it says what the desk shows of a case to the same actor; the items of its record come from the accessor, and
reading them leaves its line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from quanxin.accounts import Actor
from quanxin.calendar import now
from quanxin.casework import ahead, case_view, offers, queues, terms
from quanxin.casework.models import Case, Step, Term
from quanxin.casework.procedures import state_of, title_of


def rows(found: Sequence[Case]) -> list[dict[str, Any]]:
    """Cases among others, in their order; ``hours_left`` is office time, negative once a term has lapsed. The cases have
    their ``due`` (``casework.queues``); one question."""
    running = queues.running(ahead.standing(found))
    times = queues.left(running, now())
    return [
        {
            "number": one.number,
            "kind": one.kind,
            "title": title_of(one.kind).zh,
            "state": one.state,
            "state_title": state_of(one).title.zh,
            "open": one.open,
            "provider": one.provider or "centre",
            "claimed_by": one.claimed_by,
            "filed_at": one.filed_at.isoformat(),
            "due": _iso(getattr(one, "due", None)),
            "hours_left": _hours(times.get(one.pk)),
            "paused": one.pk in running and running[one.pk].paused_at is not None,
        }
        for one in found
    ]


def outcome(case: Case) -> dict[str, Any]:
    """What an act, or the beginning of a case, left."""
    return {"number": case.number, "state": case.state, "open": case.open}


def whole(actor: Actor, case: Case) -> dict[str, Any]:
    """A case that the actor may open: how it stands, what this actor may do with it, its terms and history."""
    running = next((term for term in case.terms.all() if term.stopped_at is None), None)
    state = state_of(case)
    return outcome(case) | {
        "kind": case.kind,
        "title": title_of(case.kind).zh,
        "state_title": state.title.zh,
        "provider": case.provider or "centre",
        "resource": case.resource,
        "model": case.model,
        "channel": case.channel,
        "filed_at": case.filed_at.isoformat(),
        "decided_at": _iso(case.decided_at),
        "reason": case.reason,
        "statement": case.statement,
        "claimed_by": case.claimed_by,
        "acts": [_offer(one) for one in offers.offered(actor, case, running)],
        "terms": [_term(term) for term in case.terms.all()],
        "history": [_step(step) for step in case.steps.all()],
    }


def with_record(actor: Actor, case: Case) -> dict[str, Any]:
    """The same with whom and what the case is about; leaves the line of the reading for its subject."""
    look = case_view.look(actor, case)
    view = look.stands or look.filed
    subject = look.subject
    about: dict[str, Any] = {
        "subject": {"name": subject.name, "code": "" if subject.natural else subject.code or ""},
        "record": None,
    }
    if view is not None:
        about["record"] = {
            "reference": f"{view.subject_id or case.subject_id}-{view.id}", "version": view.version,
            "resource": view.resource, "items": {field.key: text for field, text in view.fields},
        }  # fmt: skip
    return whole(actor, case) | about


def _offer(one: offers.Offer) -> dict[str, Any]:
    act = one.act
    return {
        "act": act.key,
        "title": act.title.zh,
        "items": [f.key for f in act.asks],
        "reason": act.reason is not None and act.reason.required,
        "grave": act.grave,
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "clock": term.clock,
        "title": terms.title_of(term).zh,
        "started_at": term.started_at.isoformat(),
        "due_at": term.due_at.isoformat(),
        "stopped_at": _iso(term.stopped_at),
        "paused": term.paused_at is not None,
        "lapsed": term.lapsed,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "at": step.at.isoformat(),
        "act": step.act,
        "state": step.state,
        "actor": step.actor,
        "note": step.note,
        "form": step.particulars.get("form", {}),
    }


def _hours(left: dt.timedelta | None) -> float | None:
    return None if left is None else round(left / dt.timedelta(hours=1), 1)


def _iso(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None
