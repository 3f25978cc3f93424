"""Random procedures, and random acts in them by random people: no case stands in two states, no term is lost or fires
twice, each step has its line, and whatever is refused changes nothing."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.test import override_settings

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.models import AuditLine
from quanxin.calendar import travel
from quanxin.casework import engine, ticking
from quanxin.casework.errors import RightsError
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case, Notice, Step, Term
from quanxin.casework.parties import Party
from quanxin.policy import lint, load
from quanxin.policy.procedure import Procedure
from quanxin.runtime.pack import current_pack
from tests.city import register
from tests.once import city
from tests.rights.life import company, morning

pytestmark = pytest.mark.django_db
LAW = [{"title": "虚构条例", "article": "第一条", "confidence": "L"}]
CLOCKS = {
    "objection-forward": 0,
    "objection-accept": 0,
    "objection-answer": 0,
    "repair-decide": 1,
}  # with how often each can be put off
ROLES = ("window", "reviewer", "centre")
SEEDS, ACTS = range(12), 40

_company, _built = city(lambda folder: register(folder) and company())


def text(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def random_procedure(draw: random.Random) -> dict[str, object]:
    """Open states in a row, with terms, pauses and ends; acts between them by roles, by the subject and by nobody."""
    count = draw.randint(2, 4)
    opened = [f"open-{n}" for n in range(count)]
    states: dict[str, dict[str, object]] = {"done": {"title": text("办结"), "ends": True}}
    acts: dict[str, dict[str, object]] = {
        "file": {"title": text("提出"), "to": opened[0], "who": {"party": "subject"}, "basis": LAW},
        "retract": {"title": text("撤回"), "from": opened, "to": "done", "who": {"party": "subject"}, "basis": LAW},
    }
    for n, key in enumerate(opened):
        state: dict[str, object] = {"title": text(f"第{n}步")}
        if draw.random() < 0.8:
            runs_by = draw.choice(sorted(CLOCKS))
            clock: dict[str, object] = {
                "key": runs_by,
                "who": {"role": draw.choice(ROLES)},
                "extensions": CLOCKS[runs_by],
            }
            if draw.random() < 0.5:
                clock["lapse"] = f"lapse-{n}"
                acts[f"lapse-{n}"] = {
                    "title": text(f"期满{n}"), "from": key, "to": draw.choice([*opened[n + 1 :], "done"]), "who": "nobody",
                    "basis": LAW,
                }  # fmt: skip
            state["clock"] = clock
        states[key] = state
        for m in range(draw.randint(1, 2)):
            act: dict[str, object] = {
                "title": text(f"办理{n}{m}"), "from": key, "to": draw.choice([*opened, "done"]),
                "who": {"role": draw.choice(ROLES)}, "basis": LAW,
            }  # fmt: skip
            if draw.random() < 0.5:
                act["claims"] = True
            if draw.random() < 0.4:
                act["reason"] = {"title": text("理由")}
            if draw.random() < 0.3:
                act["asks"] = {"on": {"title": text("日期"), "type": "date", "required": True}}
            if draw.random() < 0.3:
                act["notices"] = [{"key": "case-more-wanted"}]
            acts[f"do-{n}-{m}"] = act
    states["paused"] = {"title": text("待补充"), "pauses": True}
    acts["pause"] = {
        "title": text("要求补充"),
        "from": opened,
        "to": "paused",
        "who": {"role": "reviewer"},
        "basis": LAW,
    }
    acts["resume"] = {"title": text("补充"), "from": "paused", "to": "back", "who": {"party": "subject"}, "basis": LAW}
    acts["extend"] = {
        "title": text("延长"), "from": opened, "to": "same", "extends": True, "who": {"role": "reviewer"}, "basis": LAW,
    }  # fmt: skip
    acts["end"] = {"title": text("办结"), "from": opened, "to": "done", "who": {"role": "centre"}, "basis": LAW}
    return {
        "key": "matter",
        "title": text("事项"),
        "in_force": {"from": "2026-04-01"},
        "basis": LAW,
        "number": "SX",
        "about": {"subject": True},
        "exclusive": True,
        "states": states,
        "acts": acts,
    }


@pytest.fixture
def procedure(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Procedure]:
    draw = random.Random(request.param)
    (tmp_path / "procedures").mkdir()
    head = {"name": "random", "title": text("随机"), "extends": "jinan"}
    (tmp_path / "pack.yaml").write_text(yaml.safe_dump(head, allow_unicode=True), "utf-8")
    made = random_procedure(draw)
    (tmp_path / "procedures/matter.yaml").write_text(yaml.safe_dump(made, allow_unicode=True), "utf-8")
    pack = load(tmp_path)
    reached = {"state-unreachable"}  # a random way may pass a state by
    assert {one.lint for one in lint(pack, dt.date(2026, 9, 1)) if "matter" in one.where} <= reached
    with override_settings(PACK=str(tmp_path)):
        current_pack.cache_clear()
        yield pack.procedure_on("matter", dt.date(2026, 9, 1))
    current_pack.cache_clear()


def rows() -> tuple[object, ...]:
    """What an act may change; the lines of refusals apart."""
    lines = AuditLine.objects.exclude(act="access.refused").count()
    return (*(list(one.objects.order_by("pk").values()) for one in (Case, Step, Term, Notice)), lines)


@pytest.mark.usefixtures("_company")
@pytest.mark.parametrize("procedure", SEEDS, indirect=True)
def test_random_acts_by_random_people(procedure: Procedure, request: pytest.FixtureRequest) -> None:
    draw = random.Random(request.node.callspec.params["procedure"] + 1000)
    me = Party(Actor("user:owner"), company())
    people = [Actor(f"user:{role}-{n}", [Assignment(Role(role))]) for role in ROLES for n in range(2)]
    moment = morning(dt.date(2026, 9, 1))
    done = refused = 0
    for _ in range(ACTS):
        moment += dt.timedelta(hours=draw.choice((1, 5, 30, 100)))
        with travel(moment):
            case = Case.objects.filter(kind="matter", open=True).first() or file("matter", Filed(me, Thing()))
            before, state = rows(), case.state
            if draw.random() < 0.2:
                ticking.tick()
                lapsed(case)
                sound(procedure)
                continue
            fitting = [one for one in procedure.acts if case.state in one.from_ and not one.by_nobody]
            one = draw.choice(fitting if draw.random() < 0.7 else [a for a in procedure.acts if not a.begins])
            act = one.key
            holders = [p for p in people if any(who.role and p.may(Role(who.role)) for who in one.who)]
            who = draw.choice(holders or [me]) if draw.random() < 0.7 else draw.choice([me, *people])
            form = {"reason": draw.choice(("", "理由")), "on": draw.choice(("", "2026-09-01", "昨天"))}
            try:
                engine.perform(who, case.number, act, form)
                done += 1
            except (RightsError, NotAllowed):
                refused += 1
                assert rows() == before, f"{act} was refused from {state}, and changed something"
            sound(procedure)
    assert done > 3
    assert refused > 3


def lapsed(case: Case) -> None:
    """Nothing that is over was left unsaid, and nothing was said twice."""
    said = Notice.objects.filter(key="escalation", case=case).values_list("once", flat=True)
    assert len(set(said)) == len(said)
    ticking.tick()
    assert Notice.objects.filter(key="escalation", case=case).count() == len(said)


def sound(procedure: Procedure) -> None:
    """Each case stands in one state, with the term of that state; its steps lead there, and each has its line."""
    for case in Case.objects.filter(kind="matter"):
        steps, state = list(case.steps.all()), procedure.state_of[case.state]
        assert case.open != state.ends
        assert steps[-1].state == case.state
        assert AuditLine.objects.filter(act__startswith="casework.matter.", target=case.reference).count() == len(steps)
        running = list(case.terms.filter(stopped_at=None))
        assert len(running) <= 1
        if state.clock is not None:
            assert [(term.state, term.paused_at) for term in running] == [(case.state, None)]
        elif state.pauses:
            assert all(term.paused_at is not None for term in running)
        else:
            assert not running
