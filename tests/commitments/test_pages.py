"""The pages of commitments: offered at the desk, signed by whoever promises, seen by all as far as they are public."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.binding import bind
from quanxin.accounts.models import SignIn, User
from quanxin.archive.models import Record
from quanxin.calendar import day_of, now, travel
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.commitments.models import Commitment, Confirmation, Signature
from tests.accounts.people import code_of, enrolled, person
from tests.city import AUTHORITY, CODES, NAMES, hand_in
from tests.commitments import life
from tests.commitments.life import OFFER
from tests.desk.people import signed_in
from tests.my.people import owner as browser_of_owner
from tests.my.people import window
from tests.my.test_standing import VISITOR
from tests.once import city
from tests.rights.life import company

pytestmark = pytest.mark.django_db
_city, _built = city(life.companies, autouse=True)


def clerk() -> Client:
    return signed_in(Role.DECIDER, provider="market-regulation", name="clerk")


def signer(n: int = 0) -> tuple[Client, str]:
    """The representative of a company, with an authenticator."""
    person("signer")
    bind(operator(), "signer", CODES[n], reason="核验营业执照")
    secret = enrolled("signer")
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username="signer"))
    return client, secret


def nonce(page: str) -> str:
    found = re.search(r'name="confirmation" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_department_offers_by_a_form_and_what_is_refused_is_said_on_it() -> None:
    client = clerk()
    offers = client.get("/desk/commitments/offer").content.decode()
    assert "涉企经营许可告知承诺" in offers
    assert "科研诚信承诺" not in offers  # another department's
    assert client.get("/desk/commitments/offer/research-integrity").status_code == 404
    path = "/desk/commitments/offer/approval"
    assert "直接涉及公共安全" in client.get(path).content.decode()
    filled = OFFER | {"whose": CODES[0]}
    without = client.post(path, filled | {"eligible": ""})
    assert without.status_code == 422
    assert "不属于不得适用告知承诺的事项" in without.content.decode()
    assert client.post(path, filled | {"whose": "91370102QX00000000"}).status_code == 422
    made = client.post(path, filled)
    assert made.status_code == 302
    case = Case.objects.get(kind="commitment-approval")
    assert made.headers["Location"].startswith(f"/desk/cases/{case.number}")
    assert client.get(made.headers["Location"]).status_code == 200


def test_what_is_offered_is_read_whole_and_signed_by_a_code() -> None:
    case = life.offered()
    client, secret = signer()
    overview = client.get(f"/my/cases/{case.number}").content.decode()
    assert f"/my/commitments/{case.number}" in overview
    page = client.get(f"/my/commitments/{case.number}").content.decode()
    made = life.commitment(case)
    assert made.sha256 in page
    assert "已经知晓行政机关告知的全部内容" in page
    asked = nonce(page)
    address = f"/my/commitments/{case.number}/sign"
    wrong = client.post(address, {"confirmation": asked, "code": "000000"})
    assert wrong.status_code == 422
    assert "口令不正确" in wrong.content.decode()
    assert SignIn.objects.filter(username="signer", succeeded=False).exists()
    assert not Signature.objects.exists()
    good = {"confirmation": asked, "code": code_of(secret)}
    assert client.post(address, good).status_code == 302
    assert Signature.objects.get().how == "code"
    assert client.post(address, good).status_code == 302  # sent again: signed once
    assert Signature.objects.count() == 1
    after = client.get(f"/my/commitments/{case.number}").content.decode()
    assert "动态口令确认" in after
    assert 'name="confirmation"' not in after


def test_a_confirmation_that_is_anothers_or_no_factor_signs_nothing() -> None:
    case, other = life.offered(), life.offered(1)
    client, secret = signer()
    client.get(f"/my/commitments/{case.number}")
    others = Confirmation.objects.create(
        case=other, actor="user:signer", sha256="0" * 64, nonce="x" * 43,
        expires_at=Confirmation.objects.get(case=case).expires_at,
    )  # fmt: skip
    address = f"/my/commitments/{case.number}/sign"
    assert client.post(address, {"confirmation": others.nonce, "code": code_of(secret)}).status_code == 422
    assert client.post(address, {"confirmation": "nothing", "credential": "{}"}).status_code == 422
    asked = nonce(client.get(f"/my/commitments/{case.number}").content.decode())
    for credential in ("{}", "no json", '{"id": "x", "type": "public-key"}'):
        assert client.post(address, {"confirmation": asked, "credential": credential}).status_code == 422
    assert client.get(f"/my/commitments/{other.number}").status_code == 404
    assert not Signature.objects.exists()


def test_who_has_no_factor_is_told_how_to_get_one_and_the_counter_signs_for_nobody() -> None:
    case = life.offered()
    page = browser_of_owner().get(f"/my/commitments/{case.number}").content.decode()
    assert "还没有第二步验证" in page
    client = window()
    assert client.post("/desk/window", {"code": CODES[0]} | VISITOR)["Location"] == "/my/"
    counter = client.get(f"/my/commitments/{case.number}").content.decode()
    assert "窗口不能代签" in counter
    assert client.post(f"/my/commitments/{case.number}/sign", {"code": "123456"}).status_code == 302
    assert not Signature.objects.exists()


def test_the_desk_lists_what_is_its_own_with_its_checks_and_files() -> None:
    case = life.in_force()
    client = clerk()
    number = life.commitment(case).number
    page = client.get("/desk/commitments").content.decode()
    assert number in page
    assert NAMES[0] in page
    exported = client.get("/desk/commitments", {"as": "csv"}).content.decode("utf-8-sig").splitlines()
    assert exported[0].startswith("承诺编码,承诺人名称,承诺人类别,承诺人代码,承诺类型,承诺事由")
    assert exported[1].startswith(f"{number},{NAMES[0]},法人及非法人组织,{CODES[0]},审批替代型,食品经营许可")
    assert "符合告知的条件和标准" in client.get("/desk/commitments/checks").content.decode()
    figures = client.get("/desk/commitments/statistics").content.decode()
    assert "市场监督管理局" in figures
    assert client.get("/desk/commitments/statistics", {"table": "templates", "as": "csv"}).status_code == 200
    foreign = signed_in(Role.DECIDER, provider="taxation", name="foreign")
    assert number not in foreign.get("/desk/commitments").content.decode()
    assert client.get("/desk/commitments?state=kept").content.decode().count(number) == 0


def test_the_rate_of_entered_performance_is_that_of_the_records() -> None:
    with travel(life.MAY):
        life.breached()
        kept, over = life.in_force(1), life.in_force(2)
        life.checked(kept, "papers-supplied", "met")
        life.checked(kept, "conditions-met", "met")
        engine.perform(life.DEPARTMENT, kept.number, "keep")
        Commitment.objects.filter(case=over).update(valid_until=day_of(life.MAY))
    address, asked = "/desk/commitments/statistics", {"table": "departments", "as": "csv"}
    with travel(life.MAY):
        assert clerk().get(address, asked).content.decode("utf-8-sig").splitlines()[1:] == [
            "市场监督管理局,3,2,2,100.0%"
        ]
    with travel(life.MAY + dt.timedelta(days=1)):
        client = clerk()
        assert "市场监督管理局,3,3,2,66.7%" in client.get(address, asked).content.decode("utf-8-sig")
        Record.objects.filter(resource="credit-commitment-performance", subject_id=company(1).pk).update(
            superseded_at=now()
        )
        assert "市场监督管理局,3,3,1,33.3%" in client.get(address, asked).content.decode("utf-8-sig")
        assert "33.3%" in client.get(address).content.decode()


def test_what_is_handed_in_by_rows_counts_in_the_rate_of_its_department(tmp_path: Path) -> None:
    authority = {"authority_name": "济南市市场监督管理局", "authority_code": AUTHORITY}
    who = {"subject_name": NAMES[0], "uscc": CODES[0], "subject_category": "法人及非法人组织"} | authority
    said = {
        "kind": "主动型",
        "matter": "年报",
        "content": "如实",
        "liability": "依法承担",
        "disclosure": "可向社会公开",
    }
    over = {"decision_date": "2025-04-01", "valid_until": "2026-04-01"}
    address, asked = "/desk/commitments/statistics", {"table": "departments", "as": "csv"}
    with travel(life.MAY):
        life.in_force()
        hand_in(tmp_path, "credit-commitment", [who | said | {"decision_date": "2026-04-01"}, who | said | over])
        assert "市场监督管理局,3,1,0,0.0%" in clerk().get(address, asked).content.decode("utf-8-sig")
        came = who | {"performance": "全部履行", "decision_date": "2026-05-05"}
        hand_in(tmp_path, "credit-commitment-performance", [came], name="came.csv")
        assert "市场监督管理局,3,2,2,100.0%" in clerk().get(address, asked).content.decode("utf-8-sig")
        foreign = signed_in(Role.DECIDER, provider="taxation", name="foreign")
        assert foreign.get(address, asked).content.decode("utf-8-sig").splitlines()[1:] == []


def test_a_check_is_recorded_on_the_page_of_the_case() -> None:
    case = life.in_force()
    client = clerk()
    address = reverse("desk:case-act", args=[case.number, "check"])
    said = {"duty": "conditions-met", "finding": "met", "reason": "现场查看"}
    assert (
        '<option value="conditions-met">符合告知的条件和标准</option>'
        in client.get(f"/desk/cases/{case.number}").content.decode()
    )
    refused = client.post(address, said | {"duty": "nothing"})
    assert refused.status_code == 422
    assert "按期提交材料（papers-supplied）" in refused.content.decode()
    assert client.post(address, said).status_code == 302
    for page in (f"/desk/cases/{case.number}", f"/desk/cases/{case.number}/file"):
        shown = client.get(page).content.decode()
        assert "承诺事项 — 符合告知的条件和标准" in shown
        assert "conditions-met</p>" not in shown
    english = client.get(f"/desk/cases/{case.number}", headers={"accept-language": "en"}).content.decode()
    assert "duty — the conditions and standards that were told are met" in english
    assert life.commitment(case).duties.get(key="conditions-met").state == "met"


def test_everybody_sees_texts_and_public_commitments_and_no_other() -> None:
    life.in_force()
    kept_in = life.tolerated(1)
    engine.perform(life.owner(1), kept_in.number, "sign", life.confirmed(kept_in, life.owner(1)))
    page = Client().get("/commitments").content.decode()
    assert "纳税申报信用承诺" in page
    assert NAMES[0] in page
    assert NAMES[1] not in page
    text = Client().get("/commitments/approval").content.decode()
    assert "被列入严重失信主体名单" in text
    assert "直接涉及公共安全" in text
    drawn = Client().get("/commitments/tax-filing").content.decode()
    assert "tax-filing:2020-01-01:" in drawn
    assert Client().get("/commitments/nothing").status_code == 404


def test_in_english_the_pages_are_english() -> None:
    case = life.offered()
    client = browser_of_owner(language="en")
    page = client.get(f"/my/commitments/{case.number}").content.decode()
    assert "Translation (to read only)" in page
    assert "to know all that the authority told" in page
    assert (
        "Commitment instead of an approval"
        in Client(headers={"accept-language": "en"}).get("/commitments").content.decode()
    )


@pytest.mark.parametrize("credential", ["a/b", "0", "[]", "{}", '{"id": 1}', '{"response": "x"}', "null", "{" * 999])
def test_a_passkey_s_answer_that_is_none_is_refused_in_words(credential: str) -> None:
    client, _secret = signer()
    number = life.offered().number
    page = client.get(f"/my/commitments/{number}").content.decode()
    sent = {"confirmation": nonce(page), "credential": credential}
    answer = client.post(f"/my/commitments/{number}/sign", sent)
    assert (answer.status_code, Signature.objects.count()) == (422, 0)
    assert client.post(f"/my/commitments/{number}/sign", {"credential": credential}).status_code == 422


def test_a_case_that_is_no_commitment_is_not_found_by_that_name() -> None:
    client, _secret = signer()
    for answer in (
        client.get("/my/commitments/YY20260901000007"),
        client.post("/my/commitments/YY20260901000007/sign"),
    ):
        assert answer.status_code == 404
