"""Each lint about procedures, on a pack that breaks exactly its rule, and on what comes near and does not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from quanxin.casework import lints as of_effects
from quanxin.policy import PackError, lint, load
from quanxin.policy.lint import LINTS
from quanxin.policy.lint import procedures as rules
from tests.policy.small import BASIS, Change, put, sound, text, written

DAY = dt.date(2026, 11, 23)
ASK, LOOK = "procedures/ask.yaml", "procedures/look.yaml"
DECIDER = {"role": "decider", "of": "provider"}
TOLD = [{"key": "told"}]


def _act(source: Any, target: str, who: Any, **said: Any) -> dict[str, Any]:
    named = {"title": text("办"), "to": target, "who": who, "basis": BASIS} | said
    return named if source is None else named | {"from": source}


def _state(**said: Any) -> dict[str, Any]:
    return {"title": text("态")} | said


def procedures() -> dict[str, Any]:
    """The small pack with a procedure that lists whoever was told and could answer, and a second look at it."""
    rule = {"in_force": {"from": "2020-01-01"}, "basis": BASIS, "number": "AA"}
    ask = rule | {
        "key": "ask",
        "title": text("列入"),
        "about": {"record": True, "resource": "penalty"},
        "joins": "join",
        "joined": "joined",
        "states": {
            "filed": _state(clock={"key": "clock", "who": DECIDER, "extensions": 1}),
            "waiting": _state(pauses=True),
            "announced": _state(
                clock={
                    "until": "record.decision_date",
                    "who": DECIDER,
                    "warn": ["1"],
                    "escalate_to": "centre",
                    "lapse": "expire",
                }
            ),
            "listed": _state(ends=True, negative=True),
            "refused": _state(ends=True),
            "joined": _state(ends=True),
        },
        "acts": {
            "file": _act(None, "filed", {"party": "subject"}, reason={"title": text("为何")}),
            "join": _act("filed", "same", "nobody"),
            "claim": _act("filed", "same", DECIDER, claims=True),
            "give-back": _act(
                "filed", "same", ["claimant", {"role": "reviewer"}], releases=True, offered="matter.claimed"
            ),
            "ask": _act("filed", "waiting", DECIDER, notices=TOLD),
            "answer": _act("waiting", "back", {"party": "subject"}),
            "announce": _act("filed", "announced", DECIDER, notices=TOLD, judges=True),
            "object": _act("announced", "filed", {"party": "subject"}),
            "expire": _act("announced", "refused", "nobody"),
            "enlist": _act(
                "announced",
                "listed",
                DECIDER,
                judges=True,
                notices=TOLD,
                document="told",
                asks={"fine": {"title": text("额"), "type": "money-wan"}},
                changes={"fine": "form.fine"},
                requires=[{"that": "record.fine > 0 AND form.fine > 0"}],
            ),
            "refuse": _act(["filed", "announced"], "refused", DECIDER, judges=True, reason={"title": text("为何")}),
        },
    }
    look = rule | {
        "key": "look",
        "title": text("复核"),
        "number": "BB",
        "about": {"case": "ask", "in": ["refused", "listed"]},
        "states": {"filed": _state(), "kept": _state(ends=True)},
        "acts": {
            "file": _act(None, "filed", {"party": "subject"}),
            "keep": _act("filed", "kept", {"role": "reviewer", "unless": "judged"}),
        },
    }
    case = {"title": "列入", "procedure": "ask", "acts": [{"at": "2026-08-03 09:00", "act": "file", "by": "subject"}]}
    made = {ASK: ask, LOOK: look, "procedure-tests/ask.yaml": [case]}
    return sound() | json.loads(json.dumps(made))  # nothing is shared: a change is one change


def _both(*changes: Change) -> Change:
    def change(files: dict[str, Any]) -> None:
        for one in changes:
            one(files)

    return change


def _without(*trail: Any) -> Change:
    def change(files: dict[str, Any]) -> None:
        place: Any = files
        for step in trail[:-1]:
            place = place[step]
        del place[trail[-1]]

    return change


def _new_act(key: str, *said: Any, **more: Any) -> Change:
    return put(ASK, "acts", key, to=_act(*said, **more))


def _new_state(key: str, **said: Any) -> Change:
    return put(ASK, "states", key, to=_state(**said))


def _own(who: Any, **more: Any) -> Change:
    """A procedure more, whose cases are of the department that begins them."""
    return lambda files: files.update({
        "procedures/own.yaml": {
            "key": "own", "title": text("自办"), "number": "CC", "in_force": {"from": "2020-01-01"}, "basis": BASIS,
            "about": {"subject": True, "of": "filer"}, "states": {"done": _state(ends=True)},
            "acts": {"file": _act(None, "done", who, **more)},
        }
    })  # fmt: skip


def _named(field: dict[str, Any]) -> Change:
    return _both(put(ASK, "named_by", to="mark"), put(ASK, "acts", "file", "asks", to={"mark": field}))


HEARD = put(ASK, "acts", "announce", "without_hearing", to=BASIS)
BREAKS: dict[str, list[Change]] = {
    "state-unreachable": [
        _new_state("lost", ends=True),
        _new_act("stray", "filed", "nowhere", DECIDER),
        _new_act("stray", ["filed", "nowhere"], "refused", DECIDER),
        _new_act("again", None, "filed", {"party": "subject"}),
        put(ASK, "acts", "file", "from", to=["filed"]),
        _both(put(ASK, "joins", to=None), put(ASK, "joined", to=None)),
    ],
    "state-dead-end": [
        _both(_new_state("stuck"), _new_act("stick", "filed", "stuck", DECIDER)),
        _both(_new_state("one"), _new_state("two"), _new_act("a", "filed", "one", DECIDER),
              _new_act("b", "one", "two", DECIDER), _new_act("c", "two", "one", DECIDER)),
        put(ASK, "states", "joined", "pauses", to=True),
        _both(put(ASK, "states", "refused", "clock", to={"key": "clock", "who": DECIDER}),
              _new_act("reopen", "refused", "filed", {"party": "subject"})),
        _both(put(ASK, "states", "announced", "negative", to=True), HEARD),
    ],
    "clock-without-act": [
        put(ASK, "states", "filed", "clock", "key", to="never"),
        put(ASK, "states", "filed", "clock", "warn", to=["1"]),
        put(ASK, "states", "filed", "clock", "ground", to="why"),
        put(ASK, "states", "filed", "clock", "escalate_to", to="centre"),
        put(ASK, "states", "announced", "clock", "lapse", to="refuse"),
        put(ASK, "states", "announced", "clock", "lapse", to="nothing"),
        _both(_new_state("resting", clock={"until": "matter.filed_on", "who": DECIDER, "lapse": "end"}),
              _new_act("rest", "filed", "resting", DECIDER), _new_act("end", "resting", "refused", "nobody")),
        put(ASK, "acts", "object", "clock", to={"key": "never", "who": DECIDER}),
        put("clocks.yaml", 0, "in_force", "until", to="2026-04-30"),
        put("clocks.yaml", 0, "in_force", "from", to="2023-05-02"),
        _both(put("clocks.yaml", 0, "extension_working_days", to=None),
              put(ASK, "states", "filed", "clock", "extensions", to=1)),
    ],
    "act-without-basis": [put(ASK, "acts", key, "basis", to=[]) for key in ("file", "refuse", "expire")],
    "role-nobody-holds": [
        put(ASK, "acts", "announce", "who", to={"role": "king"}),
        put(ASK, "acts", "announce", "notices", to=[*TOLD, {"key": "told", "to": {"role": "king"}}]),
        put(ASK, "states", "filed", "clock", "who", to={"role": "king"}),
        put(ASK, "acts", "join", "who", to=["nobody", DECIDER]),
        _own({"party": "subject"}),  # which is no department
        _own({"role": "decider"}),
        _own(DECIDER, asks={"provider": {"title": text("谁")}}),
    ],
    "act-ambiguous": [
        _both(put(ASK, "acts", "refuse", "step", to="say"), put(ASK, "acts", "announce", "step", to="say"),
              put(ASK, "acts", "announce", "done", to=text("别的"))),
        put(ASK, "joins", to=None),
        put(ASK, "joins", to="nothing"),
        _both(put(ASK, "joined", to=None), _without(ASK, "states", "joined")),
    ],
    "field-unasked": [
        put(ASK, "acts", "refuse", "requires", to=[{"that": "form.fine > 0"}]),
        put(ASK, "acts", "refuse", "offered", to="record.nothing = '1'"),
        put(ASK, "acts", "refuse", "offered", to="matter.nothing"),
        put(ASK, "acts", "refuse", "offered", to="other.thing"),
        put(ASK, "acts", "refuse", "offered", to="matter.claimed OR"),
        put(ASK, "acts", "refuse", "offered", to="(SELECT 1) = 1"),
        put(ASK, "acts", "enlist", "changes", to={"nothing": "form.fine"}),
        put(ASK, "acts", "enlist", "changes", to={"fine": "form.nothing"}),
        put(ASK, "states", "announced", "clock", "until", to="record.nothing"),
        put(ASK, "states", "announced", "clock", "until", to="form.fine"),
        put(LOOK, "acts", "keep", "offered", to="record.fine > 0"),  # it is about no resource
        put(ASK, "named_by", to="fine"),  # which is asked for later
        _named({"title": text("号"), "max_length": 128}),  # and may be missing
        _named({"title": text("号"), "required": "mark = '1'", "max_length": 128}),
        _named({"title": text("号"), "required": True, "max_length": 129}),
        _named({"title": text("号"), "required": True}),
    ],
    "notice-missing": [
        put(ASK, "acts", "enlist", "notices", 0, "key", to="silent"),
        put(ASK, "acts", "enlist", "document", to="silent"),
        put(LOOK, "about", to={"case": "nothing"}),
        put(LOOK, "about", to={"record": True, "resource": "nothing"}),
    ],
    "harm-without-hearing": [
        _new_act("rush", "filed", "listed", DECIDER),
        put(ASK, "acts", "announce", "notices", to=[]),
        put(ASK, "acts", "announce", "notices", to=[{"key": "told", "to": DECIDER}]),
        put(ASK, "acts", "object", "who", to=DECIDER),
        _new_act("slip", "filed", "announced", DECIDER),
    ],
    "judge-in-own-cause": [
        put(LOOK, "acts", "keep", "who", to={"role": "reviewer"}),
        put(LOOK, "acts", "keep", "who", to=[{"role": "reviewer", "unless": "judged"}, {"role": "centre"}]),
        _both(*(_without(ASK, "acts", key, "judges") for key in ("announce", "enlist", "refuse"))),
    ],
    "state-placeholder-unknown": [
        put(ASK, "states", "filed", "next", to=text("{due}")), put(ASK, "states", "filed", "says", to=text("{}")),
    ],
    "case-unplayed": [put("procedure-tests/ask.yaml", 0, "procedure", to="nothing")],
}  # fmt: skip

KEEPS: list[Change] = [
    _both(_new_act("rush", "filed", "listed", DECIDER, without_hearing=BASIS)),  # a rule that allows it is cited
    _both(
        put(ASK, "acts", "refuse", "step", to="say"), put(ASK, "acts", "announce", "step", to="say")
    ),  # alike in words
    put(LOOK, "acts", "keep", "who", to={"party": "subject"}),  # who is no role never judged
    put(ASK, "acts", "object", "clock", to={"key": "clock", "who": DECIDER}),
    put(ASK, "acts", "join", "who", to="nobody"),
    _named({"title": text("号"), "required": True, "max_length": 128}),
    put("procedure-tests/ask.yaml", 0, "procedure", to="look"),
    _own(DECIDER),
]


def _problems(folder: Path, change: Change) -> list[tuple[str, str]]:
    files = procedures()
    change(files)
    pack = load(written(folder, files))
    return [(one.lint, f"{one.where}: {one.message}") for one in (*lint(pack, DAY), *of_effects.problems(pack))]


def test_every_lint_of_procedures_is_broken_here() -> None:
    assert set(BREAKS) == {name for name, rule in LINTS.items() if rule.__module__ == rules.__name__}


def test_a_sound_procedure_breaks_nothing(tmp_path: Path) -> None:
    assert _problems(tmp_path, lambda files: None) == []


@pytest.mark.parametrize(("name", "number"), [(n, i) for n, changes in BREAKS.items() for i in range(len(changes))])
def test_a_procedure_that_breaks_one_rule_is_told_of_that_one_alone(tmp_path: Path, name: str, number: int) -> None:
    found = _problems(tmp_path, BREAKS[name][number])
    assert {broken for broken, _ in found} == {name}, found


@pytest.mark.parametrize("number", range(len(KEEPS)))
def test_a_procedure_that_comes_near_a_rule_is_left_alone(tmp_path: Path, number: int) -> None:
    assert _problems(tmp_path, KEEPS[number]) == []


# --- effects ------------------------------------------------------------------------------------------------------

EFFECTS: list[tuple[str, str, Change]] = [
    ("effect-missing", "procedures/ask/refuse: names the effect no.such, which there is not",
     put(ASK, "acts", "refuse", "effects", to="no.such")),
    ("effect-missing", "procedures/ask: marks by no.such, which there is not or which cannot be undone",
     put(ASK, "marks", to="no.such")),
    ("effect-missing", "procedures/ask: marks by archive.release, which there is not or which cannot be undone",
     put(ASK, "marks", to=["archive.release"])),
    ("harm-without-hearing", "procedures/ask/refuse: leads to refused, and nobody was told and heard before",
     put(ASK, "acts", "refuse", "effects", to=[{"rights.bar": {}}])),
    ("harm-without-hearing", "procedures/ask/claim: leads to filed, and nobody was told and heard before",
     put(ASK, "acts", "claim", "effects", to="rights.bar")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "where", "change"), EFFECTS)
def test_an_effect_that_breaks_one_rule_is_told_of_that_one_alone(
    tmp_path: Path, name: str, where: str, change: Change
) -> None:
    assert _problems(tmp_path, change) == [(name, where)]


@pytest.mark.parametrize(
    "change",
    [
        put(ASK, "acts", "enlist", "effects", to="rights.bar"),  # told and heard in the state before
        _both(
            put(ASK, "acts", "refuse", "effects", to="rights.bar"),
            put(ASK, "acts", "refuse", "without_hearing", to=BASIS),
        ),
        put(ASK, "acts", "refuse", "effects", to="archive.release"),  # harms nobody
        put(ASK, "marks", to=[{"archive.restrict": {"kind": "disputed"}}]),
    ],
)
def test_an_effect_that_comes_near_a_rule_is_left_alone(tmp_path: Path, change: Change) -> None:
    assert _problems(tmp_path, change) == []


def test_a_harm_by_a_state_is_not_told_a_second_time_for_its_effect(tmp_path: Path) -> None:
    found = _problems(tmp_path, _new_act("rush", "filed", "listed", DECIDER, effects="rights.bar"))
    assert found == [
        ("harm-without-hearing", "procedures/ask/rush: leads to listed, and nobody was told and heard before")
    ]


# --- reading -------------------------------------------------------------------------------------------------------

CASE = ("procedure-tests/ask.yaml", 0)
PLACES: list[tuple[Any, ...]] = [
    (ASK,), (ASK, "about"), (ASK, "states", "filed"), (ASK, "states", "filed", "clock"), (ASK, "acts", "refuse"),
    (ASK, "acts", "refuse", "reason"), (ASK, "acts", "refuse", "who"), (ASK, "acts", "enlist", "requires", 0),
    (ASK, "acts", "enlist", "asks", "fine"), (ASK, "acts", "enlist", "notices", 0), CASE, (*CASE, "acts", 0),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_key_is_refused_wherever_it_stands(tmp_path: Path, place: tuple[Any, ...]) -> None:
    files = procedures()
    put(*place, "loop", to="for ever")(files)
    with pytest.raises(PackError, match=r"loop.*Extra inputs are not permitted"):
        load(written(tmp_path, files))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put(ASK, "acts", "refuse", "who", to={"role": "decider", "party": "subject"}), "exactly one of role"),
        (put(ASK, "acts", "refuse", "who", to={"of": "provider"}), "exactly one of role"),
        (put(ASK, "acts", "refuse", "who", to=[]), "at least 1 item"),
        (put(ASK, "states", "filed", "clock", to={"who": DECIDER}), "either a key or until"),
        (put(ASK, "states", "filed", "clock", "until", to="matter.filed_on"), "either a key or until"),
        (put(ASK, "number", to="xf1"), "string_pattern|should match pattern"),
        (put(ASK, "acts", "refuse", "effects", to="Archive Release"), "should match pattern"),
        (put(ASK, "states", to={}), "at least 1 item"),
        (put(*CASE, "acts", to=[]), "at least 1 item"),
        (_without(ASK, "acts", "refuse", "to"), "Field required"),
    ],
)
def test_what_says_two_things_or_none_is_refused(tmp_path: Path, change: Change, said: str) -> None:
    files = procedures()
    change(files)
    with pytest.raises(PackError, match=said):
        load(written(tmp_path, files))


def test_a_state_or_an_act_that_stands_twice_is_refused(tmp_path: Path) -> None:
    files = procedures()
    written(tmp_path, files)
    path = tmp_path / ASK
    path.write_text(path.read_text(encoding="utf-8").replace("  listed:\n", "  refused:\n", 1), encoding="utf-8")
    with pytest.raises(PackError, match="“refused” stands twice"):
        load(tmp_path)
