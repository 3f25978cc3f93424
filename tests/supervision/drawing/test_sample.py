"""The sample city's plans and draws: in order, in time, and as anybody can make them again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from quanxin import draws
from quanxin.accounts import operator
from quanxin.calendar import day_of, travel
from quanxin.casework.models import Case, Step
from quanxin.runtime.pack import current_pack
from quanxin.supervision.drawing import folder, sample
from quanxin.supervision.inspecting import sample as inspecting
from quanxin.supervision.models import Draw, Inspection
from tests.rights.life import morning
from tests.supervision.drawing.life import department

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 12, 1)
Why = Inspection.Why


def changed(files: dict[str, bytes], partner: str) -> Iterator[tuple[tuple[draws.Kind, str], dict[str, bytes]]]:
    """The files with something of a partner's inspectors changed, and what the fault is."""
    visits, pool = f"visits-{partner}.csv", f"inspectors-{partner}.csv"
    lines = files[visits].splitlines(keepends=True)
    yield (draws.Kind.INSPECTORS, visits), files | {visits: b"".join(lines[:-1])}
    yield (draws.Kind.INSPECTORS, pool), files | {pool: files[pool].replace(b"F01", b"F09")}
    yield (draws.Kind.FORM, visits), {name: content for name, content in files.items() if name != visits}


def on(case: Case, act: str) -> dt.date:
    return day_of(Step.objects.get(case=case, act=act).at)


def test_two_years_of_plans_and_draws_are_in_order_and_in_time(tmp_path: Path) -> None:
    department(tmp_path)
    with travel(morning(TODAY)):
        states = sample.draw_some(operator(), lambda _text: None)
        assert states == {"closed": 5, "committed": 1, "void": 1}
        made = inspecting.inspect(operator(), lambda _text: None)
        assert sample.draw_some(operator(), lambda _text: None) == states
        assert inspecting.inspect(operator(), lambda _text: None) == made
    calendar = current_pack().calendar
    for step in Step.objects.filter(case__kind__in=["inspection-plan", "inspection-draw", "inspection"]):
        assert calendar.is_working_day(day_of(step.at)).working
    for plan in Case.objects.filter(kind="inspection-plan"):
        assert (on(plan, "submit").month, on(plan, "submit").day) < (4, 1)
    for draw in Draw.objects.select_related("case"):
        if draw.drawn_at is not None:
            assert draws.verify(draws.load(folder.of(draw)), bytes.fromhex(draw.committed)).sound
        if draw.published_at is not None:
            assert day_of(draw.published_at) <= calendar.add_working_days(on(draw.case, "finish"), 20).date
        for visit in Inspection.objects.filter(selected__draw=draw):
            assert visit.done_on is not None
            assert on(draw.case, "assign") < visit.from_day <= visit.done_on <= visit.to_day
    void = Draw.objects.exclude(voided_at=None).get()
    assert void.followed_by.again == sample.AGAIN
    joint = Inspection.objects.exclude(partners=[]).filter(why=Why.DRAWN)
    assert {len(one.inspectors) for one in joint} == {4}
    files = draws.load(folder.of(Draw.objects.filter(pk=joint[0].selected.draw_id).get()))  # type: ignore[union-attr]
    for name, said in changed(files, sample.PARTNER):
        assert draws.verify(said).faults == (draws.Fault(*name),)
    days = set(Inspection.objects.exclude(done_on=None).values_list("done_on", flat=True))
    assert len(days) > 5
    assert set(Inspection.objects.values_list("why", flat=True)) == {Why.DRAWN, Why.LEAD}
