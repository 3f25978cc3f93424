"""A plan, and a draw of it to its inspections: what is fixed beforehand, who may do what, and what a stranger can check."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from quanxin import draws
from quanxin.calendar import travel
from quanxin.casework import engine
from quanxin.draws.files import FRAME
from quanxin.ledger import log, log_reading, sequencing
from quanxin.supervision.drawing import folder, mine
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.models import Chain, Draw, Inspection
from quanxin.supervision.planning import library
from quanxin.supervision.planning.errors import PlanError
from tests.city import CODES
from tests.rights.life import company, morning
from tests.supervision.drawing.life import (
    CLERK,
    MARCH,
    NUMBERS,
    PROVIDER,
    committed,
    department,
    drafted,
    drawn,
    planned,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city(tmp_path: Path) -> Iterator[None]:
    department(tmp_path)
    with travel(morning(MARCH)):
        yield


def test_a_draw_goes_from_the_plan_to_its_inspections_and_anybody_can_make_it_again() -> None:
    case = committed(planned())
    draw = drawn(case)
    assert "draw.json" not in folder.shown(draw)  # who is visited is not told before
    assert {"commitment.json", "commitment.json.sig", "draw.json.sig", "frame.csv"} <= set(folder.shown(draw))
    assert folder.OBJECTS not in folder.shown(draw)
    verdict = draws.verify(draws.load(folder.of(draw)), bytes.fromhex(draw.committed))
    assert verdict.sound, verdict.faults
    assert sorted(str(one) for one in verdict.selected) == sorted(draw.selected.values_list("label", flat=True))
    with travel(morning(dt.date(2026, 3, 6))):
        first = draw.selected.first()
        assert first is not None
        engine.perform(CLERK, case.number, "substitute", {"label": first.label, "cause": "moved"})
        engine.perform(CLERK, case.number, "assign", {"from_day": "2026-03-09", "to_day": "2026-03-31"})
    assert draws.verify(draws.load(folder.of(draw))).sound
    standing = set(draw.selected.filter(withdrawn="").values_list("subject_id", flat=True))
    visits = Inspection.objects.filter(selected__draw=draw)
    assert set(visits.values_list("subject_id", flat=True)) == standing
    assert all(len(one.inspectors) == 2 for one in visits)
    with pytest.raises(DrawError) as refused:
        engine.perform(CLERK, case.number, "finish")
    assert refused.value.code == "inspections-open"


def test_what_was_committed_to_and_what_was_drawn_are_leaves_of_the_public_log() -> None:
    draw = drawn(committed(planned()))
    sequencing.sequence()
    kinds = ("draw-committed", "draw-made")
    held = [log_reading.receipt(leaf) for kind in kinds if (leaf := log.leaf_of(kind, f"case:{draw.case.number}"))]
    said = [one.content for one in held if one is not None]
    assert said[0] == {"number": draw.case.number, "root": draw.root, "commitment": draw.committed}
    assert said[1]["result"] == draws.result_digest(draws.load(folder.of(draw))).hex()
    first, second = (one.place for one in held if one is not None)
    assert first < second, "the commitment lies before the outcome"


def test_a_firm_finds_itself_in_the_published_frame_and_nobody_else_finds_it() -> None:
    draw = Draw.objects.get(case=committed(planned(scheme="fire-risk", shares="")))
    (own,) = mine.stood(draw, company(0))
    assert own.label.encode() in folder.read(draw, FRAME).splitlines()
    assert CODES[0] not in own.label
    made = hashlib.sha256(bytes.fromhex(own.salt) + CODES[0].encode()).hexdigest()
    assert own.label.split("|")[1] == made[:24]
    assert own.label != next(mine.stood(draw, company(1))).label


def test_a_changed_frame_is_refused_at_the_draw() -> None:
    case = committed(planned())
    draw = Draw.objects.get(case=case)
    content = folder.read(draw, FRAME).splitlines(keepends=True)
    folder.put(draw, {FRAME: b"".join(content[:-1])})
    with pytest.raises(DrawError) as refused:
        drawn(case)
    assert refused.value.code == "frame-changed"


def test_nothing_is_drawn_again_in_silence() -> None:
    line = planned()
    case = committed(line)
    first = drawn(case)
    assert drafted(line).number == case.number  # it is the one that is open
    engine.perform(CLERK, case.number, "void", {"reason": "名单有误"})
    with pytest.raises(DrawError) as refused:
        drafted(line)
    assert refused.value.code == "again-missing"
    with travel(morning(MARCH)):
        second = Draw.objects.get(case=drafted(line, "前一次名单有误"))
    first.refresh_from_db()
    assert (second.after, second.again) == (first, "前一次名单有误")
    assert first.voided_at is not None
    assert "draw.json" in folder.shown(first)


def test_two_draws_have_a_chain_each() -> None:
    made = [Draw.objects.get(case=committed(planned()))]
    case = made[0].case
    engine.perform(CLERK, case.number, "void", {"reason": "改期"})
    made.append(Draw.objects.get(case=committed(made[0].plan_line, "改期")))
    assert made[0].chain_id != made[1].chain_id
    assert Chain.objects.count() == 2


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"drawn_on": "2026-03-02"}, "source-day"),
        ({"drawn_on": "2026-03-04"}, "source-weekday"),
        ({"source": "dice"}, "source-unknown"),
        ({"other_source": "ssq"}, "source-twice"),
    ],
)
def test_sources_are_named_ahead(form: dict[str, str], code: str) -> None:
    with pytest.raises(DrawError) as refused:
        committed(planned(), **form)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"drawn_on": "2026-03-05"}, "randomness-day"),
        ({"numbers": "1 2 3 4 5 5 / 16"}, "randomness-shape"),
        ({"numbers": "1 2 3 4 5 34 / 16"}, "randomness-shape"),
        ({"source": "drand"}, "randomness-source"),
    ],
)
def test_randomness_of_another_day_or_shape_is_refused_in_words(form: dict[str, str], code: str) -> None:
    case = committed(planned())
    sent = {"source": "ssq", "drawn_on": "2026-03-03", "numbers": "1 2 3 4 5 6 / 7"} | form
    with travel(morning(dt.date(2026, 3, 5))), pytest.raises(DrawError) as refused:
        engine.perform(CLERK, case.number, "enter-randomness", sent)
    assert refused.value.code == code


def test_who_entered_the_randomness_does_not_confirm_it() -> None:
    case = committed(planned())
    with travel(morning(dt.date(2026, 3, 5))):
        for source, on, numbers in NUMBERS:
            form = {"source": source, "drawn_on": on, "numbers": numbers}
            engine.perform(CLERK, case.number, "enter-randomness", form)
        with pytest.raises(DrawError) as refused:
            engine.perform(CLERK, case.number, "confirm-randomness", {"compared": "1"})
    assert refused.value.code == "randomness-own"


def test_a_general_item_is_drawn_of_no_more_than_its_limit() -> None:
    case = drafted(planned(items="price", shares="none=1"))
    with pytest.raises(DrawError) as refused:
        engine.perform(CLERK, case.number, "freeze")
    assert refused.value.code == "limit-exceeded"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"items": "nothing"}, "item-unpublished"),
        ({"items": "fire-safety"}, "item-of-another"),
        ({"items": "price traced-products"}, "items-differ"),
        ({"partners": "fire-rescue"}, "partner-idle"),
        ({"shares": "A=0.1"}, "level-unknown"),
        ({"shares": "none=2"}, "share-unreadable"),
        ({"from_month": "12"}, "months-order"),
    ],
)
def test_a_line_that_cannot_be_is_refused_in_words(line: dict[str, str], code: str) -> None:
    with pytest.raises(PlanError) as refused:
        planned(**line)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"card": "?"}, "card-invalid"),
        ({"card_until": "2026-01-01"}, "card-over"),
        ({"card_until": "soon"}, "day-invalid"),
        ({"load": "0"}, "load-invalid"),
        ({"trades": "fire-safety"}, "trade-unknown"),
        ({"name": " "}, "name-missing"),
    ],
)
def test_an_inspector_without_a_valid_card_is_refused_in_words(said: dict[str, str], code: str) -> None:
    with pytest.raises(PlanError) as refused:
        library.enter(CLERK, PROVIDER, {"card": "SD-9999", "name": "某", "card_until": "2027-01-01"} | said)
    assert refused.value.code == code
