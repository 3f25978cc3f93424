"""The life of an inspection: what it must have to begin, who comes, what it finds, and what becomes of that."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from quanxin.accounts.errors import NotAllowed
from quanxin.archive import viewers
from quanxin.archive.models import Record
from quanxin.calendar import now, travel
from quanxin.casework import engine
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.supervision.classing.reckoning import class_of
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.models import Inspection, Inspector, Recusal
from tests.city import CODES, NAMES, hand_in, register, registration
from tests.once import city
from tests.rights.life import OWNER, company
from tests.supervision.inspecting.life import (
    ANSWERS,
    DAY,
    DEPARTMENT,
    FOREIGN,
    INSPECTOR,
    ITEM,
    MORNING,
    OTHER_ITEM,
    begun,
    inspection,
    inspector,
    ordered,
    pair,
    visited,
)

pytestmark = pytest.mark.django_db


def _build(folder: Path) -> Path:
    with travel(MORNING - dt.timedelta(days=1)):
        register(folder)
        pair()
    return folder


folder, _built = city(_build, autouse=True)


def code_of(wanted: type[RightsError] = InspectionError, **changes: Any) -> str:
    """Why an inspection is not begun."""
    with pytest.raises(wanted) as refused:
        begun(**changes)
    return refused.value.code


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What is done within is refused for this reason."""
    with pytest.raises(InspectionError) as found:
        yield
    assert found.value.code == code


def test_an_inspection_has_a_published_item_two_inspectors_and_a_subject_that_is_there(folder: Path) -> None:
    with travel(MORNING):
        one, two = Inspector.objects.order_by("card")
        assert code_of(items=["unpublished"]) == "item-unpublished"
        assert code_of(items=["fire-safety"]) == "item-of-another"
        assert code_of(inspectors=[one]) == "inspectors-few"
        assert code_of(inspectors=[one, one]) == "inspectors-few"
        short = inspector("SD-370100-3", card_until=DAY)
        assert code_of(inspectors=[one, short]) == "inspector-card"
        foreign = inspector("SD-370100-4", provider="taxation")
        assert code_of(inspectors=[one, foreign]) == "inspector-of-another"
        Recusal.objects.create(inspector=two, subject_id=company().pk, reason="亲属", recorded_at=now())
        assert code_of() == "inspector-recused"
        Recusal.objects.all().delete()
        two.active = False
        two.save()
        assert code_of(inspectors=[one, two]) == "inspector-unknown"
        two.active = True
        two.save()
        with pytest.raises(NotAllowed):
            begun(by=FOREIGN)
        hand_in(folder, "enterprise-registration", [registration(0, state="注销")], name="gone.csv")
        assert code_of() == "subject-closed"
        assert not Inspection.objects.exists()
        assert begun(1).number == begun(1).number
        assert Inspection.objects.count() == 1


def test_the_same_items_are_one_task_in_any_order_and_others_are_another() -> None:
    with travel(MORNING):
        both = begun(items=[ITEM, OTHER_ITEM])
        assert begun(items=[OTHER_ITEM, ITEM]).pk == both.pk
        assert begun().pk != both.pk


def test_what_is_not_announced_is_not_seen_by_the_subject_until_the_inspectors_come() -> None:
    with travel(MORNING):
        case, party = begun(), Party(OWNER, company())
        with pytest.raises(RightsError):
            party.case(case.number)
        engine.perform(INSPECTOR, case.number, "visit", {"code": CODES[0]})
        assert party.case(case.number).state == "visited"
        other = begun(1)
        engine.perform(INSPECTOR, other.number, "announce", {"visit_day": "2026-06-03"})
        assert Party(OWNER, company(1)).case(other.number).state == "announced"
        third = begun(2)
        with refused("window-over"):
            engine.perform(INSPECTOR, third.number, "announce", {"visit_day": "2026-06-28"})


def test_a_visit_begins_by_the_code_of_the_subject_and_by_its_own_inspectors() -> None:
    with travel(MORNING):
        case = begun()
        with refused("code-differs"):
            engine.perform(INSPECTOR, case.number, "visit", {"code": CODES[1]})
        said = {"code": CODES[0].lower(), "by_code": "1", "begun_at": (MORNING + dt.timedelta(days=9)).isoformat()}
        engine.perform(INSPECTOR, case.number, "visit", said)
        one = inspection(case)
        assert one.begun_by_code
        assert one.begun_at is not None
        assert one.begun_at <= now()  # never later than it was heard
        Inspector.objects.filter(account="inspector").update(account="somebody")
        with refused("not-assigned"):
            engine.perform(INSPECTOR, case.number, "find-nothing", {"answers": "{}"})


def test_a_result_is_a_record_of_the_archive_and_its_recheck_the_next_version() -> None:
    with travel(MORNING):
        case = ordered()
        one = inspection(case)
        record = Record.objects.get(resource="administrative-inspection", superseded_at=None)
        assert record.payload["result"] == one.result == "发现问题已责令改正"
        assert record.payload["matter"] == "食品生产经营者日常监督检查"
        assert record.payload["random"] is False
        assert one.answers[ITEM]["health_certificates"] is False
        case.refresh_from_db()
        assert (case.state, case.about, case.record_id) == ("correcting", Case.About.RECORD, record.id)
    with travel(MORNING + dt.timedelta(days=4)):
        engine.perform(Party(OWNER, company()), case.number, "say-corrected", {"reason": "已补办"})
        engine.perform(DEPARTMENT, case.number, "confirm", {"rechecked_on": "2026-06-05", "reason": "已补办健康证"})
        after = Record.objects.get(resource="administrative-inspection", superseded_at=None)
        assert after.version == 2
        assert "复查确认改正：已补办健康证" in after.payload["details"]
        assert after.payload["result"] == "发现问题已责令改正"


def test_a_result_is_a_ground_of_the_class_from_the_next_month() -> None:
    with travel(MORNING + dt.timedelta(days=1)):
        ordered()
        viewer = viewers.department(DEPARTMENT, "安排检查")
        assert class_of(company(), "market-risk", viewer).level == "B"  # type: ignore[union-attr]
    with travel(MORNING + dt.timedelta(days=30)):
        found = class_of(company(), "market-risk", viewer)
        assert found is not None
        assert (found.level, found.grounds[0].resource) == ("C", "administrative-inspection")
        assert class_of(company(), "market-risk", viewer, on=DAY).level == "B"  # type: ignore[union-attr]


def test_a_form_is_checked_as_rows_are_and_nothing_else_is_kept() -> None:
    with travel(MORNING):
        case = visited()
        for wrong in ("", "[]", "{", json.dumps({ITEM: {"licence_valid": "也许"}})):
            with refused("answers-wrong"):
                engine.perform(INSPECTOR, case.number, "find-nothing", {"answers": wrong})
        sent = {ITEM: ANSWERS | {"planted": "x"}, "other": {"a": "b"}}
        engine.perform(INSPECTOR, case.number, "find-nothing", {"answers": json.dumps(sent)})
        kept = inspection(case).answers
        assert set(kept) == {ITEM}
        assert "planted" not in kept[ITEM]
        assert NAMES[0] not in str(kept)
