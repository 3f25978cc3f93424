"""From the record to the decision on a subject's own pages, and what is refused on the way."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quanxin.accounts import operator
from quanxin.accounts.agency import Scope
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Access, Record, Restriction
from quanxin.attachments.accept import of_case
from quanxin.attachments.models import Attachment
from quanxin.calendar import travel
from quanxin.casework.models import Case
from quanxin.sharing import feed, subscriptions
from tests.attachments.making import printed
from tests.casework.acts import State, cases, objections, repairs
from tests.city import CODES, NAMES, hand_in, penalty
from tests.my.people import agent, owner, text
from tests.once import city
from tests.rights.life import (
    DECIDED,
    DECIDER,
    EARLY,
    LATER,
    REVIEWER,
    WINDOW,
    granted,
    morning,
    penalised,
    penalised_row,
)
from tests.rights.test_repairs import settle_positions

pytestmark = pytest.mark.django_db
RECEIVERS = (("bank", "样例银行"), ("insurer", "样例保险公司"))


def built(folder: Path) -> Record:
    with travel(dt.date(2026, 5, 15)):
        return penalised(folder)


record, _built = city(built)


def at(record: Record, what: str = "") -> str:
    return f"/my/records/{record.subject_id}-{record.id}{what}"


def proof(name: str = "缴款凭证.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, printed(), content_type="application/pdf")


def test_too_early_the_page_names_the_day_and_has_no_form(record: Record) -> None:
    with travel(morning(EARLY)):
        client = owner()
        shown = text(client, at(record, "/repair"))
        assert "2026年8月12日起可以申请修复" in shown
        assert "缴清罚款" in shown
        assert 'name="committed"' not in shown
        assert "2026年8月12日起可以申请" in text(client, at(record))
        assert "2026年8月12日起可以申请" in text(client, "/my/")
        answer = client.post(at(record, "/repair"), {"committed": "1", "ask_department": "1"})
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_a_proof_is_uploaded_once_and_the_case_names_the_next_step(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        assert "申请修复" in text(client, "/my/")
        form = client.post(at(record, "/repair"), {"upload": "1", "file": proof()})
        assert form.status_code == 200
        paper = Attachment.objects.get()
        assert str(paper.pk) in form.content.decode()
        unticked = client.post(at(record, "/repair"), {"paper": str(paper.pk)})
        assert unticked.status_code == 422
        assert "须作出信用承诺" in unticked.content.decode()
        assert str(paper.pk) in unticked.content.decode()
        sent = {"paper": str(paper.pk), "committed": "1", "contact": "0531-1234567"}
        first, again = (client.post(at(record, "/repair"), sent) for _ in range(2))
        assert first["Location"] == again["Location"]
        case = Case.objects.get()
        assert [one.pk for one in of_case(case.reference)] == [paper.pk]
        shown = text(client, first["Location"])
        assert case.number in shown
        # one working day after Tuesday, 1 September 2026
        assert "信用中心在 2026年9月2日 前转给" in shown
        assert "缴款凭证.pdf" in shown
        saved = client.get(f"/my/attachments/{paper.pk}")
        assert saved.status_code == 200
        assert b"".join(saved.streaming_content)[:4] == b"%PDF"  # type: ignore[attr-defined]
        assert Access.objects.filter(viewer="paper").count() == 1


def test_a_paper_can_be_dropped_before_it_is_sent_and_a_bad_one_says_why(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        client.post(at(record, "/repair"), {"upload": "1", "file": proof()})
        paper = Attachment.objects.get()
        bad = SimpleUploadedFile("x.exe", b"MZ" + bytes(200))
        form = client.post(at(record, "/repair"), {"upload": "1", "paper": str(paper.pk), "file": bad})
        assert form.status_code == 422
        assert "不接收这种文件" in form.content.decode()
        assert str(paper.pk) in form.content.decode()
        dropped = client.post(at(record, "/repair"), {"paper": str(paper.pk), "drop": str(paper.pk)})
        assert str(paper.pk) not in dropped.content.decode()
        paper.refresh_from_db()
        assert paper.removed_at is not None


def test_a_granted_repair_is_shown_everywhere_and_a_refusal_may_be_followed(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        sent = {"ask_department": "1", "committed": "1"}
        where = client.post(at(record, "/repair"), sent)["Location"]
        case = cases.forward(WINDOW, Case.objects.get().number)
        assert "决定是否受理" in text(client, where)
        repairs.accept(DECIDER, case.number)
        assert "2026年9月15日 前作出决定" in text(client, where)
        repairs.refuse(DECIDER, case.number, "罚款尚未缴清。")
        shown = text(client, where)
        assert "罚款尚未缴清。" in shown
        assert "重新申请" in shown
        again = client.get(at(record, "/repair")).content.decode()
        assert case.number in again
        assert "罚款尚未缴清。" in again
        client.post(at(record, "/repair"), sent)
        second = Case.objects.exclude(pk=case.pk).get()
        assert second.after == case
        cases.forward(WINDOW, second.number)
        repairs.accept(DECIDER, second.number)
        repairs.grant(DECIDER, second.number, performed=True)
        assert "已准予修复" in text(client, f"/my/cases/{second.number}")
        assert "已修复" in text(client, "/my/records")
        assert "已经修复" in text(client, at(record))


def test_a_granted_repair_shows_who_receives_the_record_and_who_has_taken_it_in(record: Record) -> None:
    with travel(morning(LATER)):
        consumers = [subscriptions.add_consumer(operator(), key, title=title) for key, title in RECEIVERS]
        for one in consumers:
            subscriptions.grant(operator(), one, record.resource, purpose="sharing", basis="协议")
        client = owner()
        number = granted(record).number
        settle_positions()
        shown = text(client, f"/my/cases/{number}")
        assert "谁已更新" in shown
        assert shown.count("尚未回报") == len(RECEIVERS)
        subscriptions.acknowledge(consumers[0], str(feed.latest()))
        shown = text(client, f"/my/cases/{number}")
    assert all(title in shown for _, title in RECEIVERS)
    assert shown.count("尚未回报") == len(RECEIVERS) - 1
    assert "更新时间" in shown


def test_a_granted_repair_that_nobody_receives_names_nobody(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        number = granted(record).number
        settle_positions()
        assert "谁已更新" not in text(client, f"/my/cases/{number}")


def test_what_is_asked_for_is_answered_and_a_case_is_taken_back_once_confirmed(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        client.post(at(record, "/repair"), {"ask_department": "1", "committed": "1"})
        number = cases.forward(WINDOW, Case.objects.get().number).number
        repairs.accept(DECIDER, number)
        cases.ask(DECIDER, number, "请提供缴款凭证。")
        assert "等您处理" in text(client, "/my/")
        assert "请提供缴款凭证。" in text(client, f"/my/cases/{number}")
        empty = client.post(f"/my/cases/{number}/answer", {"reason": " ", "file": proof()})
        assert empty.status_code == 422
        kept = Attachment.objects.get()
        assert str(kept.pk) in empty.content.decode()
        assert (
            client.post(f"/my/cases/{number}/answer", {"reason": "已上传。", "paper": str(kept.pk)}).status_code == 302
        )
        assert Case.objects.get().state == "accepted"
        assert [one.pk for one in of_case(Case.objects.get().reference)] == [kept.pk]
        assert client.post(f"/my/cases/{number}/retract").status_code == 200
        assert Case.objects.get().state == "accepted"
        for _ in range(2):
            assert client.post(f"/my/cases/{number}/retract", {"confirmed": "1"}).status_code == 302
        assert Case.objects.get().state == "retracted"


def test_an_objection_marks_joins_and_shows_old_beside_new(record: Record, tmp_path: Path) -> None:
    with travel(morning(LATER)):
        client = owner()
        assert client.post(at(record, "/objection"), {"statement": " "}).status_code == 422
        said = {"statement": "罚款金额有误，应为0.3万元。"}
        first, again = (client.post(at(record, "/objection"), said) for _ in range(2))
        assert first["Location"] == again["Location"]
        assert "异议处理中" in text(client, "/my/records")
        other = client.post(at(record, "/objection"), {"statement": "日期也有误。"})
        case = Case.objects.get(state="filed")
        assert f"/my/cases/{case.number}" in text(client, other["Location"])
        cases.forward(WINDOW, case.number)
        objections.take_up(DECIDER, case.number)
        hand_in(tmp_path, "administrative-penalty", [penalised_row(fine="0.3")], name="corrected.csv")
        objections.uphold(DECIDER, case.number, "金额录入有误，已更正。", State.CORRECTED)
        shown = text(client, first["Location"])
        assert "<del>0.5 万元</del>" in shown
        assert "<ins>0.3 万元</ins>" in shown
        moved = client.get(at(record))
        assert moved.status_code == 302, "the address of an earlier version leads to the present one"
        assert moved["Location"] != at(record)


def test_a_dismissed_objection_may_be_looked_at_once_more(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        where = client.post(at(record, "/objection"), {"statement": "没有占道。"})["Location"]
        number = cases.forward(WINDOW, Case.objects.get().number).number
        objections.take_up(DECIDER, number)
        objections.dismiss(DECIDER, number, "现场照片清楚。")
        assert "仍然不同意" in text(client, where)
        assert client.post(f"/my/cases/{number}/second-look", {"statement": " "}).status_code == 422
        first, again = (
            client.post(f"/my/cases/{number}/second-look", {"statement": "照片不是我店。"}) for _ in range(2)
        )
        assert first["Location"] == again["Location"]
        assert "2026年9月15日 前告诉您结果" in text(client, first["Location"])
        assert "仍然不同意" not in text(client, where)
        look = Case.objects.get(kind="second-look")
        objections.second_look(REVIEWER, look.number, "理由充分。", returned=False)
        assert "维持了原来的答复" in text(client, first["Location"])


def test_a_withdrawn_record_says_so_to_its_subject_alone(record: Record) -> None:
    from quanxin.accounts import operator
    from quanxin.archive.models import Withdrawal
    from quanxin.intake import withdrawals

    with travel(morning(LATER)):
        client, other = owner(), owner(1, "other")
        withdrawals.withdraw(
            operator(),
            record.provider,
            [(record.subject_id, record.id)],
            kind=Withdrawal.Kind.REVOKED,
            reason="撤销原处罚",
        )
        assert "已由来源单位撤下" in text(client, at(record), 410)
        assert "撤下" not in text(other, at(record), 404)


def rewarded(folder: Path) -> Record:
    """An honour of the company."""
    row = {
        "subject_name": NAMES[0], "uscc": CODES[0], "honour": "守合同重信用企业", "level": "市级",
        "decision_date": "2025-03-01", "authority_name": "济南市市场监督管理局",
    }  # fmt: skip
    hand_in(folder, "credit-honour", [row], name="honour.csv")
    return Record.objects.get(resource="credit-honour")


def test_an_honour_goes_once_its_holder_confirms_and_nothing_else_does(tmp_path: Path, record: Record) -> None:
    with travel(morning(LATER)):
        honour, client = rewarded(tmp_path), owner()
        assert "申请删除" in text(client, at(honour))
        assert "申请删除" not in text(client, at(record))
        assert client.post(at(record, "/honour-deletion"), {"confirmed": "1"}).status_code == 422
        assert "确认删除" in client.post(at(honour, "/honour-deletion")).content.decode()
        assert not Restriction.objects.exists()
        for _ in range(2):
            assert client.post(at(honour, "/honour-deletion"), {"confirmed": "1"}).status_code == 302
        assert Restriction.objects.get().kind == "deleted"
        assert "依本人申请删除" in text(client, "/my/records")
        assert "已按您的要求删除" in text(client, at(honour))
        assert at(honour, "/honour-deletion") not in text(client, at(honour))
        assert [case.kind for case in Case.objects.filter(open=False)] == ["honour-deletion"]
        assert "守合同重信用企业" not in text(client, f"/subject/{CODES[0]}")


def test_no_agent_deletes_an_honour(tmp_path: Path, record: Record) -> None:
    with travel(morning(LATER)):
        honour = rewarded(tmp_path)
        client, _ = agent(*Scope, until=LATER)
        assert "申请删除" not in text(client, at(honour))
        assert client.post(at(honour, "/honour-deletion"), {"confirmed": "1"}).status_code == 403
        assert not Restriction.objects.exists()


def test_another_s_record_and_case_are_not_there_and_the_try_is_on_record(record: Record) -> None:
    with travel(morning(LATER)):
        client, other = owner(), owner(1, "other")
        case = client.post(at(record, "/objection"), {"statement": "金额有误。"})["Location"]
        before = AuditLine.objects.filter(act="access.refused").count()
        tried = [
            at(record),
            at(record, "/repair"),
            at(record, "/objection"),
            at(record, "/honour-deletion"),
            case,
            case + "/retract",
        ]
        for path in tried:
            text(other, path, 404)
        assert other.post(case + "/retract", {"confirmed": "1"}).status_code == 404
        assert other.post(at(record, "/objection"), {"statement": "x"}).status_code == 404
        assert AuditLine.objects.filter(act="access.refused").count() == before + len(tried) + 2
        assert Case.objects.get().open


def test_another_s_paper_is_refused(record: Record) -> None:
    with travel(morning(LATER)):
        client, other = owner(), owner(1, "other")
        client.post(at(record, "/repair"), {"file": proof(), "committed": "1"})
        paper = Attachment.objects.get()
        text(other, f"/my/attachments/{paper.pk}", 404)
        assert other.post(at(record, "/repair"), {"paper": str(paper.pk), "committed": "1"}).status_code == 404
        text(client, "/my/attachments/00000000-0000-4000-8000-000000000000", 404)


def test_everything_is_taken_away_as_json(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        client.post(at(record, "/objection"), {"statement": "金额有误。"})
        lines = Access.objects.count()
        answer = client.get("/my/export.json")
        held = json.loads(answer.content)
        assert "attachment" in answer["Content-Disposition"]
        assert held["subject"]["code"] == CODES[0]
        assert held["cases"][0]["statement"] == "金额有误。"
        assert held["cases"][0]["filed_at"].startswith("2026-09-01T")
        assert DECIDED.isoformat() in answer.content.decode()
        assert Access.objects.count() == lines + 1
        assert AuditLine.objects.filter(act="rights.export").count() == 1


def test_many_records_are_paged_and_narrowed(tmp_path: Path, record: Record) -> None:
    with travel(dt.date(2026, 5, 16)):
        more = [
            penalty(0, f"济历罚〔2026〕多{n}号", decision_date="2026-05-13", valid_until="2027-05-13")
            for n in range(25)
        ]
        hand_in(tmp_path, "administrative-penalty", more, name="more.csv")
        client = owner()
        first, last = (text(client, f"/my/records?chapter=negative&page={n}") for n in (1, 2))
        assert first.count('<article class="record') == 20
        assert last.count('<article class="record') == 6
        assert "?chapter=negative&amp;page=2" in first
        assert text(client, "/my/records?chapter=neutral").count('<article class="record') == 1
