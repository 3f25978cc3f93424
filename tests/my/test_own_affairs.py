"""Consents, notices, readings, the languages and the thrift of a subject's own pages."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.people import add_account, add_organisation
from quanxin.archive import access, definitions, viewers
from quanxin.archive.models import Record
from quanxin.calendar import now, travel
from quanxin.casework.models import Case, Notice
from quanxin.rights import consents, new_record_notices
from quanxin.rights.consent_models import Consent
from tests.casework.acts import cases, repairs
from tests.city import CODES, hand_in, penalty
from tests.desk.people import PASSWORD, signed_in
from tests.my.people import owner, text
from tests.once import city
from tests.rights.life import DECIDER, LATER, WINDOW, company, morning, penalised
from tests.rights.test_repairs import settle_positions

pytestmark = pytest.mark.django_db
UNTIL = "2026-12-31"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def built(folder: Path) -> Record:
    with travel(dt.date(2026, 5, 15)):
        made = penalised(folder)
        settle_positions()
        new_record_notices.follow()
        return made


record, _built = city(built)


@pytest.fixture
def bank() -> Actor:
    add_organisation(operator(), "spring-bank", name="泉城样例银行", kind="bank")
    add_account(operator(), "banker", password=PASSWORD, role=Role.BANK, organisation="spring-bank")
    return Actor("user:banker", [Assignment(Role.BANK, organisation="spring-bank")])


def given(client: Client, **changes: object) -> str:
    sent = {"institution": "spring-bank", "item": ["utilities"], "until": UNTIL, "alert": "1"} | changes
    answer = client.post("/my/consents/give/financing-operations", sent)
    assert answer.status_code == 302
    return str(answer["Location"])


# --- consents ----------------------------------------------------------------------------------------------------


def test_a_consent_is_given_used_told_and_revoked_once_confirmed(record: Record, bank: Actor) -> None:
    with travel(morning(LATER)):
        client = owner()
        form = text(client, "/my/consents/give/financing-operations")
        assert "撤回立即生效" in form
        assert "泉城样例银行" in form
        where = given(client)
        assert given(client) == where, "sent twice it is one consent"
        consents.read(bank, Consent.objects.get().pk)
        assert "使用过 1 次" in text(client, "/my/consents")
        assert "0 条" in text(client, where)
        assert "泉城样例银行" in text(client, "/my/readings?kind=institution")
        assert client.post(where + "/narrow", {"item": ["utilities"], "until": "2030-01-01"}).status_code == 422
        assert client.post(where + "/narrow", {"item": ["utilities"], "until": "2026-09-30"}).status_code == 302
        assert "2026年9月30日" in text(client, where)
        assert client.post(where + "/revoke").status_code == 200
        assert Consent.objects.get().revoked_at is None
        for _ in range(2):
            assert client.post(where + "/revoke", {"confirmed": "1"}).status_code == 302
        assert "已撤销" in text(client, where)
        told = list(Notice.objects.filter(key__startswith="consent").order_by("id").values_list("key", flat=True))
        assert told == ["consent-granted", "consent-used", "consent-narrowed", "consent-revoked"]


@pytest.mark.parametrize(("changes", "said"), [
    ({"item": []}, "请选择要授权的事项"), ({"until": "2030-01-01"}, "授权期限"), ({"until": ""}, "授权期限"),
    ({"institution": "none"}, "没有这家机构"),
])  # fmt: skip
def test_what_is_missing_is_said_and_the_form_keeps_what_was_filled_in(
    record: Record, bank: Actor, changes: dict[str, object], said: str
) -> None:
    with travel(morning(LATER)):
        sent = {"institution": "spring-bank", "item": ["utilities"], "until": UNTIL} | changes
        answer = owner().post("/my/consents/give/financing-operations", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Consent.objects.exists()


def test_what_is_sensitive_stands_apart_and_another_s_consent_is_not_there(record: Record, bank: Actor) -> None:
    with travel(morning(LATER)):
        client, other = owner(), owner(1, "other")
        shown = text(client, "/my/consents")
        assert (
            shown.index("financing-operations") < shown.index("敏感信息，逐项单独授权") < shown.index("financing-tax")
        )
        where = given(client)
        text(other, where, 404)
        assert other.post(where + "/revoke", {"confirmed": "1"}).status_code == 404
        assert Consent.objects.get().revoked_at is None
        text(client, "/my/consents/give/no-such-text", 404)


# --- notices -----------------------------------------------------------------------------------------------------


def test_a_notice_is_unread_until_its_reader_says_so(record: Record) -> None:
    with travel(morning(LATER)):
        client, other = owner(), owner(1, "other")
        Notice.objects.filter(key="binding-made").update(read_at=now(), read_by="user:owner")  # each was told of theirs
        notice = Notice.objects.get(read_at=None)
        shown = text(client, "/my/notices")
        assert "信用修复告知书" in shown
        assert "2026年8月12日起可以申请" in shown
        assert f'href="/my/records/{record.subject_id}-{record.id}"' in shown
        assert 'class="unread">1' in text(client, "/my/")
        other.post("/my/notices/read", {"notice": notice.pk})
        assert 'class="unread">1' in text(client, "/my/")
        client.post("/my/notices/read", {"notice": notice.pk})
        assert 'class="unread"' not in text(client, "/my/")
        notice.refresh_from_db()
        assert notice.read_by == "user:owner"
        client.post("/my/notices/read")


# --- readings ----------------------------------------------------------------------------------------------------


def test_readers_are_named_as_organisations_or_roles_and_narrowed_by_kind(record: Record) -> None:
    with travel(morning(LATER)):
        signed_in(Role.INTAKE, provider="market-regulation", name="clerk")
        clerk = Actor("user:clerk", frozenset({Role.INTAKE}))
        access.note_access(viewers.department(clerk, "核对本单位记录"), company())
        access.note_access(viewers.centre(operator(), "核对招标资格"), company())
        client = owner()
        shown = text(client, "/my/readings")
        assert "市场监督管理局" in shown
        assert "user:clerk" not in shown
        narrowed = text(client, "/my/readings?kind=centre")
        assert "核对招标资格" in narrowed
        assert "核对本单位记录" not in narrowed


# --- thrift and languages ----------------------------------------------------------------------------------------


def busy(client: Client, record: Record, tmp_path: Path) -> list[str]:
    """A subject with many records, cases, consents and notices; the addresses of its pages."""
    more = [
        penalty(0, f"济历罚〔2026〕多{n}号", decision_date="2026-05-13", valid_until="2027-05-13") for n in range(12)
    ]
    hand_in(tmp_path, "administrative-penalty", more, name="more.csv")
    settle_positions()
    new_record_notices.follow()
    at = f"/my/records/{record.subject_id}-{record.id}"
    client.post(at + "/objection", {"statement": "金额有误。"})
    repair = client.post(at + "/repair", {"committed": "1", "ask_department": "1"})["Location"]
    case = cases.forward(WINDOW, Case.objects.get(kind="repair").number)
    repairs.accept(DECIDER, case.number)
    cases.ask(DECIDER, case.number, "请补充。")
    others = Record.objects.filter(resource="administrative-penalty", superseded_at=None).exclude(pk=record.pk)
    for one in others[:5]:
        client.post(f"/my/records/{one.subject_id}-{one.id}/repair", {"committed": "1", "ask_department": "1"})
    granted = Case.objects.filter(kind="repair", state="filed").order_by("id").first()
    assert granted is not None
    cases.forward(WINDOW, granted.number)
    repairs.accept(DECIDER, granted.number)
    repairs.grant(DECIDER, granted.number, performed=True)
    consent = given(client)
    last = others.last()
    assert last is not None
    free = f"/my/records/{last.subject_id}-{last.id}"
    return [
        "/my/",
        "/my/records",
        at,
        free,
        free + "/repair",
        free + "/objection",
        "/my/cases",
        repair,
        repair + "/retract",
        f"/my/cases/{granted.number}",
        "/my/consents",
        "/my/consents/give/financing-operations",
        consent,
        consent + "/revoke",
        "/my/readings",
        "/my/notices",
        "/my/agents",
    ]


def test_no_page_asks_more_than_fifteen_times_and_each_is_complete_in_english(
    record: Record, bank: Actor, tmp_path: Path
) -> None:
    with travel(morning(LATER)):
        client = owner()
        paths = busy(client, record, tmp_path)
        english = Client(headers={"accept-language": "en-GB"})
        english.cookies = client.cookies
        left: dict[str, list[str]] = {}
        for path in [*paths, "/my/acting"]:
            text(client, path)
            assert definitions._by_batch
            with CaptureQueriesContext(connection) as asked:
                text(client, path)
            assert len(asked) <= 15, path + "\n" + "\n".join(q["sql"][:140] for q in asked.captured_queries)
            main = text(english, path).split("<main", 1)[1].split("</main>", 1)[0]
            main = re.sub(r"<(dd|td|blockquote|option)\b.*?</\1>", "", main, flags=re.DOTALL)
            words = [w for w in re.findall(r">([^<>]+)<", main) if CHINESE.search(w)]
            left[path] = [w.strip() for w in words if not any(own in w for own in OWN)]
        assert {path: words for path, words in left.items() if words} == {}


# names, numbers and what people wrote stay as they are
OWN = ("济南甲样例机械有限公司", "济历罚〔2026〕", "泉城样例银行", "金额有误", "请补充", "《", "缴款凭证", "号", "中文")


def test_forms_say_what_was_wrong_in_english_too(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner(language="en-GB")
        at = f"/my/records/{record.subject_id}-{record.id}"
        shown = client.post(at + "/repair", {"ask_department": "1"}).content.decode()
        assert "The commitment is needed." in shown
        assert "Read it and tick the box." in shown
        assert "1 October 2026" not in shown
        assert escape(CODES[0])[:2] in text(client, "/my/")
