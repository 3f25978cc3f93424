"""The cases of procedures in plain words: the packs' own hold and reach everything, and a wrong one is told of by name."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from quanxin.engine.procedure_cases import Outcome, run_procedure_cases, unreached
from quanxin.policy import Pack, load
from quanxin.policy.loader import find_pack
from quanxin.policy.procedure_case import ProcedureCase
from tests.policy.small import BASIS, sound, text, written

NATIONAL = load("national")
FILED = {
    "at": "2026-08-03 09:00",
    "act": "file",
    "by": "subject",
    "state": "filed",
    "due": "2026-08-04 17:00",
    "notices": ["repair-received"],
    "effects": ["rights.open-window"],
    "changes": {},
}
SENT = {"at": "2026-08-03 10:00", "act": "forward", "by": "window", "state": "forwarded", "due": "2026-08-06 17:00"}
TAKEN = {"at": "2026-08-03 11:00", "act": "accept", "by": "decider", "state": "accepted", "due": "2026-08-17 17:00"}


def _played(pack: Pack, *acts: dict[str, Any], **said: Any) -> Outcome:
    """The outcome of one case of repair, alone, over what else is ``said`` of it."""
    case = ProcedureCase.model_validate({"title": "一例", "procedure": "repair", "acts": acts} | said)
    (outcome,) = run_procedure_cases(pack.replacing(procedure_cases=(case,)), lambda *reached: None)
    return outcome


@pytest.mark.parametrize("name", ["national", "shandong", "jinan"])
def test_the_cases_of_a_pack_hold_and_reach_every_act_and_refusal(name: str) -> None:
    pack, seen = load(name), set[tuple[str, str, str]]()
    outcomes = run_procedure_cases(pack, lambda procedure, act, how: seen.add((procedure.key, act, how)))
    assert [(one.case.title, one.message) for one in outcomes if not one.ok] == []
    assert list(unreached(pack, seen)) == []
    assert len(outcomes) == len(pack.procedure_cases) >= 66
    assert {one.case.procedure for one in outcomes} == {procedure.key for procedure in pack.procedures}
    assert len({(one.case.procedure, one.case.title) for one in outcomes}) == len(outcomes)


def test_every_refusal_that_a_role_may_meet_is_met_by_the_national_cases() -> None:
    refused = {done.refused for case in NATIONAL.procedure_cases for done in case.acts}
    assert refused >= {
        "not-allowed", "reason-missing", "statement-missing", "case-elsewhere", "case-closed", "duty-unperformed",
        "not-corrected", "not-withdrawn", "extension-used", "judged-before",
    }  # fmt: skip


def test_every_term_of_the_national_cases_ends_on_a_working_day_when_the_office_closes() -> None:
    dues = {done.due for case in NATIONAL.procedure_cases for done in case.acts if done.due}
    moments = [dt.datetime.strptime(due, "%Y-%m-%d %H:%M") for due in dues]  # noqa: DTZ007 - a case writes local time
    assert len(moments) > 40
    assert all(NATIONAL.calendar.is_working_day(moment.date()).working for moment in moments)
    assert {moment.time() for moment in moments} == {NATIONAL.calendar.hours.closes}
    assert any(moment.weekday() >= 5 for moment in moments)  # a weekend on which the nation works


# --- what a case says wrongly --------------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"state": "accepted"}, "act 1 (file): state: filed, not accepted"),
    ({"due": "2026-08-05 17:00"}, "act 1 (file): due: 2026-08-04 17:00, not 2026-08-05 17:00"),
    ({"due": "2026-08-04 16:59"}, "act 1 (file): due: 2026-08-04 17:00, not 2026-08-04 16:59"),
    ({"due": None}, "act 1 (file): due: 2026-08-04 17:00, not None"),
    ({"notices": []}, "act 1 (file): notices: ('repair-received',), not ()"),
    ({"notices": ["repair-granted"]}, "act 1 (file): notices: ('repair-received',), not ('repair-granted',)"),
    ({"effects": []}, "act 1 (file): effects: ('rights.open-window',), not ()"),
    ({"changes": {"fine": "1"}}, "act 1 (file): changes: {}, not {'fine': '1'}"),
    ({"refused": "not-allowed"}, "act 1 (file): refused: None, not not-allowed"),
    ({"by": "window"}, "act 1 (file): refused: not-allowed, not None"),
    ({"foreign": True}, "act 1 (file): refused: not-allowed, not None"),
    ({"act": "dance"}, "act 1 (dance): there is no such act"),
]


def test_what_a_case_says_rightly_holds() -> None:
    assert _played(NATIONAL, FILED, SENT, TAKEN).ok


@pytest.mark.parametrize(("said", "message"), WRONG)
def test_what_a_case_says_wrongly_is_told_by_name(said: dict[str, Any], message: str) -> None:
    outcome = _played(NATIONAL, FILED | said)
    assert (outcome.ok, outcome.message) == (False, message)


def test_a_wrong_act_is_told_by_its_number_and_the_acts_after_it_are_played() -> None:
    outcome = _played(NATIONAL, FILED, SENT | {"due": "2026-08-05 17:00"}, TAKEN | {"state": "granted"})
    assert outcome.message == (
        "act 2 (forward): due: 2026-08-06 17:00, not 2026-08-05 17:00; act 3 (accept): state: accepted, not granted"
    )


def test_another_refusal_than_the_case_says_is_told() -> None:
    grant = {"at": "2026-08-04 10:00", "act": "grant", "by": "decider", "refused": "not-allowed"}
    assert _played(NATIONAL, FILED, SENT, TAKEN, grant).message == (
        "act 4 (grant): refused: duty-unperformed, not not-allowed"
    )


def test_what_was_refused_has_changed_nothing() -> None:
    refused = TAKEN | {"by": "window", "refused": "not-allowed"}
    assert _played(NATIONAL, FILED, SENT, {k: refused[k] for k in ("at", "act", "by", "refused")}, TAKEN).ok


def test_a_procedure_that_there_is_not_is_told() -> None:
    assert _played(NATIONAL, FILED, procedure="nothing").message == "there is no procedure nothing"


def test_what_no_case_reaches_is_told_of_by_its_procedure_act_and_refusal() -> None:
    missing = list(unreached(NATIONAL, set()))
    assert missing[0] == f"procedures/{NATIONAL.procedures[0].key}/{NATIONAL.procedures[0].acts[0].key}: done"
    assert "procedures/objection/file: done" in missing
    for one in (
        "procedures/repair/grant: duty-unperformed",
        "procedures/second-look/return: judged-before",
        "procedures/repair/refuse: reason-missing",
        "procedures/repair/forward: not-allowed",
    ):
        assert missing.count(one) == 1
    assert not [one for one in missing if one.endswith("join: not-allowed")]  # nobody does it: no role may be refused


# --- changes of a record, lapses, terms until a day ------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Pack:
    """A procedure whose act writes a record anew, and whose state ends on a day that the record names."""
    decider = {"role": "decider"}
    procedure = {
        "key": "ask", "title": text("核减"), "in_force": {"from": "2020-01-01"}, "basis": BASIS, "number": "AA",
        "about": {"resource": "penalty"},
        "states": {
            "open": {"title": text("办"), "clock": {"until": "record.decision_date + INTERVAL 5 DAY", "who": decider,
                                                    "lapse": "expire"}},
            "done": {"title": text("毕"), "ends": True}, "over": {"title": text("过"), "ends": True},
        },
        "acts": {
            "file": {"title": text("提"), "to": "open", "who": {"party": "subject"}, "basis": BASIS},
            "lower": {"title": text("减"), "from": "open", "to": "done", "who": decider, "basis": BASIS,
                      "asks": {"fine": {"title": text("额"), "type": "money-wan"}},
                      "requires": [{"that": "form.fine < record.fine", "code": "not-lower"}],
                      "changes": {"fine": "form.fine", "decision_date": "record.decision_date + INTERVAL 1 DAY",
                                  "kind": "NULL"}},
            "expire": {"title": text("过期"), "from": "open", "to": "over", "who": "nobody", "basis": BASIS},
        },
    }  # fmt: skip
    return load(written(tmp_path, sound() | {"procedures/ask.yaml": procedure}))


ASKED = {"procedure": "ask", "resource": "penalty", "record": {"decision_date": "2026-08-03", "fine": "5", "kind": "a"}}
OPEN = {"at": "2026-08-04 09:00", "act": "file", "by": "subject", "state": "open"}
LOWER = {"at": "2026-08-05 09:00", "act": "lower", "by": "decider", "form": {"fine": "2"}}


def test_a_term_until_a_day_ends_on_it_though_it_is_a_saturday(small: Pack) -> None:
    assert _played(small, OPEN | {"due": "2026-08-08 23:59"}, **ASKED).ok
    assert (
        "due: 2026-08-08 23:59, not 2026-08-10 23:59"
        in _played(small, OPEN | {"due": "2026-08-10 23:59"}, **ASKED).message
    )


def test_what_an_act_writes_into_the_record_is_compared(small: Pack) -> None:
    said = {"fine": "2.000000", "decision_date": "2026-08-04", "kind": ""}
    right = _played(small, OPEN, LOWER | {"changes": said}, **ASKED)
    assert right.ok, right.message
    wrong = _played(small, OPEN, LOWER | {"changes": said | {"decision_date": "2026-08-05"}}, **ASKED)
    assert wrong.message.startswith("act 2 (lower): changes: {'fine': ")
    assert "'decision_date': '2026-08-05'" in wrong.message


@pytest.mark.parametrize("form", [{"fine": "5"}, {"fine": "6"}, {}])
def test_what_does_not_hold_or_cannot_be_told_is_refused_by_its_code(small: Pack, form: dict[str, str]) -> None:
    assert _played(small, OPEN, LOWER | {"form": form, "refused": "not-lower"}, **ASKED).ok


def test_a_newer_record_is_what_an_act_looks_at(small: Pack) -> None:
    newer = {"record": {"decision_date": "2026-08-03", "fine": "1"}, "refused": "not-lower"}
    assert _played(small, OPEN, LOWER | newer, **ASKED).ok


def test_a_lapse_is_done_by_nobody_alone(small: Pack) -> None:
    lapse = {"at": "2026-08-09 00:00", "act": "expire"}
    for by in ("subject", "decider"):
        assert _played(small, OPEN, lapse | {"by": by, "refused": "not-allowed"}, **ASKED).ok
    assert _played(small, OPEN, lapse | {"by": "nobody", "state": "over", "due": None}, **ASKED).ok


# --- what does not matter --------------------------------------------------------------------------------------------


def _reversed(said: Any) -> Any:
    if isinstance(said, dict):
        return {key: _reversed(value) for key, value in reversed(said.items())}
    return [_reversed(one) for one in said] if isinstance(said, list) else said


def _turned(name: str) -> Any:
    return _reversed(yaml.safe_load((find_pack("national") / name).read_text(encoding="utf-8")))


def test_the_order_of_keys_does_not_matter(tmp_path: Path) -> None:
    files = {
        f"{place}/{path.name}": _turned(f"{place}/{path.name}")
        for place in ("procedures", "procedure-tests")
        for path in sorted((find_pack("national") / place).glob("*.yaml"))
    }
    head = {"name": "turned", "title": text("倒"), "region": "370100", "extends": "national"}
    pack = load(written(tmp_path, {"pack.yaml": head} | files))
    assert [act.key for act in pack.procedure_on("repair", dt.date(2026, 8, 3)).acts][-1] == "file"
    own = pack.procedure_cases[len(NATIONAL.procedure_cases) :]
    assert sorted(one.title for one in own) == sorted(one.title for one in NATIONAL.procedure_cases)
    outcomes = run_procedure_cases(pack.replacing(procedure_cases=own), lambda *reached: None)
    assert [(one.case.title, one.message) for one in outcomes if not one.ok] == []


PLAY = """
import json
from quanxin.engine.procedure_cases import run_procedure_cases
from quanxin.policy import load
reached = []
outcomes = run_procedure_cases(load("national"), lambda procedure, act, how: reached.append([procedure.key, act, how]))
print(json.dumps([[[o.case.title, o.ok, o.message] for o in outcomes], reached]))
"""


@pytest.mark.parametrize(
    ("zone", "words"), [("Pacific/Kiritimati", "C"), ("America/Los_Angeles", "tr_TR.UTF-8"), ("UTC", "POSIX")]
)
def test_time_zone_and_locale_of_the_machine_do_not_matter(zone: str, words: str) -> None:
    surroundings = os.environ | {"TZ": zone, "LC_ALL": words, "LANG": words, "PYTHONUTF8": "0"}
    ran = subprocess.run([sys.executable, "-c", PLAY], env=surroundings, capture_output=True, text=True, check=True)
    reached: list[list[str]] = []
    here = run_procedure_cases(NATIONAL, lambda procedure, act, how: reached.append([procedure.key, act, how]))
    assert json.loads(ran.stdout) == [[[one.case.title, True, ""] for one in here], reached]
