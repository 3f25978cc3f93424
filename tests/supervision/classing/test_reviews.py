"""A company contests its class, and the department of the scheme decides."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.accounts import NotAllowed
from quanxin.archive import viewers
from quanxin.calendar import travel
from quanxin.casework import engine
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.subjects.models import Subject
from quanxin.supervision.classing import standings
from quanxin.supervision.classing.errors import ClassError
from quanxin.supervision.classing.reckoning import class_of
from quanxin.supervision.models import RiskClass
from tests.city import CODES, NAMES, hand_in
from tests.measures.life import listing, record
from tests.rights.life import morning, owner
from tests.supervision.classing.test_standings import DAY, RISK, STRANGER, SUPERVISOR, lived

pytestmark = pytest.mark.django_db
NEXT = dt.date(2026, 7, 1)


def asked(scheme: str = RISK) -> Case:
    return file("class-review", Filed(owner(), Thing(), "已经整改，等级偏高。", form={"scheme": scheme}))


def level(subject: Subject) -> tuple[str, str]:
    found = class_of(subject, RISK, viewers.department(SUPERVISOR, "supervision"))
    assert found is not None
    return found.level, found.case


def test_a_review_sets_a_better_class_until_there_is_a_new_ground(tmp_path: Path) -> None:
    subject = lived(tmp_path)
    with travel(morning(DAY)):
        case = asked()
        assert case.provider == "market-regulation"
        assert case.particulars["level"] == "E"
        with pytest.raises(NotAllowed):
            engine.perform(STRANGER, case.number, "change", {"level": "C", "reason": "情况属实"})
        for wrong, code in (("E", "class-not-better"), ("F", "class-level-unknown")):
            with pytest.raises(ClassError) as refused:
                engine.perform(SUPERVISOR, case.number, "change", {"level": wrong, "reason": "情况属实"})
            assert refused.value.code == code
        engine.perform(SUPERVISOR, case.number, "change", {"level": "C", "reason": "情况属实"})
        assert level(subject) == ("C", case.number)
        assert standings.refresh() == 0
        assert standings.differences() == 0
    with travel(morning(NEXT)):
        assert standings.refresh() == 0  # nothing new: it holds
        row = {
            "subject_name": NAMES[0], "uscc": CODES[0], "representative": "张三", "reason": "通过登记的住所无法联系",
            "decision_date": "2026-06-20", "authority_name": "济南市市场监督管理局",
        }  # fmt: skip
        hand_in(tmp_path, "abnormal-operations", [row], name="abnormal.csv")
        standings.refresh()
        assert level(subject) == ("E", "")  # the listing counts again beside the new ground
        stands = RiskClass.objects.get(subject_id=subject.pk, scheme=RISK, until=None)
        assert (stands.level, stands.since, stands.case) == ("E", NEXT, None)
        past = class_of(subject, RISK, viewers.department(SUPERVISOR, "supervision"), on=DAY)
        assert past is not None
        assert (past.level, past.case) == ("C", case.number)


def test_what_was_set_ends_when_the_records_give_better_by_themselves(tmp_path: Path) -> None:
    subject = lived(tmp_path)
    with travel(morning(DAY)):
        case = asked()
        engine.perform(SUPERVISOR, case.number, "change", {"level": "D", "reason": "情况属实"})
        assert level(subject) == ("D", case.number)
    row = {"document_number": "济市监列〔2026〕1号", "removed_on": "2026-06-30"}
    with travel(morning(NEXT)):
        hand_in(tmp_path, "serious-violation", [listing(**row)], name="removed.csv")
        standings.refresh()
        assert record().payload["removed_on"] == "2026-06-30"
        assert level(subject) == ("B", "")


def test_whoever_has_no_class_asks_for_no_review(tmp_path: Path) -> None:
    lived(tmp_path)
    with travel(morning(DAY)), pytest.raises(ClassError) as refused:
        asked("fire-risk")
    assert refused.value.code == "class-none"
