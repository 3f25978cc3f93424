"""Reports that are asked for: issued at once, once for a request, downloaded by their subject alone, verified by anyone."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile

import pypdf
import pytest
from django.test import Client

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.agency import Scope
from quanxin.accounts.models import AuditLine
from quanxin.accounts.own_matters import OwnMatter
from quanxin.archive.models import Access
from quanxin.attachments.accept import accept
from quanxin.calendar import now, today, travel
from quanxin.casework import beginning, engine
from quanxin.casework.models import Case, Notice
from quanxin.checks.checking import check
from quanxin.documents import issuing
from quanxin.documents.models import Document
from quanxin.reports import batches, office
from quanxin.reports.bundle import bundle
from quanxin.reports.errors import ReportError
from quanxin.reports.models import Batch
from quanxin.work import engine as work
from tests.accounts.people import ADULT
from tests.attachments.making import printed
from tests.checks.city import CASE, FUNDS
from tests.city import CODES
from tests.desk.people import signed_in
from tests.my.people import agent, browser, oneself, owner, text
from tests.once import city as shared
from tests.reports.city import build, company

pytestmark = pytest.mark.django_db
FINANCE = Actor("user:finance", [Assignment(Role.INTAKE, "finance")])
WINDOW = Actor("user:window", [Role.WINDOW])
REVIEWER = Actor("user:reviewer", [Role.REVIEWER])
PLAIN = {"report": "credit-report", "use": "bidding", "language": "zh", "request": "r-1"}
SPECIAL = {
    "report": "special-report", "use": "approval", "language": "zh", "request": "r-2", "since": "2024-01-01",
    "until": "2026-11-30", "domain-market": "1", "domain-taxation": "1",
}  # fmt: skip


city, _built = shared(build, autouse=True)


def asked(client: Client, form: dict[str, str]) -> Document:
    answer = client.post("/my/reports", form)
    assert answer.status_code == 302, answer.content.decode()
    return Document.objects.get(number=answer.headers["Location"].partition("made=")[2])


def words_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def test_one_asks_downloads_and_has_the_same_bytes_for_ever() -> None:
    client = owner()
    made = asked(client, PLAIN)
    assert re.fullmatch(r"\d{17}[0-9A-Z]{5}", made.number)
    page = text(client, f"/my/reports?made={made.number}")
    assert f"/my/reports/{made.number}.pdf" in page
    first = client.get(f"/my/reports/{made.number}.pdf")
    assert first.headers["Content-Type"] == "application/pdf"
    assert client.get(f"/my/reports/{made.number}.pdf").content == first.content == issuing.pdf(made)
    said = words_of(first.content)
    for word in (
        "公共信用信息报告",
        made.number,
        "济南甲样例机械有限公司",
        "招投标",
        "济历罚〔2026〕2号",
        "查询期内无相关信息",
        "十、信用状况提升建议",
    ):
        assert word in said
    twin = json.loads(client.get(f"/my/reports/{made.number}.json").content)
    assert twin["credentialSubject"]["chapters"][1]["count"] == 3
    assert AuditLine.objects.filter(act="reports.download").count() == 3


def test_the_same_form_sent_twice_is_one_report_and_another_is_another() -> None:
    client = owner()
    assert asked(client, PLAIN) == asked(client, PLAIN)
    assert asked(client, PLAIN | {"request": "r-9"}).number != asked(client, PLAIN).number
    assert Case.objects.filter(kind="credit-report").count() == 2


def test_the_special_report_is_asked_for_by_domains_and_period() -> None:
    client = owner()
    made = asked(client, SPECIAL)
    said = words_of(issuing.pdf(made))
    for word in ("无违法违规记录", "【已修复】", "济历当罚〔2026〕1号", "2024年1月1日", "市场监管"):
        assert word in said
    assert made.kind == "special-report"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"domain-market": "", "domain-taxation": ""}, "没有选择领域"),
        ({"since": "2010-01-01"}, "查询期间不正确"),
        ({"until": "2199-12-31"}, "查询期间不正确"),
        ({"until": "9999-12-31"}, ""),
        ({"since": "某日"}, "日期"),
        ({"use": "fun"}, "请从列表中选择"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_on_it_and_nothing_is_issued(changed: dict[str, str], said: str) -> None:
    answer = owner().post("/my/reports", SPECIAL | changed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Document.objects.exists()


def test_in_english_the_report_is_english() -> None:
    made = asked(owner(language="en"), PLAIN | {"language": "en"})
    assert "Administrativeacts" in words_of(issuing.pdf(made))


def test_nobody_downloads_another_s_report() -> None:
    made = asked(owner(), PLAIN)
    for client in (owner(1, "another"), oneself()):
        assert client.get(f"/my/reports/{made.number}.pdf").status_code == 404
        assert f"{made.number}.pdf" not in client.get(f"/my/reports?made={made.number}").content.decode()
    assert AuditLine.objects.filter(act="access.refused", target=f"document:{made.number}").count() == 2
    assert browser("nobody").get(f"/my/reports/{made.number}.pdf").status_code == 403


def test_a_person_s_report_is_for_the_person_and_shows_no_number() -> None:
    made = asked(oneself(), {"report": "person-report", "language": "zh", "request": "p-1"})
    said = words_of(issuing.pdf(made))
    assert "济历罚〔2026〕9号" in said
    assert ADULT not in said
    assert ADULT not in issuing.json(made).decode()


def test_an_agent_asks_where_the_authorisation_names_the_archive() -> None:
    client, _ = agent(Scope.ARCHIVE, until=today() + dt.timedelta(days=9))
    made = asked(client, PLAIN)
    assert "委托" in made.applicant
    other, _ = agent(Scope.REPAIR, until=today() + dt.timedelta(days=9), name="repairer")
    assert other.get("/my/reports").status_code == 403
    assert other.post("/my/reports", PLAIN).status_code == 403


def commissioned(**form: str) -> Case:
    given = accept(WINDOW, io.BytesIO(printed()), name="授权书.pdf", kind="other", subject_id=company(0).pk)
    asked_for = {"report": "credit-report", "applicant": "某银行济南分行", "use": "loan", "request": "w-1"} | form
    return beginning.begin(
        WINDOW,
        "report-for-another",
        subject=CODES[0],
        statement="授权查询一次，用于贷款",
        form=asked_for,
        papers=[str(given.pk)],
    )


def test_another_s_request_is_reviewed_and_its_subject_hears_of_each_step() -> None:
    case = commissioned()
    assert case.state == "filed"
    engine.perform(REVIEWER, case.number, "grant", {"reason": "授权书与申请一致"})
    made = Document.objects.get(about=f"report:{case.number}")
    assert made.applicant == "某银行济南分行"
    assert made.number in text(owner(), "/my/reports")
    assert list(Notice.objects.filter(case=case).order_by("pk").values_list("key", flat=True)) == [
        "report-asked", "report-issued",
    ]  # fmt: skip
    assert Access.objects.filter(subject_id=company(0).pk, viewer="agent", purpose__contains="某银行").exists()


def test_a_request_that_is_refused_issues_nothing() -> None:
    case = commissioned()
    engine.perform(REVIEWER, case.number, "refuse", {"reason": "授权书已过期"})
    assert not Document.objects.exists()


def test_a_person_s_report_is_not_issued_to_others() -> None:
    with pytest.raises(ReportError, match="不适用"):
        commissioned(report="person-report")


def test_the_office_issues_what_the_public_may_have_or_what_a_purpose_opens() -> None:
    made, body = office.issue_for(FINANCE, CODES[0], form="pdf")
    assert body == issuing.pdf(made)
    with pytest.raises(ReportError, match="写明办理的事项"):
        office.issue_for(FINANCE, CODES[0], form="pdf", purpose="fiscal-funds")
    checked, _ = office.issue_for(FINANCE, CODES[0], form="json", purpose="fiscal-funds", matter="设备补贴")
    assert "信用核查报告" in checked.title
    with pytest.raises(ReportError, match="没有找到"):
        office.issue_for(FINANCE, "91370102QX00000000", form="pdf")
    held = Actor("user:both", [Assignment(Role.INTAKE, "finance")])
    held.own.append(frozenset({company(0).pk}))
    with pytest.raises(OwnMatter):
        office.issue_for(held, CODES[0], form="pdf")


def batch() -> Batch:
    made = check(FINANCE, FUNDS, [*CODES[:2], CODES[0], "91370102QX00000000"], source="one", **CASE)
    return batches.begin(FINANCE, made.number)


def test_a_batch_issues_a_report_about_each_of_a_check_once() -> None:
    made = batch()
    assert batches.begin(FINANCE, made.check_of.number) == made
    assert work.perform(batches.BATCHES, made.pk)
    made.refresh_from_db()
    assert (made.state, made.issued, made.left_out) == ("done", 2, 2)
    documents = list(Document.objects.filter(about__contains=":check:"))
    assert [one.valid_until for one in documents] == [made.check_of.valid_until] * 2
    with bundle(made) as file, zipfile.ZipFile(file) as packed:
        assert len(packed.namelist()) == 5
        index = packed.read("index.csv").decode("utf-8-sig").splitlines()
        assert len(index) == 5
        assert packed.read(f"{documents[0].number}.pdf") in {issuing.pdf(one) for one in documents}


def test_a_batch_that_broke_off_goes_on_and_issues_nothing_twice() -> None:
    made = batch()
    first = made.check_of.results.get(position=1)
    batches.issue_one(FINANCE, made.check_of, first, "zh")
    assert work.perform(batches.BATCHES, made.pk)
    assert Document.objects.count() == 2


def test_a_department_watches_its_own_batches_and_no_other_s() -> None:
    number = check(FINANCE, FUNDS, [CODES[0]], source="one", **CASE).number
    clerk = signed_in(Role.INTAKE, provider="finance", name="clerk")
    answer = clerk.post("/desk/report-batches", {"check": number, "language": "zh"})
    assert answer.status_code == 302
    made = Batch.objects.get()
    assert clerk.get(f"/desk/report-batches/{made.pk}/file.zip").status_code == 404
    work.perform(batches.BATCHES, made.pk)
    assert "已出具 1 份" in clerk.get(f"/desk/report-batches/{made.pk}").content.decode()
    packed = b"".join(clerk.get(f"/desk/report-batches/{made.pk}/file.zip").streaming_content)
    assert zipfile.ZipFile(io.BytesIO(packed)).testzip() is None
    other = signed_in(Role.INTAKE, provider="taxation", name="other")
    for path in (f"/desk/report-batches/{made.pk}", f"/desk/report-batches/{made.pk}/file.zip"):
        assert other.get(path).status_code == 404
    assert other.post("/desk/report-batches", {"check": number, "language": "zh"}).status_code == 422


def test_a_batch_of_a_check_that_has_expired_is_refused() -> None:
    made = check(FINANCE, FUNDS, [CODES[0]], source="one", **CASE)
    with travel(now() + dt.timedelta(days=400)), pytest.raises(ReportError, match="已失效"):
        batches.begin(FINANCE, made.number)


def test_who_holds_a_number_verifies_without_an_account() -> None:
    made = asked(owner(), PLAIN)
    page = Client(headers={"accept-language": "zh-CN"}).get(f"/verify/{made.number}")
    assert page.status_code == 200
    assert "济南甲样例机械有限公司" not in page.content.decode()
