"""Cases at the desk: the queue, one case whole, each act, and whoever may not do it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Access, Restriction
from quanxin.calendar import travel
from quanxin.casework.models import Case, Step
from tests.casework.acts import State, cases, objections
from tests.city import CODES, NAMES
from tests.desk.people import signed_in
from tests.desk.rights import MOMENT, People, acts_on, at, filed, now_of, page, people, post
from tests.once import city
from tests.rights.life import LATER, morning, owner, paper

pytestmark = pytest.mark.django_db


_both, _built = city(lambda folder: (people(), filed(folder)), autouse=True)


@pytest.fixture
def staff(_both: tuple[People, Case]) -> People:
    return _both[0]


@pytest.fixture
def repair(_both: tuple[People, Case]) -> Case:
    return _both[1]


# --- the queue ---------------------------------------------------------------------------------------------------


def test_the_queue_is_each_persons_own(repair: Case, staff: People) -> None:
    address = "/desk/cases"
    assert repair.number in page(staff.window, address)
    assert repair.number not in page(staff.decider, address)
    at(repair, "forwarded")
    assert repair.number not in page(staff.window, address)
    listed = page(staff.decider, address)
    assert repair.number in listed
    assert NAMES[0] in listed
    assert repair.number not in page(staff.other, address)
    assert repair.number in page(staff.window, f"{address}?all=1")
    assert repair.number in page(staff.auditor, address)
    assert repair.number not in page(staff.other, f"{address}?all=1")


def test_what_is_left_is_in_office_time_and_overdue_says_so(repair: Case, staff: People) -> None:
    at(repair, "accepted")
    # ten working days from 1 September, an hour into that day
    assert "剩 10 天 7 小时" in page(staff.decider, "/desk/cases")
    with travel(morning(dt.date(2026, 9, 15), 11)):
        text = staff.decider.get("/desk/cases").content.decode()
        assert "剩 6 小时" in text
        assert "left-soon" in text
    with travel(morning(dt.date(2026, 9, 17), 10)):
        text = staff.decider.get("/desk/cases?overdue=1").content.decode()
        assert "已逾期 1 天 1 小时" in text
        assert "left-over" in text
        assert "#alert" in text
        home = staff.decider.get("/desk/").content.decode()
        assert 'href="/desk/cases?overdue=1">1</a>' in home
    assert repair.number not in page(staff.decider, "/desk/cases?overdue=1")


@pytest.mark.parametrize(("query", "listed"), [
    ("kind=repair", True), ("kind=objection", False), ("state=accepted", True), ("state=forwarded", False),
    ("provider=market-regulation", True), ("provider=taxation", False), ("mine=1", False), ("page=99", True),
])  # fmt: skip
def test_the_queue_narrows(repair: Case, staff: People, query: str, listed: bool) -> None:
    at(repair, "accepted")
    assert (repair.number in page(staff.decider, f"/desk/cases?{query}")) is listed


def test_claimed_by_me(repair: Case, staff: People) -> None:
    at(repair, "accepted")
    assert post(staff.decider, repair, "claim")[0] == 302
    assert repair.number in page(staff.decider, "/desk/cases?mine=1")
    assert repair.number not in page(staff.colleague, "/desk/cases?mine=1")


def test_a_number_opens_its_case(repair: Case, staff: People) -> None:
    assert staff.window.get(f"/desk/cases?number={repair.number}")["Location"] == f"/desk/cases/{repair.number}"


def test_several_are_forwarded_at_once_and_what_was_not_is_said(repair: Case, staff: People, tmp_path: Path) -> None:
    with travel(MOMENT):
        second = objections.object_to(owner(), "有误。", model="credit", record=None)
        answer = staff.window.post("/desk/cases/forward", {"number": [repair.number, second.number]})
        assert answer["Location"] == "/desk/cases?forwarded=2"
        assert {c.state for c in Case.objects.all()} == {"forwarded"}
        answer = staff.window.post("/desk/cases/forward", {"number": [repair.number, "XF0"]})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "已转办 1 件" in text
    assert "<strong>XF0</strong> 没有找到该办件" in text
    assert Step.objects.filter(act="forward").count() == 2
    assert staff.decider.post("/desk/cases/forward", {"number": [repair.number]}).status_code == 403


# --- one case ----------------------------------------------------------------------------------------------------


def test_a_case_is_shown_whole(repair: Case, staff: People) -> None:
    text = page(staff.window, f"/desk/cases/{repair.number}")
    for words in (
        NAMES[0],
        CODES[0],
        "济历罚〔2026〕1号",
        "占道经营",
        "信用修复（22号文、36号令）",
        "2026年8月12日",
        "2027年5月12日",
        "《信用修复管理办法》",
        "申请人请办理单位从本单位系统核验",
        "下一步：窗口转办给",
        "期限到 2026年9月2日 17:00",
        "没有上传材料",
        "申请人就本次信用修复申请郑重承诺",
    ):
        assert words in text, words
    line = Access.objects.get(actor="user:wang")
    assert (line.viewer, line.purpose) == ("centre", f"办理信用修复 {repair.number}")
    with travel(MOMENT):
        staff.decider.get(f"/desk/cases/{repair.number}")
    assert Access.objects.get(actor="user:decider").viewer == "department"


def test_papers_are_saved_by_whoever_may_open_the_case(repair: Case, staff: People) -> None:
    from quanxin.attachments.accept import tie
    from tests.rights.life import OWNER

    with travel(MOMENT):
        made = paper(cases.record_as_filed(repair))  # type: ignore[arg-type]
        tie(OWNER, [made.pk], repair.reference, subject_id=repair.subject_id)
    assert "缴款凭证.pdf" in page(staff.decider, f"/desk/cases/{repair.number}")
    answer = staff.decider.get(f"/desk/attachments/{made.pk}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    refused = staff.other.get(f"/desk/attachments/{made.pk}")
    assert refused.status_code == 403
    assert "没有办理此事的权限" in refused.content.decode()
    assert AuditLine.objects.filter(act="access.refused", actor="user:taxman").count() == 1
    unknown = staff.decider.get("/desk/attachments/00000000-0000-0000-0000-000000000000")
    assert unknown.status_code == 422


@pytest.mark.parametrize("path", ["", "/decision.pdf"])
def test_another_departments_case_is_refused_in_words_with_a_line(repair: Case, staff: People, path: str) -> None:
    answer = staff.other.get(f"/desk/cases/{repair.number}{path}")
    assert answer.status_code == 403
    assert "没有办理此事的权限" in answer.content.decode()
    assert NAMES[0] not in answer.content.decode()
    assert AuditLine.objects.get(act="access.refused", actor="user:taxman").target == repair.reference


def test_another_districts_case_is_refused(repair: Case, staff: People) -> None:
    from quanxin.accounts import operator
    from quanxin.accounts.people import add_account
    from tests.desk.people import PASSWORD

    add_account(operator(), "far", password=PASSWORD, role=Role.WINDOW, district="370103")
    far = Client()
    far.force_login(add_account(operator(), "far", password=PASSWORD))
    assert far.get(f"/desk/cases/{repair.number}").status_code == 403
    assert repair.number not in page(far, "/desk/cases")
    assert post(far, repair, "forward")[0] == 403
    assert now_of(repair).state == "filed"


def test_a_supervisor_who_handles_plans_sees_no_repair(repair: Case) -> None:
    client = signed_in(Role.SUPERVISOR, name="somebody")
    assert repair.number not in page(client, "/desk/cases")
    for path in (f"/desk/cases/{repair.number}", f"/desk/cases/{repair.number}/decision.pdf"):
        assert client.get(path).status_code == 403
    assert post(client, repair, "forward")[0] == 403


@pytest.mark.parametrize(
    "role",
    [
        r
        for r in Role
        if r not in (Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR, Role.SUPERVISOR)
    ],
)
def test_other_roles_enter_nowhere(repair: Case, role: Role) -> None:
    client = signed_in(role, name="somebody")
    for path in ("/desk/cases", f"/desk/cases/{repair.number}", f"/desk/cases/{repair.number}/decision.pdf"):
        assert client.get(path).status_code == 403
    assert post(client, repair, "forward")[0] == 403
    assert "办理事项" not in client.get("/desk/").content.decode()


def test_who_is_not_signed_in_is_asked_to(repair: Case) -> None:
    for path in ("/desk/cases", f"/desk/cases/{repair.number}", "/desk/notices", "/desk/audit", "/desk/reading"):
        assert Client().get(path).status_code == 302


def test_an_unknown_case_is_not_found(staff: People) -> None:
    assert staff.window.get("/desk/cases/XF1").status_code == 404
    assert staff.window.post("/desk/cases/XF1/forward").status_code == 404


@pytest.mark.parametrize(("state", "who", "acts"), [
    ("filed", "window", ["forward"]), ("filed", "decider", []), ("filed", "auditor", []),
    ("forwarded", "window", []), ("forwarded", "decider", ["accept", "ask", "reject"]),
    ("accepted", "decider", ["grant", "refuse", "ask", "extend"]), ("accepted", "auditor", []),
])  # fmt: skip
def test_exactly_the_acts_that_one_may_do_are_offered(
    repair: Case, staff: People, state: str, who: str, acts: list[str]
) -> None:
    if state != "filed":
        at(repair, state)
    assert acts_on(page(getattr(staff, who), f"/desk/cases/{repair.number}")) == acts


# --- the acts ----------------------------------------------------------------------------------------------------


def test_a_repair_by_the_pages_alone(repair: Case, staff: People) -> None:
    where = f"/desk/cases/{repair.number}"
    assert post(staff.window, repair, "forward") == (302, f"{where}?done=forward")
    assert post(staff.decider, repair, "accept")[0] == 302
    assert post(staff.decider, repair, "extend", reason="需要现场核查。")[0] == 302
    assert "extend" not in acts_on(page(staff.decider, where))
    status, said = post(staff.decider, repair, "grant")
    assert status == 422
    assert "尚未履行义务" in said
    assert now_of(repair).state == "accepted"
    assert post(staff.decider, repair, "grant", confirmed="1", reason="已核实缴款。")[0] == 302
    done = page(staff.decider, f"{where}?done=grant")
    assert "准予修复：已办理" in done
    assert "已准予修复" in done
    pdf = staff.decider.get(f"{where}/decision.pdf")
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert post(staff.reviewer, repair, "find-false", reason="凭证系伪造。")[0] == 302
    assert now_of(repair).state == "revoked"
    assert not Restriction.objects.filter(ended_at=None).exists()


def test_more_is_asked_for_and_the_term_stands_still(repair: Case, staff: People) -> None:
    at(repair, "accepted")
    assert post(staff.decider, repair, "ask", reason="请提供缴款凭证。")[0] == 302
    text = page(staff.decider, f"/desk/cases/{repair.number}")
    assert "期限暂停，还剩" in text
    assert "请提供缴款凭证。" in text
    assert acts_on(text) == []


def test_a_refusal_and_a_rejection_need_a_reason(repair: Case, staff: People) -> None:
    at(repair, "forwarded")
    status, said = post(staff.decider, repair, "reject", reason=" ")
    assert status == 422
    assert "请写明理由" in said
    assert 'id="act-reject" open' in said
    assert post(staff.decider, repair, "accept")[0] == 302
    assert post(staff.decider, repair, "refuse", reason="")[0] == 422
    assert post(staff.decider, repair, "refuse", reason="罚款未缴清。")[0] == 302
    assert now_of(repair).reason == "罚款未缴清。"


@pytest.mark.parametrize("what", ["grant", "refuse", "extend", "take-up", "dismiss"])
def test_an_act_out_of_place_is_refused_in_words(repair: Case, staff: People, what: str) -> None:
    at(repair, "forwarded")
    status, said = post(staff.decider, repair, what, reason="有", confirmed="1")
    assert status in (404, 422)
    if status == 422:
        assert "该办件目前是“已转办”" in said
    assert now_of(repair).state == "forwarded"


@pytest.mark.parametrize(("who", "status"), [
    ("window", 403), ("other", 403), ("reviewer", 403), ("auditor", 403), ("colleague", 422),
])  # fmt: skip
def test_who_may_not_decide_is_refused(repair: Case, staff: People, who: str, status: int) -> None:
    at(repair, "accepted")
    post(staff.decider, repair, "claim")
    answered, said = post(getattr(staff, who), repair, "grant", confirmed="1")
    assert answered == status
    if who == "colleague":
        assert "已由 decider 领取" in said
        assert acts_on(page(staff.colleague, f"/desk/cases/{repair.number}")) == []
    assert now_of(repair).state == "accepted"


def test_the_reviewer_may_take_a_claimed_case_back(repair: Case, staff: People) -> None:
    at(repair, "accepted")
    post(staff.decider, repair, "claim")
    assert post(staff.colleague, repair, "give-back")[0] == 403
    assert post(staff.reviewer, repair, "give-back")[0] == 302
    assert now_of(repair).claimed_by == ""
    assert post(staff.colleague, repair, "grant", confirmed="1")[0] == 302


@pytest.mark.parametrize(("state", "who", "what", "sent"), [
    ("filed", "window", "forward", {}), ("forwarded", "decider", "accept", {}),
    ("forwarded", "decider", "reject", {"reason": "材料不齐"}), ("accepted", "decider", "grant", {"confirmed": "1"}),
    ("accepted", "decider", "refuse", {"reason": "未缴清"}), ("accepted", "decider", "ask", {"reason": "请补充"}),
    ("accepted", "decider", "extend", {"reason": "须核查"}), ("accepted", "decider", "claim", {}),
])  # fmt: skip
def test_a_form_sent_twice_does_its_act_once(
    repair: Case, staff: People, state: str, who: str, what: str, sent: dict[str, str]
) -> None:
    case = at(repair, state) if state != "filed" else repair
    seen = str(case.steps.last().pk)  # type: ignore[union-attr]
    for _ in range(2):
        assert post(getattr(staff, who), case, what, seen=seen, **sent)[0] == 302
    assert Step.objects.filter(case=case, pk__gt=int(seen)).count() == 1


def test_asking_again_in_earnest_is_not_taken_for_a_double_click(repair: Case, staff: People) -> None:
    case = at(repair, "accepted")
    post(staff.decider, case, "ask", reason="请补充", seen=str(case.steps.last().pk))  # type: ignore[union-attr]
    with travel(MOMENT):
        cases.answer(owner(), case.number, "已补充")
    assert post(staff.decider, case, "ask", reason="请补充", seen=str(now_of(case).steps.last().pk))[0] == 302  # type: ignore[union-attr]
    assert case.steps.filter(act="ask").count() == 2


# --- figures and words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_in_the_readers_language(repair: Case, staff: People, language: str) -> None:
    at(repair, "accepted")
    wanted = {"zh-CN": ("信用修复", "剩 10 天", "准予修复"), "en": ("Repair", "10 d", "Grant the repair")}[language]
    with travel(MOMENT):
        answer = staff.decider.get(f"/desk/cases/{repair.number}", headers={"accept-language": language})
    for words in wanted:
        assert words in answer.content.decode()


def test_every_state_and_kind_has_its_words() -> None:
    from quanxin.attachments.models import Kind
    from quanxin.casework import words
    from quanxin.desk import case_words
    from quanxin.runtime.pack import current_pack
    from tests.casework.acts import Kind as Kinds

    procedures = current_pack().procedures
    assert set(words.states()) == {state.key for one in procedures for state in one.states} > set(State)
    assert set(words.kinds()) == {one.key for one in procedures} > set(Kinds)
    assert set(case_words.CHANNELS) == set(Case.Channel.values)
    assert set(case_words.PAPERS) == set(Kind.values)


def test_days_of_the_term_are_working_days(repair: Case, staff: People) -> None:
    assert now_of(repair).terms.get(stopped_at=None).due_at.date() == LATER + dt.timedelta(days=1)
