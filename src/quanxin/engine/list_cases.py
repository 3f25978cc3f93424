"""Playing the cases of lists: a subject of this type with these entries is, on this day, listed, or is not for this reason.

Invariant: membership is that of ``engine.grounds``, over records judged as ``measure_cases`` has them; the cases of one day are a
city, each of them a subject of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

import duckdb

from quanxin.engine import grounds
from quanxin.engine.cases import Outcome
from quanxin.engine.grounds_run import Ground, grounds_in
from quanxin.engine.measure_cases import by_day, gone, play
from quanxin.policy import Pack
from quanxin.policy.consequences import ListCase

OUTCOMES = ("listed", "wrong-target", "not-in-force", "no-entry", "not-yet", "expired", "lifted", "suspended")
REMOVED = "removed"
See = Callable[[str, str], None]  # what a case reached: a list, and an outcome
City = list[tuple[int, ListCase]]


def run_list_cases(pack: Pack, see: See) -> list[Outcome]:
    """The outcome of each case of a pack's lists, in its order; ``see`` hears of what they reach."""

    def outcomes(con: duckdb.DuckDBPyConnection, day: dt.date, city: City) -> Mapping[int, Outcome]:
        program = grounds.compile_grounds(pack, day, tuple(pack.on(day).lists.values()), ())
        play(con, pack, program, city, ())
        found = grounds_in(con)
        return {n: _outcome(pack, case, [one for one in found if one.subject == n], see) for n, case in city}

    return by_day(pack, pack.list_cases, outcomes)


def unreached(pack: Pack, seen: set[tuple[str, str]]) -> Iterator[str]:
    """The outcomes of the pack's lists that no case reached."""
    for one in {one.key: one for one in pack.lists}.values():
        everybody = set(pack.subject_types) <= {
            kind for v in pack.resource_history(one.resource) for kind in v.subject_types
        }
        for outcome in (*OUTCOMES, REMOVED) if one.removed else OUTCOMES:
            if (one.key, outcome) not in seen and not (everybody and outcome == "wrong-target"):
                yield f"lists/{one.key}: {outcome}"


def _outcome(pack: Pack, case: ListCase, found: list[Ground], see: See) -> Outcome:
    ends, until = _ending(pack, case, [one for one in found if one.ground == grounds.LISTED + case.list])
    see(case.list, ends)
    wrong = [f"outcome: {ends}, not {case.outcome}"] if ends != case.outcome else []
    if not wrong and "until" in case.model_fields_set and until != case.until:
        wrong = [f"until: {until}, not {case.until}"]
    return Outcome(case, not wrong, "; ".join(wrong))


def _ending(pack: Pack, case: ListCase, found: list[Ground]) -> tuple[str, dt.date | None]:
    """How a case ends, and the last day of the entry."""
    rules = pack.on(case.as_of)
    one = rules.lists.get(case.list)
    if one is None:
        return "not-in-force", None
    resource = rules.resources.get(one.resource)
    if resource is None or case.subject_type not in resource.subject_types:
        return "wrong-target", None
    if not found:
        return "no-entry", None
    standing = [entry for entry in found if entry.holds(case.as_of)]
    for held, outcome in ((None, "listed"), (grounds.SUSPENDED, "suspended"), (grounds.LIFTED, "lifted")):
        if entry := next((entry for entry in standing if entry.held == held), None):
            return outcome, entry.until
    over = found[-1]
    way = gone(pack, case, over.ground, over.id, over.since, over.until, None)
    return (REMOVED if way == "lifted" else way), over.until
