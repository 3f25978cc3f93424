"""What reports say: records as the accessor shows them, of one moment, newest first; no score, grade or rank of anybody."""

from __future__ import annotations

import datetime as dt

import pytest

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive import viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.models import Access
from quanxin.archive.restrictions import release
from quanxin.calendar import now
from quanxin.reports.asked import reports_for
from quanxin.reports.content import canonical
from quanxin.reports.errors import ReportError
from quanxin.subjects.models import Subject
from tests.accounts.people import ADULT
from tests.once import city as shared
from tests.reports.city import build, company, itself, numbers, special, told

FINANCE = Actor("user:finance", [Assignment(Role.INTAKE, "finance")])
pytestmark = pytest.mark.django_db
city, _built = shared(build, autouse=True)


def person() -> Subject:
    return Subject.objects.get(natural=True)


def test_the_chapters_stand_in_the_order_of_the_standard_with_their_counts() -> None:
    made = told("credit-report", company(0))
    assert [one["title"] for one in made["chapters"]] == [
        "登记注册基础信息", "行政管理信息", "诚实守信相关荣誉信息", "严重失信主体名单信息", "经营（活动）异常名录（状态）信息",
        "信用承诺信息", "信用评价信息", "司法判决及执行信息", "其他信息",
    ]  # fmt: skip
    assert [one["count"] for one in made["summary"]] == [1, 3, 0, 0, 0, 0, 1, 0, 0]
    assert [one["number"] for one in made["chapters"]][:2] == ["一、", "二、"]
    assert made["last"] == "十、"
    assert made["words"]["empty"] == "查询期内无相关信息"


def test_records_are_newest_first_and_what_was_repaired_is_not_there() -> None:
    assert numbers(told("credit-report", company(0)))[-2:] == ["济历罚〔2026〕2号", "济历罚〔2026〕1号"]


def test_it_states_its_moment_its_rules_and_its_reader() -> None:
    made = told("credit-report", company(0), use="bidding")
    assert (made["reader"], made["use"], made["version"]) == ("subject", "招投标", "V2.0")
    assert made["rules"]["pack"] == "jinan"
    assert dt.datetime.fromisoformat(made["cut_off"]) <= now()


def test_the_same_moment_has_the_same_bytes_whatever_happens_afterwards() -> None:
    moment = now()
    before = canonical(told("credit-report", company(0), known_at=moment))
    release(operator(), "XF-样例", reason="复核撤销", at=now())
    assert canonical(told("credit-report", company(0), known_at=moment)) == before
    assert canonical(told("credit-report", company(0))) != before


def test_a_subject_with_nothing_but_its_registration() -> None:
    made = told("credit-report", company(1))
    assert [one["count"] for one in made["summary"]] == [1, *[0] * 8]
    assert all(not one["groups"] for one in made["chapters"][1:])


def test_in_english_labels_days_and_words_are_english_and_what_was_recorded_stays() -> None:
    made = told("credit-report", company(0), lang="en")
    assert made["chapters"][1]["number"] + made["chapters"][1]["title"] == "2. Administrative acts"
    penalties = next(g for g in made["chapters"][1]["groups"] if g["resource"] == "administrative-penalty")
    labels = [label for _, label in penalties["columns"]]
    first = dict(zip(labels, penalties["records"][0]["values"], strict=True))
    assert (first["date of the decision"], first["facts"]) == ("1 May 2026", "经现场检查属实。")


def test_nothing_in_a_report_is_a_score_a_grade_of_ours_or_a_number_of_a_person() -> None:
    for made in (told("credit-report", company(0)), told("person-report", person()), special(company(0))):
        text = canonical(made).decode()
        assert "score" not in text
        assert "rank" not in text
        assert ADULT not in text


def test_a_person_s_report_is_given_to_the_person_alone() -> None:
    made = told("person-report", person())
    assert numbers(made) == ["济历罚〔2026〕9号"]
    assert "ratings" not in [one["key"] for one in made["chapters"]]
    assert made["subject"]["code"] == ""
    with pytest.raises(ReportError, match="提供给您"):
        told("person-report", person(), itself(person(), "agent"))
    with pytest.raises(ReportError, match="提供给您"):
        told("person-report", person(), viewers.sharing(FINANCE, "fiscal-funds"))
    with pytest.raises(ReportError, match="适用"):
        told("credit-report", person())
    with pytest.raises(NoSuchSubject):
        told("person-report", person(), itself(company(0)))


def test_a_company_s_report_is_given_to_no_other_company() -> None:
    with pytest.raises(NoSuchSubject):
        told("credit-report", company(0), itself(company(1)))


def test_a_department_reads_what_its_purpose_opens_and_leaves_its_line() -> None:
    made = told("check-report", company(0), viewers.sharing(FINANCE, "fiscal-funds"))
    assert numbers(made)[-2:] == ["济历罚〔2026〕2号", "济历罚〔2026〕1号"]
    assert not made["chapters"][6]["groups"]  # ratings are no category of this purpose
    assert Access.objects.filter(subject_id=company(0).pk, viewer="department", purpose="fiscal-funds").exists()


def test_a_reading_for_oneself_leaves_its_line() -> None:
    told("credit-report", company(0))
    assert Access.objects.filter(subject_id=company(0).pk, viewer="subject").count() == 1


def test_the_special_report_answers_for_each_domain_and_marks_what_was_repaired() -> None:
    made = special(company(0), "taxation", "market")
    assert [(one["title"], one["count"]) for one in made["summary"]] == [("市场监管", 4), ("税务", 0)]
    assert numbers(made) == [f"济历罚〔2026〕{n}号" for n in (2, 1, 0)] + ["济历当罚〔2026〕1号"]
    marks = [record["marks"] for group in made["chapters"][0]["groups"] for record in group["records"]]
    assert marks == [[], ["异议处理中"], ["已修复"], []]
    assert made["words"]["empty"] == "无违法违规记录"


def test_the_special_report_speaks_of_its_period_alone() -> None:
    made = special(company(0), since=dt.date(2026, 2, 3), until=dt.date(2026, 3, 2))
    assert numbers(made) == ["济历罚〔2026〕1号", "济历当罚〔2026〕1号"]


@pytest.mark.parametrize(
    "period",
    [
        {"since": dt.date(2015, 1, 1)},
        {"since": dt.date(2026, 2, 1), "until": dt.date(2026, 1, 1)},
        {"until": dt.date(9999, 12, 31)},
        {"since": dt.date(1, 1, 1), "until": dt.date(1, 2, 1)},
    ],
)
def test_a_period_is_in_order_and_not_too_long(period: dict[str, dt.date]) -> None:
    with pytest.raises(ReportError, match="期间"):
        special(company(0), **period)


def test_a_special_report_needs_domains_that_there_are() -> None:
    with pytest.raises(ReportError, match="领域"):
        told("special-report", company(0))
    with pytest.raises(ReportError, match="astrology"):
        special(company(0), "market", "astrology")


def test_a_report_of_the_future_and_one_that_there_is_not_are_refused_in_words() -> None:
    with pytest.raises(ReportError, match="将来"):
        told("credit-report", company(0), known_at=now() + dt.timedelta(days=1))
    with pytest.raises(ReportError, match="没有这种"):
        told("no-report", company(0))
    with pytest.raises(ReportError, match="用途"):
        told("credit-report", company(0), use="fun")


def test_which_reports_one_may_ask_for() -> None:
    assert [one.key for one in reports_for(company(0), "subject")] == ["credit-report", "special-report"]
    assert [one.key for one in reports_for(person(), "subject")] == ["person-report"]
    assert reports_for(person(), "agent") == []
    assert [one.key for one in reports_for(company(0), "department")] == ["check-report"]
