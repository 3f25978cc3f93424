"""The terms that the law gives: started with a state, warned of, escalated, stopped.

Invariant: a term is a row of the database and nothing else, so that none is lost when a process ends; each warning is sent
once, and who is named by the pack hears of each term that lapses. Reckoned in working days by the pack's calendar; a term
over days that are not yet announced is reckoned anew when it is looked at.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from quanxin.calendar import day_of, now
from quanxin.calendar import terms as reckoning
from quanxin.casework import notices
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Term
from quanxin.policy.ruling import Clock
from quanxin.runtime.pack import current_pack

MOST = 500  # terms looked at in one transaction


def start(case: Case, key: str, role: str, at: dt.datetime) -> Term:
    """Let a clock run for a case from a moment, for the holders of a role (of the case's provider)."""
    made = Term(
        case=case, clock=key, role=role, provider=case.provider if role == "decider" else "", started_at=at,
        escalate_to=clock_of(key, day_of(at)).escalate_to or "",
    )  # fmt: skip
    return _again(made, at)


def stop(case: Case, at: dt.datetime) -> Term | None:
    """Stop the term that runs for a case, if any; return it."""
    found = running(case)
    if found is not None:
        found.stopped_at = at
        found.save(update_fields=["stopped_at"])
    return found


def extend(case: Case, at: dt.datetime, most: int) -> Term:
    """Put the running term off by what its clock allows. Raises ``RightsError`` where it was put off ``most`` times."""
    found = running(case)
    if found is None:
        raise RightsError("case-elsewhere", state=case.get_state_display())
    if found.extended >= most or not clock_of(found.clock, day_of(found.started_at)).extension_working_days:
        raise RightsError("extension-used")
    found.extended += 1
    return _again(found, at)


def pause(case: Case, at: dt.datetime) -> None:
    """Let the running term stand still while more is waited for."""
    if (found := running(case)) is not None and found.paused_at is None:
        found.paused_at = at
        found.save(update_fields=["paused_at"])


def resume(case: Case, at: dt.datetime) -> None:
    """Let the paused term go on: the working days that it stood still are added to it."""
    found = running(case)
    if found is None or found.paused_at is None:
        return
    stood = current_pack().calendar.working_days_between(day_of(found.paused_at), day_of(at)).days
    found.paused_at, found.paused_days = None, found.paused_days + stood
    _again(found, at)


def running(case: Case) -> Term | None:
    """The term that runs for a case, locked; None where none does."""
    return Term.objects.select_for_update().filter(case=case, stopped_at=None).first()


def tick() -> int:
    """Send the warnings that are due and escalate what lapsed; return how many terms that were. Safe beside itself."""
    moment, looked_at = now(), 0
    with transaction.atomic():
        for term in Term.objects.select_for_update(skip_locked=True).filter(_pressing(moment))[:MOST]:
            _settle(term)
            looked_at += _press(term, moment)
    return looked_at


def clock_of(key: str, day: dt.date) -> Clock:
    """The clock of a key on a day; one that is not yet, or no longer, in force runs as its nearest edition says."""
    pack = current_pack()
    if (found := pack.on(day).clocks.get(key)) is not None:
        return found
    return min((c for c in pack.clocks if c.key == key), key=lambda c: abs((c.in_force.from_ - day).days))


def _pressing(moment: dt.datetime) -> Q:
    """Terms of which something is to be said: a warning that was not sent, or that they lapsed."""
    soonest = moment + dt.timedelta(
        days=14
    )  # warnings lie within the last days of a term; the rest is told apart below
    return Q(stopped_at=None, escalated_at=None, paused_at=None, due_at__lte=soonest)


def _settle(term: Term) -> None:
    """Reckon a provisional term by the calendar of today."""
    if term.provisional:
        made = _reckoned(term)
        if (made.due, made.provisional) != (term.due_at, term.provisional):
            term.due_at, term.provisional = made.due, made.provisional
            term.warnings = [moment.isoformat() for moment in made.warnings]
            term.save(update_fields=["due_at", "provisional", "warnings"])


def _again(term: Term, at: dt.datetime) -> Term:
    """A term that was put off: its end and warnings reckoned anew; those that lie behind count as sent."""
    made = _reckoned(term)
    term.due_at, term.provisional = made.due, made.provisional
    term.warnings = [moment.isoformat() for moment in made.warnings]
    term.warned, term.escalated_at = sum(moment <= at for moment in made.warnings), None
    term.save()
    return term


def _press(term: Term, moment: dt.datetime) -> bool:
    due = [text for text in term.warnings if dt.datetime.fromisoformat(text) <= moment]
    lapsed = term.due_at <= moment
    if len(due) <= term.warned and not lapsed:
        return False
    if lapsed:
        notices.of_lapse(term, moment)
        term.escalated_at = moment
    else:
        notices.of_approach(term, len(due), left(term, moment), moment)
    term.warned = len(due)
    term.save(update_fields=["warned", "escalated_at"])
    return True


def _reckoned(term: Term) -> reckoning.Term:
    """When a term ends and warns, from its start: the clock's own days, those it was put off by and stood still."""
    clock = clock_of(term.clock, day_of(term.started_at))
    return reckoning.term(
        current_pack().calendar, term.started_at, working_days=clock.working_days, months=clock.months, warn=clock.warn,
        extension=term.extended * (clock.extension_working_days or 0) + term.paused_days,
    )  # fmt: skip


def left(term: Term, at: dt.datetime) -> dt.timedelta:
    """The office time between a moment and the end of a term; negative once it has lapsed."""
    return reckoning.remaining(current_pack().calendar, _reckoned(term), at)
