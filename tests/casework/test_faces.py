"""What people see of a procedure that is data alone: begun, acted on and answered by forms that the procedure makes."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Record
from quanxin.attachments.accept import of_case
from quanxin.attachments.models import Attachment
from quanxin.calendar import travel
from quanxin.casework import ticking
from quanxin.casework.models import Case
from tests.attachments.making import printed
from tests.casework.duty import DUE, MAY, PROVIDER, duty, registered
from tests.city import CODES, NAMES
from tests.desk.people import signed_in
from tests.my.people import owner, text, window
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
record, _built = city(duty)
ADVICE = "/my/begin/care-advice"
WANTED = {
    "wanted_on": "2026-05-20",
    "place": "经十路",
    "length_km": "1.5",
    "urgent": "1",
    "statement": "树根拱起路面。",
}


def errors(page: str) -> dict[str, str]:
    """What the summary at the top says, by the field that it leads to."""
    summary = page.partition('class="alert alert-danger error-summary"')[2].partition("</ul>")[0]
    return dict(re.findall(r'<li><a href="#([\w-]+)">([^<]+)</a>', summary))


def test_a_party_begins_what_is_about_itself_by_the_form_of_its_act(record: Record) -> None:
    with travel(MAY):
        client = owner()
        assert f'href="{ADVICE}"' in text(client, "/my/begin")
        form = text(client, ADVICE)
        assert 'type="date" name="wanted_on"' in form
        assert "不超过 50 个字" in form
        wrong = client.post(ADVICE, {"wanted_on": "明天", "place": "经" * 60, "length_km": "很长", "statement": " "})
        assert wrong.status_code == 422
        page = wrong.content.decode()
        assert set(errors(page)) == {"wanted_on", "place", "length_km", "statement"}
        for key in errors(page):
            assert f'aria-describedby="{key}' in page or f'{key}_error"' in page
            assert f'id="{key}_error"' in page
        assert 'value="很长"' in page
        assert 'value="明天"' in page
        assert not Case.objects.exists()
        late = client.post(ADVICE, WANTED | {"wanted_on": "2026-05-01"})
        assert late.status_code == 422
        assert "日期已经过去" in late.content.decode()
        assert "树根拱起路面。" in late.content.decode()


def test_what_was_begun_is_confirmed_with_its_number_once(record: Record) -> None:
    with travel(MAY):
        client = owner()
        paper = SimpleUploadedFile("现场照片.pdf", printed(), content_type="application/pdf")
        kept = client.post(ADVICE, WANTED | {"upload": "1", "file": paper})
        assert kept.status_code == 200
        assert 'value="经十路"' in kept.content.decode()
        assert "checked" in kept.content.decode()
        sent = WANTED | {"paper": str(Attachment.objects.get().pk)}
        where, again = (client.post(ADVICE, sent)["Location"] for _ in range(2))
        assert where == again
        case = Case.objects.get()
        assert (case.kind, case.about, case.statement) == ("care-advice", "subject", "树根拱起路面。")
        assert case.steps.get().particulars["form"]["wanted_on"] == "2026-05-20"
        assert [one.name for one in of_case(case.reference)] == ["现场照片.pdf"]
        page = text(client, where)
        assert "申请指导：已收到" in page
        assert case.number in page
        assert "答复您" in page
        assert "已收到" not in text(client, where)


def test_the_counter_begins_for_who_came(record: Record) -> None:
    with travel(MAY):
        clerk = window()
        clerk.post("/desk/window", {"code": CODES[0], "who": "样例人", "paper": "营业执照"})
        assert f'href="{ADVICE}"' in text(clerk, "/my/begin")
        assert clerk.post(ADVICE, WANTED).status_code == 302
        case = Case.objects.get()
        assert (case.channel, case.filed_by) == ("window", "user:window")
        assert "样例人" in case.on_behalf


def test_the_desk_begins_what_its_roles_begin_about_its_own_records(record: Record) -> None:
    at, named = "/desk/begin/care-duty", f"{record.subject_id}-{record.id}"
    with travel(MAY):
        decider = signed_in(Role.DECIDER, provider=PROVIDER, name="decider")
        foreign = signed_in(Role.DECIDER, provider="taxation", name="foreign")
        clerk = signed_in(Role.WINDOW, name="clerk")
        assert at in text(decider, "/desk/begin")
        assert at not in text(clerk, "/desk/begin")
        assert clerk.get(at).status_code == 403
        nobody = decider.post(at, {"whose": f"{CODES[0][:-1]}0", "find": "1"})
        assert (nobody.status_code, "没有找到该主体" in nobody.content.decode()) == (422, True)
        whose = {"whose": CODES[0]}
        assert named in decider.post(at, whose | {"find": "1"}).content.decode()
        assert named not in foreign.post(at, whose | {"find": "1"}).content.decode()
        assert named not in text(decider, f"{at}?code={CODES[0]}")  # whom it is about stands in no address
        for bad in ({}, {"record": "1-1"}):
            assert decider.post(at, whose | bad).status_code == 422
        assert foreign.post(at, whose | {"record": named}).status_code == 422
        assert not Case.objects.exists()
        done = decider.post(at, whose | {"record": named})
        case = Case.objects.get()
        assert done["Location"] == f"/desk/cases/{case.number}?done=file"
        assert "登记：已办理" in text(decider, done["Location"])
        assert case.number in text(decider, done["Location"])


def test_the_desk_asks_in_the_form_and_says_all_that_is_wrong(record: Record) -> None:
    with travel(MAY):
        case, decider = registered(record), signed_in(Role.DECIDER, provider=PROVIDER, name="decider")
        at = f"/desk/cases/{case.number}/perform"
        wrong = decider.post(at, {"performed_on": "前天"})
        assert wrong.status_code == 422
        assert set(errors(wrong.content.decode())) == {"perform-performed_on"}
        assert 'value="前天"' in wrong.content.decode()
        early = decider.post(at, {"performed_on": "2026-04-30"}).content.decode()
        assert "履行日期早于确定日期。" in early
        assert decider.post(at, {"performed_on": "2026-05-05"}).status_code == 302


def test_a_party_answers_and_asks_again_by_generated_forms(record: Record) -> None:
    with travel(MAY):
        case = registered(record)
    with travel(morning(DUE, 18)):
        ticking.tick()
    with travel(morning(dt.date(2026, 7, 2))):
        at, client = f"/my/cases/{case.number}", owner()
        home, page = text(client, "/my/"), text(client, at)
        assert case.number in home.partition('id="asked"')[2].partition("</section>")[0]
        assert "为什么没有按期履行" in page
        assert "逾期，请说明" in page
        assert "养护责任逾期" in page.partition('id="notices"')[2]
        assert errors(client.post(f"{at}/answer", {"reason": " "}).content.decode()) != {}
        assert client.post(f"{at}/answer", {"reason": "连日暴雨"}).status_code == 302
        assert "说明情况：已收到" in text(client, at)
        assert client.get(f"{at}/answer")["Location"] == at  # there is nothing to answer any more
        for what in ("perform", "find-breached", "fall-due", "file", "care-advice", "nothing"):
            assert client.post(f"{at}/{what}", {"confirmed": "1"}).status_code == 404
        reviewer = signed_in(Role.REVIEWER, name="reviewer")
        assert (
            reviewer.post(f"/desk/cases/{case.number}/find-breached", {"reason": "雨前已有一个月"}).status_code == 302
        )
        assert "仍然不同意" in text(client, at)
        again = client.post(f"{at}/care-second-look", {"statement": "不服"})
        assert again.status_code == 302
        assert Case.objects.get(kind="care-second-look").looks_at == case
        assert "仍然不同意" not in text(client, at)
        other = owner(1, "other")
        lines = AuditLine.objects.filter(act="access.refused").count()
        assert other.post(f"{at}/answer", {"reason": "x"}).status_code == 404
        assert AuditLine.objects.filter(act="access.refused").count() == lines + 1
        assert NAMES[0] not in text(other, "/my/")


def test_staff_bring_papers_with_an_act_and_the_party_sees_them(record: Record) -> None:
    with travel(MAY):
        begun = registered(record)
        decider = signed_in(Role.DECIDER, provider=PROVIDER, name="decider")
        foreign = signed_in(Role.DECIDER, provider="taxation", name="foreign")
        at = f"/desk/cases/{begun.number}/perform"
        form = text(decider, f"/desk/cases/{begun.number}").partition('id="act-perform"')[2].partition("</details>")[0]
        assert 'enctype="multipart/form-data"' in form
        assert 'id="perform-file"' in form
        sent = {"performed_on": "2026-05-05"}
        assert foreign.post(at, sent | {"file": proof(), "upload": "1"}).status_code == 403
        assert not Attachment.objects.exists()
        kept = decider.post(at, sent | {"file": proof(), "upload": "1"})
        assert kept.status_code == 200
        assert 'value="2026-05-05"' in kept.content.decode()
        paper = Attachment.objects.get()
        assert f'value="{paper.pk}"' in kept.content.decode()
        assert Case.objects.get().state == "in-force"
        refused = decider.post(at, {"performed_on": "2027-01-01", "paper": str(paper.pk)})
        assert refused.status_code == 422
        assert f'value="{paper.pk}"' in refused.content.decode()
        none = decider.post(at, sent | {"file": SimpleUploadedFile("a.pdf", b"no pdf")})
        assert none.status_code == 422
        assert Case.objects.get().state == "in-force"
        assert decider.post(at, sent | {"paper": str(paper.pk)}).status_code == 302
        assert [one.name for one in of_case(begun.reference)] == ["验收单.pdf"]
        assert "验收单.pdf" in text(owner(), f"/my/cases/{begun.number}")


def test_staff_bring_papers_when_they_begin_a_case(record: Record) -> None:
    at, sent = "/desk/begin/care-advice", WANTED | {"whose": CODES[0]}
    with travel(MAY):
        decider = signed_in(Role.DECIDER, provider=PROVIDER, name="decider")
        kept = decider.post(at, sent | {"file": proof(), "upload": "1"})
        assert kept.status_code == 200
        assert not Case.objects.exists()
        assert 'value="经十路"' in kept.content.decode()
        made = decider.post(at, sent | {"paper": str(Attachment.objects.get().pk)})
        assert made.status_code == 302
        assert [one.name for one in of_case(Case.objects.get().reference)] == ["验收单.pdf"]


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("验收单.pdf", printed(), content_type="application/pdf")
