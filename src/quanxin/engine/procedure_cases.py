"""Playing the cases of procedures: these acts, on these days, by these people, end so.

Invariant: a case is played by the very lines that run real ones (``engine.procedures``), by the pack's own clocks and
calendar; only who somebody is, and what effects do, is said by the case itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from quanxin.calendar import ZONE, day_of
from quanxin.calendar import terms as reckoning
from quanxin.engine import procedures as rules
from quanxin.engine.conditions import Facts
from quanxin.policy import Pack
from quanxin.policy.model import Resource
from quanxin.policy.procedure import Act, Procedure, StateClock, Who
from quanxin.policy.procedure_case import Done, ProcedureCase
from quanxin.policy.ruling import Clock

SYSTEM = "nobody"
See = Callable[[Procedure, str, str], None]  # what a case reached: its procedure, an act, and how ("done", a refusal)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case, whether it ended as it says, and how it ended where it did not."""

    case: ProcedureCase
    ok: bool
    message: str = ""


@dataclass(slots=True)
class _Term:
    clock: StateClock
    key: str
    started: dt.datetime
    day: dt.date | None
    extended: int = 0
    stood: int = 0
    paused_at: dt.datetime | None = None


@dataclass(slots=True)
class _Played:
    """A case while it is played."""

    pack: Pack
    procedure: Procedure
    case: ProcedureCase
    filed: dt.datetime
    resource: Resource | None
    record: dict[str, Any]
    state: str = ""
    paused_in: str = ""
    claimed: str = ""
    term: _Term | None = None
    version: int = 1
    stands: bool = True
    done: list[str] = field(default_factory=list)


def run_procedure_cases(pack: Pack, see: See) -> list[Outcome]:
    """The outcome of each case of a pack's procedures, in its order; ``see`` hears of what they reach."""
    return [_run(pack, case, see) for case in pack.procedure_cases]


def unreached(pack: Pack, seen: set[tuple[str, str, str]]) -> Iterator[str]:
    """The acts, refusals and lapses of the pack's procedures that no case reached."""
    for procedure in pack.procedures:
        for act in procedure.acts:
            wanted = ["done", *(("reason-missing",) if act.reason and act.reason.required and not act.begins else ())]
            wanted += [one.code for one in act.requires]
            wanted += ["not-allowed"] if any(who.role for who in act.who) else []
            wanted += ["judged-before"] if any(who.unless for who in act.who) else []
            wanted += ["extension-used"] if act.extends else []
            wanted += ["case-claimed"] if act.claims and act.to != Act.SAME else []
            wanted += ["department-missing"] if act.begins and procedure.about.of else []
            wanted += ["statement-missing"] if act.begins and act.reason and act.reason.required else []
            for how in dict.fromkeys(wanted):
                if (procedure.key, act.key, how) not in seen:
                    yield f"procedures/{procedure.key}/{act.key}: {how}"


def _run(pack: Pack, case: ProcedureCase, see: See) -> Outcome:
    first = _moment(case.acts[0].at)
    try:
        procedure = pack.procedure_on(case.procedure, day_of(first))
    except KeyError:
        return Outcome(case, False, f"there is no procedure {case.procedure}")
    resource = pack.on(day_of(first)).resources.get(case.resource) if case.resource else None
    played = _Played(pack, procedure, case, first, resource, dict(case.record))
    wrong: list[str] = []
    for number, done in enumerate(case.acts, start=1):
        wrong += [f"act {number} ({done.act}): {problem}" for problem in _play(played, done, see)]
    return Outcome(case, not wrong, "; ".join(wrong))


def _play(played: _Played, done: Done, see: See) -> Iterator[str]:
    """Do one act; what comes of it that the case does not say."""
    at, act = _moment(done.at), played.procedure.act_of.get(done.act)
    if act is None:
        yield "there is no such act"
        return
    if done.record is not None:
        played.record, played.version = dict(done.record), played.version + 1
    played.stands = played.stands and not done.withdrawn
    form: dict[str, Any] = {f.key: _value(f.type, done.form.get(f.key)) for f in act.asks} | {
        "reason": done.reason or None
    }
    facts = _facts(played, act, form, done.papers)
    refused = _refusal(played, act, done, facts, day_of(at))
    see(played.procedure, act.key, refused or "done")
    if refused != done.refused:
        yield f"refused: {refused}, not {done.refused}"
    if refused is None:
        yield from _compared(played, act, done, facts, at)
    elif refused == done.refused and done.state not in (None, played.state):
        yield f"state: {played.state}, not {done.state}"


def _compared(played: _Played, act: Act, done: Done, facts: Facts, at: dt.datetime) -> Iterator[str]:
    changed = rules.changes(act, facts, day_of(at))
    _leave(played, act, facts, at)
    if act.claims:
        played.claimed = _name(done)
    if act.releases:
        played.claimed = ""
    if changed:
        played.record, played.version = {**played.record, **changed}, played.version + 1
    due = _due(played)
    notices = tuple(told.key for told in act.notices)
    found = {
        "state": played.state,
        "due": due,
        "notices": notices,
        "effects": tuple(e.name for e in act.effects),
        "changes": changed,
    }
    for name, value in found.items():
        said = getattr(done, name)
        if name in done.model_fields_set and said != value:
            yield f"{name}: {value}, not {said}"


def _refusal(played: _Played, act: Act, done: Done, facts: Facts, day: dt.date) -> str | None:
    """The code with which the platform says no; None where it does not. The order is that of ``casework.engine``."""
    if act.begins != (played.state == ""):
        return "case-elsewhere"
    if not _may(act, done, played):
        return "not-allowed"
    if act.begins and played.procedure.about.of and not played.case.provider:
        return "department-missing"
    if done.judged and all(who.unless for who in act.who if who.role):
        return "judged-before"
    if act.reason is not None and act.reason.required and not done.reason.strip():
        return "statement-missing" if act.begins else "reason-missing"
    if not act.begins and played.state not in act.from_:
        return "case-closed" if played.procedure.state_of[played.state].ends else "case-elsewhere"
    if act.claims and played.claimed not in ("", _name(done)):
        return "case-claimed"
    unmet = rules.unmet(act, facts, day)
    if unmet is not None:
        return unmet.code
    return "extension-used" if act.extends and not _extendable(played) else None


def _may(act: Act, done: Done, played: _Played) -> bool:
    return any(_fits(who, done, played) for who in act.who)


def _fits(who: Who, done: Done, played: _Played) -> bool:
    if who.nobody:
        return done.by == SYSTEM
    if who.claimant:
        return played.claimed == _name(done)
    if who.party:
        return done.by == who.party and not done.foreign
    begins_own = not played.state and played.procedure.about.of is not None  # whose it is, is asked next
    right = who.of is None or begins_own or (who.of == "provider") == played.case.provider
    return right and done.by == who.role and not done.own and not done.foreign


def _leave(played: _Played, act: Act, facts: Facts, at: dt.datetime) -> None:
    move = rules.move_of(played.procedure, act, played.state, played.paused_in)
    term = played.term
    if move.running == "pause":
        played.paused_in = played.state
        if term is not None:
            term.paused_at = at
    elif move.running == "resume" and term is not None and term.paused_at is not None:
        stood = played.pack.calendar.working_days_between(day_of(term.paused_at), day_of(at)).days
        term.stood, term.paused_at = term.stood + stood, None
    elif move.running == "extend" and term is not None:
        term.extended += 1
    elif move.running in ("start", "stop"):
        clock = move.clock
        day = rules.day_of_clock(clock, facts, day_of(at)) if clock is not None else None
        played.term = _begun(played, clock, facts, at, day) if clock is not None and (clock.key or day) else None
    if played.state and played.procedure.state_of[played.state].ends and not move.ends:
        played.claimed = ""
    played.state = move.target
    played.done.append(act.key)


def _begun(played: _Played, clock: StateClock, facts: Facts, at: dt.datetime, day: dt.date | None) -> _Term:
    lists = played.pack.on(day_of(at)).lists.values()
    said = {key: fact.value for key, fact in facts["form"].items()}
    resource = played.resource.key if played.resource else ""
    return _Term(clock, rules.key_of_clock(clock, lists, resource, said), at, day)


def _due(played: _Played) -> str | None:
    """When the running term ends, as a case writes it; None where none runs or it stands still."""
    term = played.term
    if term is None or term.paused_at is not None:
        return None
    if term.day is not None:
        return f"{reckoning.until(played.pack.calendar, term.started, term.day).due:%Y-%m-%d %H:%M}"
    clock = _clock(played, term)
    found = reckoning.term(
        played.pack.calendar,
        term.started,
        working_days=clock.working_days,
        months=clock.months,
        extension=term.extended * (clock.extension_working_days or 0) + term.stood,
    )
    return f"{found.due:%Y-%m-%d %H:%M}"


def _clock(played: _Played, term: _Term, ruled_on: dt.date | None = None) -> Clock:
    """The clock of a term by its edition on a day: that on which it began, unless another is asked for."""
    day, key = ruled_on or day_of(term.started), term.key
    known = played.pack.on(day).clocks.get(key)
    return known or min(
        (c for c in played.pack.clocks if c.key == key), key=lambda c: abs((c.in_force.from_ - day).days)
    )


def _extendable(played: _Played) -> bool:
    term = played.term
    if term is None or not term.key or term.extended >= term.clock.extensions:
        return False
    ruled = _clock(played, term, day_of(played.filed)).extension_working_days
    return bool(ruled and _clock(played, term).extension_working_days)


def _facts(played: _Played, act: Act, form: dict[str, Any], papers: int) -> Facts:
    about_record = not played.case.score and bool(played.case.record or played.case.resource)
    matter = {
        "number": "", "state": played.state, "channel": "online", "provider": "x" if played.case.provider else "",
        "about": _kind_of_thing(played, about_record),
        "filed_on": day_of(played.filed).isoformat(), "version": 1, "stands": about_record and played.stands,
        "record_version": played.version if about_record else None, 
        "corrected": about_record and played.stands and played.version > 1,
        "withdrawn": about_record and not played.stands, "claimed": bool(played.claimed), "papers": papers,
        "extended": played.term.extended if played.term else 0,
        "nature": played.resource.nature if played.resource else None,
    }  # fmt: skip
    return rules.facts_of(played.resource, played.record, matter, act, form)


def _kind_of_thing(played: _Played, about_record: bool) -> str:
    if played.case.score:
        return "score"
    if about_record:
        return "record"
    return "subject" if played.procedure.about.subject else "nothing"


def _name(done: Done) -> str:
    """Who does it: the holder of a role, or another holder of the same."""
    return f"{done.by}{' (another)' if done.other else ''}"


def _value(kind: str, text: str | None) -> Any:
    return text == "1" if kind == "boolean" else text


def _moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
