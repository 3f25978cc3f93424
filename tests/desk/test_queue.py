"""The queue narrowed to a district or to what nobody has, claimed in bulk, and a case as one document to print."""

from __future__ import annotations

import pytest

from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Access, Record
from quanxin.attachments.accept import tie
from quanxin.calendar import travel
from quanxin.casework.models import Case, SavedView, Step
from quanxin.pages.messages import person
from tests.casework.acts import cases, objections
from tests.city import NAMES
from tests.desk.rights import MOMENT, People, acting, at, filed, page, people, post
from tests.once import city
from tests.rights.life import OWNER, owner, paper

pytestmark = pytest.mark.django_db
_both, _built = city(lambda folder: (people(), filed(folder)), autouse=True)


@pytest.fixture
def staff(_both: tuple[People, Case]) -> People:
    return _both[0]


@pytest.fixture
def repair(_both: tuple[People, Case]) -> Case:
    return at(_both[1], "accepted")


def test_the_queue_narrows_to_a_district_and_to_what_nobody_has(repair: Case, staff: People) -> None:
    near, far = repair.subject.region, "370199"
    assert repair.number in page(staff.decider, f"/desk/cases?district={near}")
    assert repair.number not in page(staff.decider, f"/desk/cases?district={far}")
    assert repair.number in page(staff.decider, "/desk/cases?unclaimed=1")
    post(staff.decider, repair, "claim")
    assert repair.number not in page(staff.decider, "/desk/cases?unclaimed=1")


def test_several_are_claimed_at_once_and_what_was_not_is_said_line_by_line(repair: Case, staff: People) -> None:
    with travel(MOMENT):
        record = Record.objects.get(resource="administrative-penalty", superseded_at=None)
        second = objections.object_to(owner(), "金额有误。", record=record)
        cases.forward(acting("wang"), second.number)
        assert "领取所选" in staff.decider.get("/desk/cases").content.decode()
        done = staff.decider.post("/desk/cases/claim", {"number": [repair.number, second.number]})
        assert done["Location"] == "/desk/cases?claimed=2"
        assert {c.claimed_by for c in Case.objects.all()} == {"user:decider"}
        refused = staff.colleague.post("/desk/cases/claim", {"number": [repair.number, second.number, "XF0"]})
    assert refused.status_code == 422
    said = refused.content.decode()
    assert said.count("已由 decider 领取") == 2
    assert "<strong>XF0</strong> 没有找到该办件" in said
    assert Step.objects.filter(act="claim").count() == 2
    assert {c.claimed_by for c in Case.objects.all()} == {"user:decider"}
    with travel(MOMENT):
        assert staff.auditor.post("/desk/cases/claim", {"number": [repair.number]}).status_code == 403


def test_nobody_claims_another_departments_case_in_bulk(repair: Case, staff: People) -> None:
    with travel(MOMENT):
        answer = staff.other.post("/desk/cases/claim", {"number": [repair.number]})
    assert answer.status_code == 422
    assert Case.objects.get(pk=repair.pk).claimed_by == ""


def test_a_way_of_looking_is_kept_under_a_name_for_its_owner_alone(repair: Case, staff: People) -> None:
    keep = {"state": "accepted", "unclaimed": "1", "title": " 我的  待办 "}
    with travel(MOMENT):
        kept = staff.decider.post("/desk/cases/views", keep)
        assert kept["Location"] == "/desk/cases?state=accepted&unclaimed=1"
        staff.decider.post("/desk/cases/views", keep | {"state": "forwarded"})
    view = SavedView.objects.get()
    assert (view.owner, view.title, view.query) == ("user:decider", "我的 待办", "state=forwarded&unclaimed=1")
    assert "我的 待办" in page(staff.decider, "/desk/cases")
    assert "我的 待办" not in page(staff.colleague, "/desk/cases")
    with travel(MOMENT):
        for nothing in ({"title": "空"}, {"title": " ", "state": "filed"}):
            refused = staff.decider.post("/desk/cases/views", nothing)
            assert refused.status_code == 422
            assert "请先筛选" in refused.content.decode()
        staff.colleague.post("/desk/cases/views", {"drop": str(view.pk)})
        assert SavedView.objects.exists()
        staff.decider.post("/desk/cases/views", {"drop": str(view.pk)})
    assert not SavedView.objects.exists()
    assert AuditLine.objects.filter(act__startswith="casework.view.").count() == 3


def test_a_case_is_one_document_with_the_digests_of_its_papers(repair: Case, staff: People) -> None:
    with travel(MOMENT):
        made = paper(cases.record_as_filed(repair))  # type: ignore[arg-type]
        tie(OWNER, [made.pk], repair.reference, subject_id=repair.subject_id)
    lines = Access.objects.count()
    shown = page(staff.decider, f"/desk/cases/{repair.number}/file")
    for words in (
        repair.number,
        NAMES[0],
        "提出申请",
        "受理",
        "请部门核验",
        "缴款凭证.pdf",
        made.sha256,
        "占道经营",
        "通知",
        "2026年9月",
    ):
        assert words in shown, words
    assert Access.objects.count() == lines + 1
    with travel(MOMENT):
        assert staff.other.get(f"/desk/cases/{repair.number}/file").status_code == 403
        assert staff.window.get("/desk/cases/XF1/file").status_code == 404


def test_what_nobody_did_came_about_by_itself() -> None:
    assert [person(name) for name in ("system", "user:wang", "")] == ["系统自动", "wang", ""]
