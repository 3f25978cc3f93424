"""Reading others' records at the desk, and the auditor who sees it."""

from __future__ import annotations

import csv
import io
import logging
import re
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_account, add_organisation
from quanxin.archive.models import Access
from quanxin.calendar import now, today
from quanxin.desk.audit import PAGE
from quanxin.ledger import signed, signing
from quanxin.rights import consents
from quanxin.rights.consent_models import Consent
from tests.city import CODES, NAMES, hand_in, licence, penalty, person, register
from tests.desk.people import PASSWORD, signed_in
from tests.once import city
from tests.rights.life import owner

pytestmark = pytest.mark.django_db
NUMBER = str(person()["identity_number"])


def records(folder: Path) -> None:
    register(folder)
    hand_in(folder, "administrative-penalty", [penalty(0), penalty(1, "罚2号") | person()], name="p.csv")
    hand_in(folder, "administrative-licence", [licence(0)], name="l.csv")


_records, _built = city(records, autouse=True)


def member(role: Role, key: str, kind: str, name: str) -> Client:
    add_organisation(operator(), key, name=f"样例{name}", kind=kind)
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(add_account(operator(), name, password=PASSWORD, role=role, organisation=key))
    return client


# --- for a purpose -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "provider", "purpose", "viewer"),
    [
        (Role.SUPERVISOR, "", "supervision", "supervisor"),
        (Role.INTAKE, "taxation", "licensing", "department"),
        (Role.DECIDER, "taxation", "supervision", "department"),
    ],
)
def test_what_is_shared_is_read_for_a_purpose_and_leaves_its_line(
    role: Role, provider: str, purpose: str, viewer: str
) -> None:
    client = signed_in(role, provider=provider, name="reader")
    form = client.get("/desk/reading").content.decode()
    assert f'value="{purpose}"' in form
    assert 'value="financing"' not in form
    answer = client.post("/desk/reading", {"how": "sharing", "purpose": purpose, "code": CODES[0]})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    text = answer.content.decode()
    assert NAMES[0] in text
    assert "济历罚〔2025〕1号" in text
    line = Access.objects.get(actor="user:reader")
    assert (line.viewer, line.purpose) == (viewer, purpose)


@pytest.mark.parametrize(("purpose", "code", "status", "words"), [
    ("licensing", CODES[0], 403, "没有办理此事的权限"), ("financing", CODES[0], 403, "没有办理此事的权限"),
    ("nothing", CODES[0], 403, "没有办理此事的权限"), ("supervision", "1", 422, "没有找到该主体"),
])  # fmt: skip
def test_what_a_supervisor_may_not_read_is_refused(purpose: str, code: str, status: int, words: str) -> None:
    client = signed_in(Role.SUPERVISOR, name="reader")
    answer = client.post("/desk/reading", {"how": "sharing", "purpose": purpose, "code": code})
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Access.objects.filter(actor="user:reader").exists()
    if status == 403:
        assert AuditLine.objects.get(act="access.refused").actor == "user:reader"


def test_another_district_is_refused_with_a_line() -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(add_account(operator(), "far", password=PASSWORD, role=Role.SUPERVISOR, district="370103"))
    answer = client.post("/desk/reading", {"how": "sharing", "purpose": "supervision", "code": CODES[0]})
    assert answer.status_code == 422
    assert NAMES[0] not in answer.content.decode()
    assert AuditLine.objects.filter(act="access.refused", actor="user:far").count() == 1


# --- persons -----------------------------------------------------------------------------------------------------


def test_a_personnel_authority_reads_by_a_number_that_is_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = member(Role.PERSONNEL, "zzb", "personnel", "hr")
    answer = client.post("/desk/reading", {"how": "personnel", "purpose": "personnel-review", "identity": NUMBER})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "罚2号" in text
    assert NUMBER not in text
    assert NUMBER not in caplog.text
    assert NUMBER not in str(list(AuditLine.objects.values()))
    assert NUMBER not in str(list(Access.objects.values()))
    assert Access.objects.get(actor="user:hr").viewer == "personnel"


@pytest.mark.parametrize(("identity", "words"), [
    ("370102199003074519", "没有找到该主体"), ("123", "身份证件号码不正确"), ("370102201503071015", "未成年人"), ("", "不正确"),
])  # fmt: skip
def test_a_number_that_is_none_or_a_minors_is_refused(identity: str, words: str) -> None:
    client = member(Role.PERSONNEL, "zzb", "personnel", "hr")
    answer = client.post("/desk/reading", {"how": "personnel", "purpose": "personnel-review", "identity": identity})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert not identity or identity not in text


def test_a_personnel_authority_reads_no_organisation_and_others_no_person() -> None:
    hr = member(Role.PERSONNEL, "zzb", "personnel", "hr")
    assert hr.post("/desk/reading", {"how": "sharing", "purpose": "supervision", "code": CODES[0]}).status_code == 403
    boss = signed_in(Role.SUPERVISOR, name="boss")
    sent = {"how": "personnel", "purpose": "personnel-review", "identity": NUMBER}
    assert boss.post("/desk/reading", sent).status_code == 403


# --- by consent --------------------------------------------------------------------------------------------------


@pytest.fixture
def consent() -> Consent:
    add_organisation(operator(), "bank", name="样例银行", kind="bank")
    text = consents.offered()[0]
    return consents.grant(owner(), text.key, "bank", [text.items[0].key], today())


def test_a_bank_reads_by_a_consent_and_no_longer_once_it_is_revoked(consent: Consent) -> None:
    bank = member(Role.BANK, "bank", "bank", "teller")
    listed = bank.get("/desk/reading").content.decode()
    assert NAMES[0] in listed
    address = f"/desk/reading/consents/{consent.pk}"
    assert f'action="{address}"' in listed
    assert bank.post(address).status_code == 200
    assert consent.uses.get().actor == "user:teller"
    assert Access.objects.get(actor="user:teller").viewer == "institution"
    consents.revoke(owner(), consent.pk)
    answer = bank.post(address)
    assert answer.status_code == 422
    assert "授权不存在、已撤销或已到期" in answer.content.decode()
    assert NAMES[0] not in answer.content.decode()
    assert consent.uses.count() == 1


def test_another_banks_consent_is_refused_with_a_line(consent: Consent) -> None:
    other = member(Role.BANK, "other", "bank", "stranger")
    assert NAMES[0] not in other.get("/desk/reading").content.decode()
    assert other.post(f"/desk/reading/consents/{consent.pk}").status_code == 403
    assert AuditLine.objects.get(act="access.refused", actor="user:stranger").target == f"consent:{consent.pk}"


@pytest.mark.parametrize("role", [Role.WINDOW, Role.CENTRE, Role.AUDITOR, Role.STEWARD, Role.ADMINISTRATOR])
def test_other_roles_do_not_enter(role: Role) -> None:
    client = signed_in(role, name="somebody")
    assert client.get("/desk/reading").status_code == 403
    assert client.post("/desk/reading/consents/1").status_code == 403
    assert "/desk/reading" not in client.get("/desk/").content.decode()


# --- the auditor -------------------------------------------------------------------------------------------------


def test_the_auditor_sees_acts_and_refused_tries_and_leaves_a_line() -> None:
    reader = signed_in(Role.SUPERVISOR, name="reader")
    reader.post("/desk/reading", {"how": "sharing", "purpose": "licensing", "code": CODES[0]})
    auditor = signed_in(Role.AUDITOR, name="auditor")
    text = auditor.get("/desk/audit").content.decode()
    assert "intake.commit" in text
    assert 'class="refused-line"' in text
    assert "被拒绝" in text
    only = auditor.get("/desk/audit?refused=1").content.decode()
    assert "intake.commit" not in only
    assert "access.refused" in only
    assert AuditLine.objects.filter(act="audit.read", actor="user:auditor").count() == 2


@pytest.mark.parametrize(("query", "listed"), [
    ("actor=operator", True), ("actor=user:nobody", False), ("act=intake.commit", True), ("act=rights", False),
    ("target=batch:", True), ("target=case:", False), ("day={today}", True), ("day=2001-01-01", False), ("day=x", True),
    ("before=1", False), ("before=x", True),
])  # fmt: skip
def test_lines_are_narrowed(query: str, listed: bool) -> None:
    auditor = signed_in(Role.AUDITOR, name="auditor")
    key, _sign, value = query.format(today=today()).partition("=")
    assert (">intake.commit" in auditor.post("/desk/audit", {key: value}).content.decode()) is listed
    if key not in ("actor", "target"):
        assert (">intake.commit" in auditor.get("/desk/audit", {key: value}).content.decode()) is listed


@pytest.mark.parametrize(("page", "key"), [
    ("audit", "actor"), ("audit", "target"), ("accesses", "actor"), ("accesses", "subject"), ("sign-ins", "username"),
])  # fmt: skip
def test_whom_the_auditor_asks_about_stands_in_no_address(page: str, key: str) -> None:
    from quanxin.accounts.models import SignIn, audit_all

    audit_all((Actor("person", frozenset()), "many", "person", {}) for _ in range(PAGE + 1))
    for _ in range(PAGE + 1):
        SignIn.objects.create(username="person", succeeded=True, at=now(), how="", address="", browser="")
    reader = signed_in(Role.SUPERVISOR, name="person")
    reader.post("/desk/reading", {"how": "sharing", "purpose": "supervision", "code": CODES[0]})
    auditor = signed_in(Role.AUDITOR, name="auditor")
    wanted = CODES[0] if key == "subject" else "user:person" if page == "accesses" else "person"
    whole, narrowed = auditor.get(f"/desk/{page}"), auditor.post(f"/desk/{page}", {key: wanted})
    assert auditor.get(f"/desk/{page}?{key}=nobody").content.count(b"<tr") == whole.content.count(b"<tr")
    text = narrowed.content.decode()
    assert f'value="{wanted}"' in text
    assert wanted not in "".join(re.findall(r'(?:href|action|formaction)="([^"]*)"', text))
    if page != "accesses":
        onward = re.search(r'<button name="before" value="(\d+)"', text)
        assert onward
        further = auditor.post(f"/desk/{page}", {key: wanted, "before": onward[1]}).content.decode()
        assert 1 <= further.count("<tr") - 1 < PAGE


def test_readings_are_shown_by_code_and_persons_by_number_alone() -> None:
    reader = signed_in(Role.SUPERVISOR, name="reader")
    reader.post("/desk/reading", {"how": "sharing", "purpose": "supervision", "code": CODES[0]})
    auditor = signed_in(Role.AUDITOR, name="auditor")
    text = auditor.get("/desk/accesses").content.decode()
    assert CODES[0] in text
    assert "supervision" in text
    asked = {"subject": CODES[0], "viewer": "supervisor"}
    assert "user:reader" in auditor.post("/desk/accesses", asked).content.decode()
    assert "user:reader" not in auditor.post("/desk/accesses", {"subject": CODES[1]}).content.decode()


@pytest.mark.parametrize("path", ["/desk/audit", "/desk/accesses"])
def test_lines_are_taken_away_as_a_table_without_formulas(path: str) -> None:
    from quanxin.accounts.models import audit

    audit(Actor("user:=cmd", frozenset()), "=1+1", "x")
    auditor = signed_in(Role.AUDITOR, name="auditor")
    answer = auditor.get(f"{path}?as=csv")
    assert answer["Content-Type"] == "application/zip"
    content, seal = signed.unpacked(answer.content)
    assert signed.wrong(content, seal, signing.public_key()) == ""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0][0] == "时间"
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_many_lines_go_over_pages() -> None:
    from quanxin.accounts.models import audit_all

    audit_all((operator(), "many", f"x:{n}", {}) for n in range(120))
    auditor = signed_in(Role.AUDITOR, name="auditor")
    seen, address = [], "/desk/audit?act=many"
    while address:
        text = auditor.get(address).content.decode()
        seen += [part.partition("<")[0] for part in text.split(">x:")[1:]]
        onward = text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        address = f"/desk/audit{onward}" if onward else ""
    assert seen == [str(n) for n in reversed(range(120))]


@pytest.mark.parametrize("path", ["/desk/audit", "/desk/accesses"])
@pytest.mark.parametrize("role", [r for r in Role if r is not Role.AUDITOR])
def test_only_the_auditor_enters(path: str, role: Role) -> None:
    client = signed_in(role, name="somebody")
    assert client.get(path).status_code == 403
    assert client.post(path).status_code in (403, 405)
    assert 'href="/desk/audit"' not in client.get("/desk/").content.decode()


def test_the_auditors_pages_change_nothing() -> None:
    auditor = signed_in(Role.AUDITOR, name="auditor")
    before = AuditLine.objects.count()
    assert auditor.post("/desk/audit", {"act": "intake"}).status_code == 200  # it narrows, as an address would
    assert [line.act for line in AuditLine.objects.order_by("id")[before:]] == ["audit.read"]
    for method in (auditor.put, auditor.patch, auditor.delete):
        assert method("/desk/audit").status_code == 405
