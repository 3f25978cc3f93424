"""Playing the cases of schemes: a subject of this type with these records has, on this day, this class.

Invariant: a case is played by the very queries that class a city (``engine.classes``), over records judged as an intake does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

import duckdb

from quanxin.engine.cases import Outcome
from quanxin.engine.classes import Ground, compile_schemes
from quanxin.engine.days import date_literal, on_day
from quanxin.engine.measure_cases import by_day, play
from quanxin.policy import Pack
from quanxin.policy.supervision import Scheme, SchemeCase

See = Callable[[str, str], None]  # a scheme, and what a case reached of it
City = list[tuple[int, SchemeCase]]
DEFAULT, NONE, WORST, FALLS = "default", "no class", "worst of several", "a ground that fell"  # what else cases reach


def run_scheme_cases(pack: Pack, see: See) -> list[Outcome]:
    """The outcome of each case of a pack's schemes, in its order; ``see`` hears of what they reach."""

    def outcomes(con: duckdb.DuckDBPyConnection, day: dt.date, city: City) -> Mapping[int, Outcome]:
        found = _classed(con, pack, day, city)
        return {number: _outcome(pack, case, found.get(number, []), see) for number, case in city}

    return by_day(pack, pack.scheme_cases, outcomes)


def unreached(pack: Pack, seen: set[tuple[str, str]]) -> Iterator[str]:
    """What schemes and matrices rule and no case reached: each rating's values, each trigger, level and cell."""
    for scheme in {one.key: one for one in pack.schemes}.values():
        for what in dict.fromkeys(_to_reach(pack, scheme)):
            if (scheme.key, what) not in seen:
                yield f"schemes/{scheme.key}: {what}"


def _to_reach(pack: Pack, scheme: Scheme) -> Iterator[str]:
    yield from (f"level {level.key}" for level in scheme.levels)
    yield from (f"{rating.resource} → {level}" for rating in scheme.ratings for level in rating.levels.values())
    yield from (f"{trigger.list or trigger.resource} → {trigger.level}" for trigger in scheme.triggers)
    yield NONE
    yield from [DEFAULT] if scheme.default else []
    yield from [WORST, FALLS] if len(scheme.ratings) + len(scheme.triggers) > 1 else [FALLS]
    for matrix in (one for one in pack.matrices if one.scheme == scheme.key):
        yield from (_cell(grade, level) for grade, level, _ in matrix.strata(scheme))


def _cell(grade: str, level: str) -> str:
    return f"cell {grade} × {level}"


def _classed(con: duckdb.DuckDBPyConnection, pack: Pack, day: dt.date, city: City) -> dict[int, list[Ground]]:
    """What the queries of a day say of each case, of its own scheme."""
    asked = {number: case.scheme for number, case in city}
    program = compile_schemes(pack, day, set(asked.values()))
    play(con, pack, program, city, program.rules)
    found: dict[int, list[Ground]] = {}
    for row in con.execute(on_day(program.answer, date_literal(day))).fetchall():
        ground = Ground(*row)
        if ground.scheme == asked[ground.subject]:
            found.setdefault(ground.subject, []).append(ground)
    return found


def _outcome(pack: Pack, case: SchemeCase, grounds: list[Ground], see: See) -> Outcome:
    scheme = pack.on(case.as_of).schemes.get(case.scheme)
    level = grounds[0].level if grounds else None
    wrong = [f"level: {level}, not {case.level}"] if level != case.level else []
    if scheme is not None:
        for what in _reached(case, level, grounds):
            see(scheme.key, what)
        if case.grade is not None and level is not None:
            cells = {c[:2]: c[2] for m in pack.on(case.as_of).matrices.values() if m.scheme == scheme.key
                     for c in m.strata(scheme)}  # fmt: skip
            stratum = cells.get((case.grade, level), level)
            see(scheme.key, _cell(case.grade, level))
            wrong += [f"stratum: {stratum}, not {case.stratum}"] if stratum != case.stratum else []
    return Outcome(case, not wrong, "; ".join(wrong))


def _reached(case: SchemeCase, level: str | None, grounds: list[Ground]) -> Iterator[str]:
    if any(record.held for record in case.records):
        yield FALLS
    if level is None:
        yield NONE
        return
    yield f"level {level}"
    speaking = [one for one in grounds if one.id is not None and one.part != "holder"]
    for one in (ground for ground in speaking if ground.decides):
        source = one.ground.removeprefix("list/") if one.ground.startswith("list/") else one.resource
        yield f"{source} → {one.grounded}"
    if not speaking:
        yield DEFAULT
    if len({one.grounded for one in speaking}) > 1:
        yield WORST
