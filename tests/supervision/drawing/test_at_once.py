"""Acts of a draw at the same moment, and acts that a process does not come to the end of: nothing is fixed twice, nothing is
shown that was not committed, and what was cut off is done again to the same bytes."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from quanxin import draws
from quanxin.accounts.actors import Actor
from quanxin.calendar import travel
from quanxin.casework import engine
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.draws.files import read
from quanxin.ledger.models import Leaf
from quanxin.runtime.problems import Problem
from quanxin.supervision.drawing import folder
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.models import Chain, Draw, PlanLine, Selected
from quanxin.supervision.planning.errors import PlanError
from tests.measures.beside import Act, beside, cut_off
from tests.rights.life import morning
from tests.supervision.drawing.life import (
    CENTRE,
    CLERK,
    LEADER,
    LINE,
    MARCH,
    NUMBERS,
    OTHER,
    SECRET,
    SOURCES,
    committed,
    department,
    drafted,
    drawn,
    planned,
)

pytestmark = pytest.mark.django_db(transaction=True)
LATER = dt.date(2026, 3, 5)
SAME = ("commitment.json", "frame.csv", "inspectors.csv", "objects.csv", "draw.json", "selected.csv", "visits.csv")


@pytest.fixture(autouse=True)
def city(tmp_path: Path) -> Iterator[None]:
    department(tmp_path)
    with travel(morning(MARCH)):
        yield


def act(case: Case, key: str, by: Actor = CLERK, day: dt.date = LATER, **form: str) -> Act:
    def done() -> Case:
        with travel(morning(day)):
            return engine.perform(by, case.number, key, form)

    return done


def begin(line: PlanLine, again: str = "") -> Act:
    def done() -> Case:
        with travel(morning(MARCH)):
            return drafted(line, again)

    return done


def ready() -> Case:
    """A draw of which everything is known but what comes of it."""
    case = committed(planned())
    for source, on, numbers in NUMBERS:
        act(case, "enter-randomness", source=source, drawn_on=on, numbers=numbers)()
    act(case, "confirm-randomness", OTHER, compared="1")()
    act(case, "reveal", CENTRE, secret=SECRET.hex())()
    return case


def of(case: Case) -> Draw:
    return Draw.objects.select_related("case").get(case=case)


def codes(draw: Draw) -> set[bytes]:
    return set(read(draws.load(folder.of(draw))).drawn.codes)


# at the same moment


def test_two_who_begin_a_draw_of_a_line_begin_one() -> None:
    line = planned()
    first, second = beside(begin(line), 'INSERT INTO "supervision_draw"', begin(line))
    assert isinstance(first, Case)
    assert isinstance(second, Case)
    assert first.number == second.number
    assert Draw.objects.count() == 1


def test_two_lines_of_one_item_are_not_drawn_at_once() -> None:
    line = planned()
    twin = PlanLine.objects.create(**{
        one.attname: getattr(line, one.attname) for one in PlanLine._meta.concrete_fields if one.attname != "id"
    })  # fmt: skip
    first, second = beside(begin(line), 'INSERT INTO "supervision_draw"', begin(twin))
    assert isinstance(first, Case)
    assert isinstance(second, DrawError), second
    assert second.code == "item-being-drawn"


@pytest.mark.parametrize(
    ("key", "statement"), [("freeze", 'INSERT INTO "supervision_chain"'), ("commit", 'UPDATE "supervision_draw"')]
)
def test_two_who_fix_what_a_draw_depends_on_fix_it_once(key: str, statement: str) -> None:
    case = drafted(planned())
    form = {}
    if key == "commit":
        engine.perform(CLERK, case.number, "freeze")
        engine.perform(CENTRE, case.number, "second-commit", {"party": "信用中心", "digest": "ab" * 32})
        form = SOURCES
    done = beside(act(case, key, day=MARCH, **form), statement, act(case, key, day=MARCH, **form))
    assert isinstance(done[0], Case)
    assert isinstance(done[1], RightsError), done[1]
    assert Chain.objects.count() == 1
    assert Leaf.objects.filter(kind="draw-committed").count() == (key == "commit")


def test_two_who_draw_draw_once() -> None:
    case = ready()
    first, second = beside(act(case, "draw"), 'INSERT INTO "supervision_selected"', act(case, "draw", OTHER))
    assert isinstance(first, Case)
    assert isinstance(second, RightsError), second
    draw = of(case)
    assert draw.chain is not None
    assert draw.chain.used == 1
    assert draws.verify(draws.load(folder.of(draw)), bytes.fromhex(draw.committed)).sound
    assert Leaf.objects.filter(kind="draw-made").count() == 1


@pytest.mark.parametrize("same", [True, False])
def test_two_who_substitute_reveal_a_code_each_and_one_label_once(same: bool) -> None:
    case = committed(planned(shares="none=0.4/1"))
    draw = drawn(case)
    labels = list(draw.selected.values_list("label", flat=True))
    assert len(labels) > 1
    done = beside(
        act(case, "substitute", label=labels[0], cause="moved"),
        'UPDATE "supervision_chain"',
        act(case, "substitute", OTHER, label=labels[0 if same else 1], cause="moved"),
    )
    assert isinstance(done[0], Case), done[0]
    assert isinstance(done[1], DrawError) if same else isinstance(done[1], Case | DrawError), done[1]
    draw = of(case)
    assert draw.chain is not None
    taken = 1 + sum(isinstance(one, Case) for one in done)
    assert len(codes(draw)) == taken == draw.chain.used
    assert draws.verify(draws.load(folder.of(draw)), bytes.fromhex(draw.committed)).sound
    standing = set(draw.selected.filter(withdrawn="").values_list("label", flat=True))
    assert standing == {str(one) for one in read(draws.load(folder.of(draw))).drawn.standing}


def test_a_draw_beside_its_being_void_is_one_or_the_other() -> None:
    case = ready()
    first, second = beside(act(case, "void", reason="名单有误"), 'UPDATE "supervision_draw"', act(case, "draw", OTHER))
    assert isinstance(first, Case)
    assert isinstance(second, RightsError), second
    assert not Selected.objects.exists()
    assert "draw.json" not in folder.shown(of(case))


def test_a_line_that_is_dropped_beside_its_draw_has_none_or_stays() -> None:
    line = planned()
    with travel(morning(MARCH)):
        engine.perform(CLERK, line.case.number, "amend", {"reason": "调整"})
    drop = act(line.case, "drop-line", OTHER, MARCH, line=str(line.pk))
    first, second = beside(drop, 'UPDATE "supervision_planline"', begin(line))
    assert isinstance(first, Case)
    assert isinstance(second, DrawError), second
    assert second.code == "line-unknown"
    assert not Draw.objects.exists()


def test_a_draw_that_is_begun_beside_the_change_of_its_plan_keeps_its_line() -> None:
    line = planned()

    def change() -> Case:
        with travel(morning(MARCH)):
            engine.perform(OTHER, line.case.number, "amend", {"reason": "调整"})
            return engine.perform(OTHER, line.case.number, "drop-line", {"line": str(line.pk)})

    first, second = beside(begin(line), 'INSERT INTO "supervision_draw"', change)
    assert isinstance(first, Case)
    assert isinstance(second, PlanError), second
    assert second.code == "line-drawn"


# nothing is drawn again in silence


def test_whatever_way_it_is_drawn_again_the_draw_before_is_named() -> None:
    """A line that is dropped after its draw was void, and added anew with the same item, is drawn again all the same."""
    line = planned()
    case = committed(line)
    first = drawn(case)
    engine.perform(CLERK, case.number, "void", {"reason": "名单有误"})
    plan = line.case.number
    engine.perform(CLERK, plan, "amend", {"reason": "调整"})
    engine.perform(CLERK, plan, "drop-line", {"line": str(line.pk)})
    engine.perform(CLERK, plan, "add-line", LINE)
    for by, key in ((CLERK, "submit"), (LEADER, "approve"), (CLERK, "publish")):
        engine.perform(by, plan, key)
    other = PlanLine.objects.exclude(pk=line.pk).get()
    with pytest.raises(DrawError) as refused:
        drafted(other)
    assert refused.value.code == "again-missing"
    second = of(drafted(other, "前一次名单有误"))
    assert (second.after, second.again) == (first, "前一次名单有误")
    first.refresh_from_db()
    assert first.case.reason == "名单有误"
    assert "draw.json" in folder.shown(first)


# cut off


def shown(draw: Draw) -> dict[str, bytes]:
    return {name: folder.read(draw, name) for name in folder.shown(draw)}


def state(case: Case) -> tuple[Any, ...]:
    case.refresh_from_db()
    draw, used = of(case), Chain.objects.values_list("used", flat=True)
    return (
        case.state,
        draw.folder,
        draw.root,
        draw.committed,
        list(used),
        shown(draw),
        Selected.objects.count(),
        Leaf.objects.count(),
    )


@pytest.mark.parametrize("key", ["freeze", "commit", "draw", "substitute", "void"])
def test_an_act_that_is_cut_off_shows_nothing_and_is_done_again_to_the_same_bytes(key: str) -> None:
    """What the bytes are is known from the act in a transaction that was taken back."""
    case, form, day = _at(key)
    done = act(case, key, day=day, **form)
    left = state(case)

    def nothing() -> None:
        assert state(case) == left

    expected = _kept(case, done) if key != "freeze" else None
    nothing()
    assert cut_off(done, nothing) > 6
    draw = of(case)
    if expected is not None:
        assert {name: folder.read(draw, name) for name in expected} == expected
    if draw.drawn_at is not None:
        assert draws.verify(draws.load(folder.of(draw)), bytes.fromhex(draw.committed)).sound
    assert state(case) != left


def test_a_process_that_is_killed_while_it_writes_shows_nothing() -> None:
    case = ready()
    left, done, times = state(case), act(case, "draw"), 0
    while _killed(done, times):
        assert state(case) == left
        times += 1
    assert times > 5
    draw = of(case)
    assert draws.verify(draws.load(folder.of(draw)), bytes.fromhex(draw.committed)).sound


def _at(key: str) -> tuple[Case, dict[str, str], dt.date]:
    """A case of which ``key`` can be done, with what its form says, on which day."""
    if key == "freeze":
        return drafted(planned()), {}, MARCH
    if key == "commit":
        case = drafted(planned())
        engine.perform(CLERK, case.number, "freeze")
        engine.perform(CENTRE, case.number, "second-commit", {"party": "信用中心", "digest": "ab" * 32})
        return case, SOURCES, MARCH
    if key == "draw":
        return ready(), {}, LATER
    case = committed(planned())
    draw = drawn(case)
    label = draw.selected.values_list("label", flat=True)[0]
    return case, {"label": label, "cause": "moved"} if key == "substitute" else {"reason": "名单有误"}, LATER


def _kept(case: Case, done: Act) -> dict[str, bytes]:
    """What an act writes, taken from a transaction that is taken back."""
    with transaction.atomic():
        done()
        draw = of(case)
        found = {name: folder.read(draw, name) for name in SAME if (folder.of(draw) / name).exists()}
        transaction.set_rollback(True)
    return found


def _killed(done: Act, after: int) -> bool:
    """Do an act in a process of its own that is killed once it has had so many files written to the disk."""
    connection.close()
    if (child := os.fork()) == 0:
        try:
            seen, sync = 0, os.fsync

            def meet(handle: int) -> None:
                nonlocal seen
                sync(handle)
                seen += 1
                if seen > after:
                    os.kill(os.getpid(), signal.SIGKILL)

            os.fsync = meet
            done()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


# guards


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("planline", {"shares": {}}),
        ("planline", {"items": ["price"]}),
        ("chain", {"used": 0}),
        ("chain", {"used": 5}),
        ("chain", {"provider": "taxation"}),
        ("draw", {"root": "00"}),
        ("draw", {"committed": "00"}),
        ("draw", {"drawn_at": None}),
        ("draw", {"method": "rfc3797"}),
        ("draw", {"chain": None}),
        ("selected", {"subject_id": 1}),
        ("selected", {"inspectors": ["SD-1"]}),
        ("selected", {"label": "x"}),
    ],
)
def test_what_was_fixed_is_not_fixed_anew_by_anybody(table: str, change: dict[str, Any]) -> None:
    drawn(committed(planned()))
    model = {one._meta.model_name: one for one in (PlanLine, Chain, Draw, Selected)}[table]
    for tried in (lambda: model.objects.update(**change), lambda: model.objects.all()._raw_delete("default")):
        with pytest.raises((IntegrityError, Problem)), transaction.atomic():
            tried()


def test_a_draw_that_is_void_or_published_stays_as_it_is() -> None:
    case = committed(planned())
    engine.perform(CLERK, case.number, "void", {"reason": "改期"})
    for change in ({"voided_at": None}, {"drawn_at": morning(MARCH)}, {"folder": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Draw.objects.update(**change)
