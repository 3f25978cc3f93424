"""Playing the cases of commitments: whether this subject may promise on this day, and how what it promised stands.

Invariant: who may promise, and how a duty stands, is asked of ``engine.commitments`` as for real commitments; facts are grounds
over records judged as ``measure_cases`` has them; the cases of one day are a city, each of them a subject of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

from quanxin.engine import commitments as rules
from quanxin.engine import grounds
from quanxin.engine.cases import Outcome
from quanxin.engine.check_cases import HIDDEN
from quanxin.engine.days import date_literal, on_day
from quanxin.engine.grounds_run import Ground, grounds_in
from quanxin.engine.measure_cases import by_day, gone, play
from quanxin.engine.normalise import literal
from quanxin.policy import Pack
from quanxin.policy.commitments import BREACH, CommitmentCase, Template, breakable

BROKEN = "breach"  # how a breach is named as a ground
PINNED = "still in force as of"  # a version that another has followed
BARRED = ("excluded", "lifted", "suspended")
OF_DATA, OF_PEOPLE = ("due", "met", "not-met", "cannot-check"), ("due", "overdue", "met")
See = Callable[[str, str, str], None]  # what a case reached: a template, an outcome, and of what
City = list[tuple[int, CommitmentCase]]


@dataclass(slots=True)
class _Found:
    """What the queries say of a case: its grounds, and the measures that follow from a breach and are not suspended."""

    grounds: list[Ground] = field(default_factory=list)
    follows: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a case ends: of which exclusion or duty, and what it says besides."""

    outcome: str
    of: str = ""
    said: Mapping[str, object] = field(default_factory=dict)


def run_commitment_cases(pack: Pack, see: See) -> list[Outcome]:
    """The outcome of each case of a pack's commitments, in its order; ``see`` hears of what they reach."""

    def outcomes(con: duckdb.DuckDBPyConnection, day: dt.date, city: City) -> Mapping[int, Outcome]:
        found = _asked(con, pack, day, city)
        return {number: _outcome(pack, case, found[number], see) for number, case in city}

    return by_day(pack, pack.commitment_cases, outcomes)


def unreached(pack: Pack, seen: set[tuple[str, str, str]]) -> Iterator[str]:
    """What the pack's templates rule and no case reached."""
    latest = {one.key: one for one in pack.commitments}
    for template in latest.values():
        earlier = [one for one in pack.commitments if one.key == template.key and one is not template and one.procedure]
        pinned = [(PINNED, one.in_force.from_.isoformat()) for one in earlier]
        for outcome, of in (*_to_reach(pack, template), *pinned):
            if (template.key, outcome, of) not in seen:
                yield f"commitments/{template.key}: {f'{outcome} {of}'.strip()}"


def _to_reach(pack: Pack, template: Template) -> Iterator[tuple[str, str]]:
    yield "not-in-force", ""
    if breakable(pack, template):
        yield from (("broken", one) for one in [e.measure for e in template.breach_effects] or [""])
        yield from (("lifted", BROKEN), ("suspended", BROKEN))
    if template.procedure is None:
        yield "by-intake", ""
        return
    yield from (("offered", ""), ("wrong-target", ""), ("in-force", ""))
    yield from [("wrong-department", "")] if template.departments else []
    yield from [("run-out", "")] if template.validity_months else []
    for one in template.exclusions:
        ways = BARRED if one.unremedied_breach else (*BARRED, "not-yet", "expired")
        yield from ((way, one.key) for way in ways)
    for duty in template.duties:
        yield from ((way, duty.key) for way in (OF_DATA if duty.match else OF_PEOPLE))


def _asked(con: duckdb.DuckDBPyConnection, pack: Pack, day: dt.date, city: City) -> dict[int, _Found]:
    """What the queries of a day say of each case."""
    found = {number: _Found() for number, _ in city}
    lists = tuple(one for one in pack.on(day).lists.values() if one.nature == "negative")
    breach = grounds.Wanted(BREACH, literal(BROKEN), "true", frozenset(), shown=False)
    programs = [(grounds.compile_grounds(pack, day, lists, (breach,)), city)]
    for number, case in city:
        template = _edition(pack, case)
        duty = template.duty(case.duty) if template and case.duty else None
        if duty is not None and duty.match is not None:
            programs.append((rules.compile_match(pack, day, duty.match), [(number, case)]))
    for program, some in programs:
        play(con, pack, program, some, ())
        for ground in grounds_in(con):
            found[ground.subject].grounds.append(ground)
    program = grounds.compile_rules(pack, day)
    play(con, pack, program, city, program.rules)
    asked = f"SELECT subject_id, measure FROM ({program.answer}) WHERE resource = {literal(BREACH)} AND NOT suspended"
    for number, measure in con.execute(on_day(asked, date_literal(day))).fetchall():
        found[number].follows.add(measure)
    return found


def _outcome(pack: Pack, case: CommitmentCase, found: _Found, see: See) -> Outcome:
    ending = _standing(pack, case, found) if case.since else _offer(pack, case, found.grounds)
    for of in ending.said.get("follows") or [ending.of]:  # type: ignore[attr-defined]
        see(case.template, ending.outcome, of)
    edition = ending.said.get("edition")
    if edition and (now := pack.on(case.as_of).commitments.get(case.template)) and now.in_force.from_ != edition:
        see(case.template, PINNED, str(edition))
    wrong = [f"outcome: {ending.outcome}, not {case.outcome}"] if ending.outcome != case.outcome else []
    for name in case.model_fields_set & {"by", "edition", "follows", "due_on"} if not wrong else ():
        if ending.said.get(name) != (told := getattr(case, name)):
            wrong.append(f"{name}: {ending.said.get(name)}, not {told}")
    return Outcome(case, not wrong, "; ".join(wrong))


def _edition(pack: Pack, case: CommitmentCase) -> Template | None:
    """The version of the day on which it came into force, or is to be offered: a later one changes nothing of it."""
    return pack.on(case.since or case.as_of).commitments.get(case.template)


def _offer(pack: Pack, case: CommitmentCase, found: list[Ground]) -> _Ending:
    """How an offer ends."""
    template = _edition(pack, case)
    if template is None:
        return _Ending("not-in-force")
    if template.procedure is None:
        return _Ending("by-intake")
    department = case.department or next(iter(template.departments), "")
    if unfit := rules.unfit(template, department, case.subject_type):
        return _Ending("wrong-department" if unfit == "template-not-yours" else "wrong-target")
    counting = [one for one in found if one.holds(case.as_of) and case.records[one.id].held not in HIDDEN]
    if excluded := _excluding(template, counting):
        return _Ending("excluded", excluded[0], {"by": excluded[0]})
    for way in ("suspended", "lifted", "expired", "not-yet"):
        if fallen := _excluding(template, [one for one in found if _fell(pack, case, one) == way]):
            return _Ending(way, fallen[0], {"by": fallen[0]})
    return _Ending("offered")


def _excluding(template: Template, found: list[Ground]) -> list[str]:
    listed = {one.ground.removeprefix(grounds.LISTED) for one in found if one.ground.startswith(grounds.LISTED)}
    broken = any(one.ground == BROKEN for one in found)
    return [one.key for one in rules.exclusions(template, listed, broken=broken)]


def _fell(pack: Pack, case: CommitmentCase, one: Ground) -> str:
    """Why a ground counts for nothing; "" for one that counts."""
    if not one.holds(case.as_of):
        return gone(pack, case, one.ground, one.id, one.since, one.until, None)
    held = case.records[one.id].held
    return "suspended" if held == "shielded" else "lifted" if held in HIDDEN else ""


def _standing(pack: Pack, case: CommitmentCase, found: _Found) -> _Ending:
    """How what came into force stands, or a duty of it."""
    template, since = _edition(pack, case), case.since
    if template is None or since is None:
        return _Ending("not-in-force")
    said = {"edition": template.in_force.from_}
    if case.duty:
        return _duty(pack, case, template, found.grounds, since)
    breaches = {_fell(pack, case, one) for one in found.grounds if one.ground == BROKEN and one.since >= since}
    if any(record.resource == BREACH and record.held == "disputed" for record in case.records):
        return _Ending("suspended", BROKEN, said)
    if "" in breaches:
        return _Ending("broken", "", said | {"follows": tuple(sorted(found.follows))})
    for way in ("suspended", "lifted"):
        if way in breaches:
            return _Ending(way, BROKEN, said)
    until = rules.valid_until(template, since, case.supply_by)
    return _Ending("run-out" if until is not None and until < case.as_of else "in-force", "", said)


def _duty(pack: Pack, case: CommitmentCase, template: Template, found: list[Ground], since: dt.date) -> _Ending:
    duty = template.duty(str(case.duty))
    if duty is None:
        return _Ending("no such duty")
    due = rules.due_on(pack, duty.due, since, case.supply_by)
    state: str = case.found or "planned"
    if case.found is None and duty.match is not None:
        kept = [one for one in found if one.ground == rules.MATCHED and one.since >= since]
        shown = any(case.records[one.id].held not in HIDDEN for one in kept)
        came = rules.tellable(pack, duty.match, case.subject_type, case.came, case.as_of)
        state = rules.told(duty.match, shown=shown, due=case.as_of > due, came=came)
    elif rules.overdue(state, due, case.as_of):
        state = "overdue"
    state = "due" if state == "planned" else state
    return _Ending(state, duty.key, {"edition": template.in_force.from_, "due_on": due})
