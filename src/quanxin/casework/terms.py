"""The terms that the law gives: started with a state, warned of, escalated, stopped.

Invariant: a term is a row of the database and nothing else, so that none is lost when a process ends; each warning is sent
once, and who is named by the pack hears of each term that lapses. Reckoned in working days by the pack's calendar; a term
over days that are not yet announced is reckoned anew when it is looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from quanxin.calendar import day_of
from quanxin.calendar import terms as reckoning
from quanxin.casework import cases
from quanxin.casework.effects import Performing
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Term
from quanxin.casework.procedures import procedure_of
from quanxin.engine.conditions import Facts
from quanxin.engine.procedures import Move, day_of_clock, key_of_clock
from quanxin.policy.model import Text
from quanxin.policy.procedure import StateClock
from quanxin.policy.ruling import Clock
from quanxin.runtime.pack import current_pack


def follow(performing: Performing, move: Move, facts: Callable[[Performing], Facts]) -> None:
    """Let the case's term do what a move says; the case stands in the move's state already."""
    case, at = performing.case, performing.at
    match move.running:
        case "keep":
            return
        case "pause":
            pause(case, at)
        case "resume":
            resume(case, at)
        case "extend":
            extend(case, at)
        case _:
            stop(case, at)
    if move.running == "start" and move.clock is not None:
        until = day_of_clock(move.clock, facts(performing), _day(at)) if move.clock.until else None
        if move.clock.key or until is not None:
            start(performing, move.clock, until)


def start(performing: Performing, clock: StateClock, until: dt.date | None = None) -> Term:
    """Let the clock of the case's state, or of the act, run from the act's moment, for who must act in it."""
    case, at, act = performing.case, performing.at, performing.act
    who = next((one for one in clock.who if one.of is None or (one.of == "provider") == bool(case.provider)), None)
    lists = current_pack().on(_day(at)).lists.values() if clock.ground else ()
    said = cases.items_of(case) | dict(performing.fields) if clock.ground else {}
    key = key_of_clock(clock, lists, case.resource, said)
    escalate = clock_of(key, _day(at)).escalate_to if key else clock.escalate_to
    made = Term(
        case=case,
        clock=key,
        until=until,
        state=case.state,
        act=act.key if act.clock else "",
        started_at=at,
        role=(who.role if who else None) or "",
        provider=case.provider if who and who.of == "provider" else "",
        escalate_to=escalate or "",
    )
    return _again(made, at)


def stop(case: Case, at: dt.datetime) -> Term | None:
    """Stop the term that runs for a case, if any; return it."""
    found = running(case)
    if found is not None:
        found.stopped_at = at
        found.save(update_fields=["stopped_at"])
    return found


def extend(case: Case, at: dt.datetime) -> Term:
    """Put the running term off by what its clock allows. Raises ``RightsError`` where it was put off as often as it may."""
    found = running(case)
    if found is None or not extendable(found):
        raise RightsError("extension-used")
    found.extended += 1
    return _again(found, at)


def extendable(term: Term) -> bool:
    """Whether a term may be put off (once more)."""
    spec = clock_in(term)
    if spec is None or not term.clock or term.extended >= spec.extensions:
        return False
    # whether it may be put off at all was ruled on the day of filing; by how much, on the day on which it began
    ruled = clock_of(term.clock, day_of(term.case.filed_at)).extension_working_days
    return bool(ruled and clock_of(term.clock, _day(term.started_at)).extension_working_days)


def extensions_of(case: Case) -> int:
    """How often the term that runs was put off."""
    return Term.objects.filter(case=case, stopped_at=None).values_list("extended", flat=True).first() or 0


def clock_in(term: Term) -> StateClock | None:
    """What the case's procedure says of a term's clock; None for a state that it does not have any more."""
    procedure = procedure_of(term.case)
    if term.act:
        act = procedure.act_of.get(term.act)
        return act.clock if act else None
    state = procedure.state_of.get(term.state)
    return state.clock if state else None


def title_of(term: Term) -> Text:
    """What a term is called: its clock, or the state that it ends."""
    if term.clock:
        return clock_of(term.clock, _day(term.started_at)).title
    state = procedure_of(term.case).state_of.get(term.state)
    return state.title if state else Text(zh=term.state, en=term.state)


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
    stood = current_pack().calendar.working_days_between(_day(found.paused_at), _day(at)).days
    found.paused_at, found.paused_days = None, found.paused_days + stood
    _again(found, at)


def running(case: Case) -> Term | None:
    """The term that runs for a case, locked; None where none does."""
    return Term.objects.select_for_update().filter(case=case, stopped_at=None).first()


def clock_of(key: str, day: dt.date) -> Clock:
    """The clock of a key on a day; one that is not yet, or no longer, in force runs as its nearest edition says."""
    pack = current_pack()
    if (found := pack.on(day).clocks.get(key)) is not None:
        return found
    return min((c for c in pack.clocks if c.key == key), key=lambda c: abs((c.in_force.from_ - day).days))


def settle(term: Term) -> None:
    """Reckon a provisional term by the calendar of today."""
    if term.provisional:
        made = _reckoned(term)
        if (made.due, made.provisional) != (term.due_at, term.provisional):
            _write(term, made)
            term.save(update_fields=["due_at", "provisional", "warnings", "next_at"])


def _again(term: Term, at: dt.datetime) -> Term:
    """A term that was put off: its end and warnings reckoned anew; those that lie behind count as sent."""
    made = _reckoned(term)
    term.warned, term.escalated_at = sum(moment <= at for moment in made.warnings), None
    _write(term, made)
    term.save()
    return term


def _write(term: Term, made: reckoning.Term) -> None:
    term.due_at, term.provisional = made.due, made.provisional
    term.warnings = [moment.isoformat() for moment in made.warnings]
    term.next_at = next_of(term)


def next_of(term: Term) -> dt.datetime:
    """When something is to be said of a term next: a warning that was not sent, or its end."""
    to_come = term.warnings[term.warned :]
    return dt.datetime.fromisoformat(to_come[0]) if to_come else term.due_at


def _reckoned(term: Term) -> reckoning.Term:
    """When a term ends and warns, from its start: the clock's own days, those it was put off by and stood still."""
    if term.until is not None:
        spec = clock_in(term)
        return reckoning.until(current_pack().calendar, term.started_at, term.until, warn=spec.warn if spec else ())
    clock = clock_of(term.clock, _day(term.started_at))
    return reckoning.term(
        current_pack().calendar,
        term.started_at,
        working_days=clock.working_days,
        months=clock.months,
        warn=clock.warn,
        extension=term.extended * (clock.extension_working_days or 0) + term.paused_days,
    )


def left(term: Term, at: dt.datetime) -> dt.timedelta:
    """The office time between a moment and the end of a term; negative once it has lapsed."""
    return reckoning.remaining(current_pack().calendar, _reckoned(term), at)


def _day(moment: dt.datetime) -> dt.date:
    return day_of(moment)
