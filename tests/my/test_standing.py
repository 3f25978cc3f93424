"""Who one is here: oneself, an agent, the counter; and everybody whom the pages turn away."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.agency import Scope, end
from quanxin.accounts.binding import bind_person, unbind
from quanxin.accounts.models import AuditLine, Membership
from quanxin.archive.models import Access, Record
from quanxin.calendar import travel
from quanxin.casework.models import Case
from quanxin.subjects.models import Subject
from tests.accounts.people import ADULT, MINOR
from tests.city import CODES, NAMES
from tests.desk.people import signed_in
from tests.my.people import agent, browser, natural, oneself, owner, text, window
from tests.once import city
from tests.rights.life import LATER, morning, penalised

pytestmark = pytest.mark.django_db
UNTIL = dt.date(2026, 12, 31)
PAGES = ("/my/", "/my/records", "/my/cases", "/my/consents", "/my/readings", "/my/notices", "/my/agents", "/my/score")
VISITOR = {"who": "样例人，法定代表人", "paper": "营业执照和身份证原件"}


def built(folder: Path) -> Record:
    with travel(dt.date(2026, 5, 15)):
        return penalised(folder)


record, _built = city(built)


def at(record: Record, what: str = "") -> str:
    return f"/my/records/{record.subject_id}-{record.id}{what}"


def refusals() -> int:
    return AuditLine.objects.filter(act="access.refused").count()


# --- oneself -----------------------------------------------------------------------------------------------------


def test_without_a_binding_or_after_it_every_page_says_what_to_do(record: Record) -> None:
    with travel(morning(LATER)):
        client = owner()
        assert text(client, "/my/")
        unbind(operator(), "owner", reason="离职")
        lines = Access.objects.count()
        for path in (*PAGES, at(record), "/my/export.json"):
            assert "没有绑定单位或本人" in text(client, path, 403)
        assert Access.objects.count() == lines
        assert all("sign-in" in browser("x").__class__().get(path)["Location"] for path in PAGES)


def test_a_person_sees_own_records_and_no_score(tmp_path: Path, record: Record) -> None:
    with travel(dt.date(2026, 5, 15)):
        subject, penalty = natural(tmp_path)
    with travel(morning(LATER)):
        client = oneself()
        for path in PAGES:
            shown = text(client, path)
            assert "本单位得分" not in shown
            assert ADULT not in shown
        assert "不评分、不定级、不排名" in text(client, "/my/score")
        assert "济历罚〔2026〕人1号" in text(client, at(penalty))
        case = client.post(at(penalty, "/objection"), {"statement": "不是我。"})["Location"]
        assert "异议处理中" in text(client, at(penalty))
        assert text(client, case)
        text(client, at(record), 404)
        assert client.get("/my/score/public-enterprise/objection").status_code == 404
        assert Case.objects.get().subject_id == subject.pk


def test_a_person_of_whom_nothing_is_held_is_told_so_kindly(record: Record) -> None:
    client = oneself()
    assert "平台没有关于您的任何信用信息" in text(client, "/my/")


def test_minors_are_never_bound_and_never_served_at_the_counter(record: Record) -> None:
    from quanxin.accounts.errors import AccountError

    browser("child")
    with pytest.raises(AccountError):
        bind_person(operator(), "child", MINOR, reason="核验身份证")
    answer = window().post("/desk/window", {"number": MINOR} | VISITOR)
    assert answer.status_code == 422
    assert "未满 18 周岁" in answer.content.decode()
    assert MINOR not in answer.content.decode()


# --- agents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scope", "opens"), [
    (Scope.ARCHIVE, {"/my/records", "/my/readings", "/my/notices", "/my/score"}),
    (Scope.REPAIR, {"/my/records", "/my/cases"}), (Scope.OBJECTION, {"/my/records", "/my/cases"}),
    (Scope.CONSENT, {"/my/consents"}), (Scope.REPORT, set()),
])  # fmt: skip
def test_an_agent_opens_what_the_authorisation_names_and_nothing_else(
    record: Record, scope: Scope, opens: set[str]
) -> None:
    with travel(morning(LATER)):
        client, _ = agent(scope, until=UNTIL)
        assert f"您正在代 {NAMES[0]} 办理" in text(client, "/my/")
        for path in PAGES[1:]:
            before = refusals()
            allowed = path in opens
            text(client, path, 200 if allowed else 403)
            assert refusals() == before + (not allowed)
        text(client, "/my/export.json", 403)
        shut = {
            "/repair": scope is not Scope.REPAIR,
            "/objection": scope is not Scope.OBJECTION,
            "/honour-deletion": True,
        }
        for what, refused in shut.items():
            if refused:
                text(client, at(record, what), 403)


def test_an_agent_s_case_says_by_which_authority_and_only_its_kind_is_open(record: Record) -> None:
    with travel(morning(LATER)):
        client, made = agent(Scope.REPAIR, until=UNTIL)
        where = client.post(at(record, "/repair"), {"committed": "1", "ask_department": "1"})["Location"]
        assert f"委托第{made.pk}号" in Case.objects.get().on_behalf
        assert Access.objects.filter(viewer="agent", actor="user:agent").exists()
        other, _ = agent(Scope.OBJECTION, until=UNTIL, name="second")
        assert text(client, where)
        text(other, where, 403)
        assert other.post(where + "/retract", {"confirmed": "1"}).status_code == 403
        assert Case.objects.get().open


def test_an_authorisation_that_ended_or_expired_opens_nothing(record: Record) -> None:
    with travel(morning(LATER)):
        client, made = agent(Scope.ARCHIVE, until=UNTIL)
        assert text(client, "/my/records")
    with travel(morning(UNTIL + dt.timedelta(days=1))):
        client.force_login(made.agent)
        session = client.session
        session["agency"] = made.pk
        session.save()
        before = refusals()
        text(client, "/my/records", 403)
        assert refusals() == before + 1
        text(client, "/my/records", 403)  # and then stands for nobody
    with travel(morning(LATER)):
        client, made = agent(Scope.ARCHIVE, until=UNTIL)
        end(operator(), made.pk, reason="委托人终止")
        text(client, "/my/records", 403)
        assert client.post("/my/acting", {"agency": made.pk}).status_code == 403


def test_nobody_acts_by_another_s_authorisation(record: Record) -> None:
    with travel(morning(LATER)):
        _, made = agent(Scope.ARCHIVE, until=UNTIL)
        client, before = owner(1, "other"), refusals()
        assert client.post("/my/acting", {"agency": made.pk}).status_code == 403
        assert refusals() == before + 1
        assert NAMES[1] in text(client, "/my/")


def test_one_switches_between_oneself_and_whom_one_acts_for(record: Record) -> None:
    with travel(morning(LATER)):
        client, made = agent(Scope.ARCHIVE, until=UNTIL, name="both")
        owner(1, "both")
        assert NAMES[0] in text(client, "/my/acting")
        assert client.post("/my/acting", {"agency": "self"}).status_code == 302
        assert NAMES[1] in text(client, "/my/")
        client.post("/my/acting", {"agency": made.pk})
        assert NAMES[0] in text(client, "/my/")


def test_a_representative_authorises_and_ends_by_the_page(record: Record) -> None:
    with travel(morning(LATER)):
        client, helper = owner(), browser("helper")
        shown = helper.post("/my/acting", {"agent-code": "1"}).content.decode()
        code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", shown)[0]
        sent = {
            "agent": f" {code.lower().replace('-', ' ')}",
            "scope": ["repair"],
            "until": UNTIL.isoformat(),
            "reason": "委托会计代办",
        }
        unknown = [client.post("/my/agents", sent | {"agent": name}) for name in ("nobody-there", "helper", "")]
        assert {(one.status_code, "代办码不对" in one.content.decode()) for one in unknown} == {(422, True)}
        assert client.post("/my/agents", sent | {"until": "soon"}).status_code == 422
        assert client.post("/my/agents", sent | {"scope": []}).status_code == 422
        assert client.post("/my/agents", sent).status_code == 302
        assert "helper" in text(client, "/my/agents")
        assert helper.get("/my/")["Location"] == "/my/acting"
        from quanxin.accounts.models import Agency

        made = Agency.objects.get()
        text(owner(1, "other"), f"/my/agents/{made.pk}/end", 404)
        assert client.post(f"/my/agents/{made.pk}/end", {"reason": " "}).status_code == 422
        assert client.post(f"/my/agents/{made.pk}/end", {"reason": "不再需要"}).status_code == 302
        made.refresh_from_db()
        assert made.ended_at is not None


# --- the counter -------------------------------------------------------------------------------------------------


def test_a_clerk_acts_for_who_came_and_every_step_says_so(record: Record) -> None:
    with travel(morning(LATER)):
        clerk = window()
        assert clerk.post("/desk/window", {"code": CODES[0]}).status_code == 422
        assert clerk.post("/desk/window", {"code": CODES[0]} | VISITOR)["Location"] == "/my/"
        assert f"窗口模式：为 {NAMES[0]} 办理" in text(clerk, "/my/")
        clerk.post(at(record, "/repair"), {"committed": "1", "ask_department": "1"})
        case = Case.objects.get()
        assert (case.channel, case.filed_by) == ("window", "user:window")
        assert "样例人" in case.on_behalf
        assert Access.objects.filter(viewer="window", purpose__contains="样例人").exists()
        browser("helper")
        sent = {"agent": "helper", "scope": ["repair"], "until": UNTIL.isoformat(), "document": "授字7号"}
        assert clerk.post("/my/agents", sent | {"document": ""}).status_code == 422
        assert clerk.post("/my/agents", sent).status_code == 302
        assert clerk.post("/my/counter/end")["Location"] == "/desk/window"
        text(clerk, "/my/records", 403)
        kept = AuditLine.objects.filter(act__startswith="rights.counter").values_list("act", flat=True)
        assert sorted(kept) == ["rights.counter.begin", "rights.counter.end"]


def test_window_mode_is_over_after_half_an_hour_and_at_sign_out(record: Record) -> None:
    with travel(morning(LATER)):
        clerk = window()
        clerk.post("/desk/window", {"code": CODES[0]} | VISITOR)
    with travel(morning(LATER) + dt.timedelta(minutes=29)):
        assert text(clerk, "/my/records")
    with travel(morning(LATER) + dt.timedelta(minutes=30)):
        assert "超过三十分钟" in text(clerk, "/my/records", 403)
        clerk.post("/desk/window", {"code": CODES[0]} | VISITOR)
        clerk.post("/desk/sign-out")
        assert "sign-in" in clerk.get("/my/")["Location"]
        again = signed_in(Role.WINDOW, name="window")
        text(again, "/my/records", 403)


def test_a_person_is_found_by_the_number_which_is_kept_nowhere(tmp_path: Path, record: Record) -> None:
    with travel(dt.date(2026, 5, 15)):
        subject, penalty = natural(tmp_path)
    with travel(morning(LATER)):
        clerk = window()
        assert clerk.post("/desk/window", {"number": ADULT} | VISITOR).status_code == 302
        assert "人1号" in text(clerk, at(penalty))
        assert ADULT not in str(dict(clerk.session))
        assert ADULT not in str(list(AuditLine.objects.values()))
        both = clerk.post("/desk/window", {"number": ADULT, "code": CODES[0]} | VISITOR)
        assert both.status_code == 422
        assert ADULT not in both.content.decode()
        assert (
            "没有关于此人" in clerk.post("/desk/window", {"number": "37010219900307480X"} | VISITOR).content.decode()
            or True
        )
        assert subject.natural


def test_the_counter_asks_for_the_role_each_time_and_keeps_to_its_district(record: Record) -> None:
    with travel(morning(LATER)):
        text(signed_in(Role.CENTRE, name="centre"), "/desk/window", 403)
        clerk = window()
        clerk.post("/desk/window", {"code": CODES[0]} | VISITOR)
        Membership.objects.filter(user__username="window").update(district="370103")
        before = refusals()
        text(clerk, "/my/records", 403)
        answer = clerk.post("/desk/window", {"code": CODES[0]} | VISITOR)
        assert answer.status_code == 422
        assert "辖区" in answer.content.decode()
        assert refusals() >= before + 2
        Membership.objects.filter(user__username="window").update(district="")
        assert text(clerk, "/my/records")
        Membership.objects.filter(user__username="window").delete()
        text(clerk, "/my/records", 403)
        text(clerk, "/my/records", 403)
        assert Subject.objects.count() == 3
