"""What falls due for the made-up matter: at the desk, in a calendar that others subscribe to, in the morning letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import icalendar
import pytest
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from quanxin.accounts import operator, people
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine, User
from quanxin.archive.models import Record
from quanxin.calendar import travel
from quanxin.casework import agenda, delivery, engine, feeds, letters, ticking
from quanxin.casework.agenda_models import Feed, Letter
from quanxin.casework.models import Case
from tests.casework.duty import DECIDER, DUE, FOREIGN, MAY, PROVIDER, REVIEWER, WINDOW, duty, owner, registered
from tests.city import CODES, NAMES
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
record, _built = city(duty)
JULY = morning(dt.date(2026, 7, 2))
SMTP = override_settings(EMAIL_HOST="mail.example", EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")


@pytest.fixture
def case(record: Record) -> Iterator[Case]:
    with travel(MAY):
        yield registered(record)


def staff(name: str, role: Role, provider: str = "", district: str = "") -> Client:
    people.add_account(
        operator(),
        name,
        password="七泉映月-Spring-72",
        role=role,
        provider=provider,
        district=district,
        email=f"{name}@example.test",
    )
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username=name))
    return client


def decider() -> Client:
    return staff("chief", Role.DECIDER, PROVIDER)


def address(client: Client) -> str:
    page = client.post("/desk/agenda", {"what": "feed"}).content.decode()
    whole = page.partition('<code class="address">')[2].partition("</code>")[0]
    return f"/desk{whole.partition('/desk')[2]}"


def events(path: str) -> list[dict[str, str]]:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert not [one for one in (NAMES[0], CODES[0]) if one.encode() in answer.content]
    found = icalendar.Calendar.from_ical(answer.content)
    return [{"summary": str(e["summary"]), "day": e.decoded("dtstart").isoformat()} for e in found.walk("VEVENT")]


def test_a_term_is_on_the_agenda_of_whoever_must_act_and_nobody_else_s(case: Case) -> None:
    held = {actor.name: [one.day for one in agenda.due(actor)] for actor in (DECIDER, FOREIGN, REVIEWER, WINDOW)}
    assert held == {DECIDER.name: [DUE], FOREIGN.name: [], REVIEWER.name: [], WINDOW.name: []}
    with travel(morning(DUE, 18)):
        ticking.tick()
        assert (agenda.due(DECIDER), len(agenda.due(REVIEWER))) == ([], 1)
        far = staff("far", Role.REVIEWER, district="370124")
        assert case.number not in far.get("/desk/agenda").content.decode()


def test_the_page_shows_the_month_and_costs_the_same_however_much_falls_due(case: Case) -> None:
    client = decider()
    assert case.number not in client.get("/desk/agenda?month=2026-05").content.decode()
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/desk/agenda?month=2026-06").content.decode()
    assert f'href="#d{DUE}"' in page
    assert f'id="d{DUE}"' in page
    assert (case.number in page, "本月到期 1 件" in page) == (True, True)
    assert len(asked) <= 15
    with travel(JULY):  # the day has gone by though nobody looked: it has lapsed, whatever the month
        client.force_login(User.objects.get(username="chief"))
        page = client.get("/desk/agenda?month=2027-01").content.decode()
        assert "已逾期 1 件" in page
    for nonsense in ("x", "9999-99", "2026-13", "0000-01", "2999-12", "1800-01"):
        assert client.get("/desk/agenda", {"month": nonsense}).status_code == 200


def test_more_than_the_page_lists_is_counted_and_said(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    client = decider()
    whole = client.get("/desk/agenda?month=2026-06").content.decode()
    assert "这里只列出" not in whole
    monkeypatch.setattr("quanxin.casework.desk.agenda.MOST", 0)
    page = client.get("/desk/agenda?month=2026-06").content.decode()
    assert ("本月到期 1 件" in page, "这里只列出最先到期的 0 件" in page, case.number in page) == (True, True, False)
    assert f'href="#d{DUE}"' in page  # the sheet of the month counts all of it


def test_the_calendar_s_secret_is_shown_once_and_opens_until_it_is_ended(case: Case) -> None:
    client = decider()
    first = address(client)
    assert events(first) == [{"summary": f"养护责任履行 {case.number}（履行中）", "day": DUE.isoformat()}]
    secret = first.removeprefix("/desk/agenda/").removesuffix(".ics")
    kept = Feed.objects.get()
    assert secret not in (kept.digest, client.get("/desk/agenda").content.decode())
    assert kept.used_at is not None
    second = address(client)
    assert (Client().get(first).status_code, len(events(second))) == (404, 1)
    assert client.post("/desk/agenda", {"what": "end-feed"}).status_code == 302
    assert Client().get(second).status_code == 404
    assert Client().get(f"/desk/agenda/{'x' * 500}.ics").status_code == 404
    acts = AuditLine.objects.filter(act__endswith="-feed").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["casework.make-feed", "casework.make-feed", "casework.end-feed"]


def test_a_calendar_says_what_the_roles_of_today_let_see(case: Case) -> None:
    path = address(decider())
    assert len(events(path)) == 1
    people.remove_membership(operator(), "chief", Role.DECIDER, provider=PROVIDER)
    assert events(path) == []
    people.deactivate(operator(), "chief", reason="离职")
    assert Client().get(path).status_code == 404
    assert feeds.opened("\ud800") is None


@SMTP
def test_one_letter_a_working_day_with_what_is_new_soon_and_late(case: Case) -> None:
    decider()
    staff("taxman", Role.DECIDER, "taxation")
    sent = []
    for moment in (
        MAY + dt.timedelta(days=1),
        MAY + dt.timedelta(days=1),
        morning(dt.date(2026, 5, 10)),
        morning(dt.date(2026, 5, 11)),
        morning(dt.date(2026, 6, 29)),
        morning(DUE, 13),
        morning(dt.date(2026, 7, 1)),
    ):
        with travel(moment):
            sent.append(letters.send())
    # new the day after; not twice; a Sunday; nothing new; soon; afternoon; overdue
    assert sent == [1, 0, 0, 0, 1, 0, 1]
    titles = [message.subject for message in mail.outbox]
    assert titles == [
        "今日待办：逾期 0 件，即将到期 0 件，新到 1 件",
        "今日待办：逾期 0 件，即将到期 1 件，新到 0 件",
        "今日待办：逾期 1 件，即将到期 0 件，新到 0 件",
    ]
    for message in mail.outbox:
        assert message.to == ["chief@example.test"]
        assert case.number in message.body
        assert not [one for one in (NAMES[0], CODES[0]) if one in message.body]


@SMTP
def test_no_letter_where_it_is_not_wanted_where_there_is_nothing_and_without_a_server(case: Case) -> None:
    with travel(MAY + dt.timedelta(days=1)):
        client = decider()
        client.post("/desk/agenda", {"what": "letter", "wanted": "0"})
        assert letters.send() == 0
        client.post("/desk/agenda", {"what": "letter", "wanted": "1"})
        with override_settings(EMAIL_HOST=""):
            assert letters.send() == 0
        engine.perform(DECIDER, case.number, "perform", {"performed_on": "2026-05-05"})
        assert letters.send() == 0
    assert mail.outbox == []
    assert Letter.objects.get().sent_on is None


@SMTP
def test_a_letter_that_the_server_refused_is_tried_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    decider()
    with travel(MAY + dt.timedelta(days=1)):
        with monkeypatch.context() as patched:
            patched.setattr("django.core.mail.send_mail", lambda *_: (_ for _ in ()).throw(ConnectionRefusedError()))
            assert letters.send() == 0
        assert letters.send() == 1


def test_whose_own_matter_it_is_has_it_on_no_agenda(case: Case) -> None:
    from quanxin.accounts.binding import bind

    client = decider()
    assert case.number in client.get("/desk/agenda?month=2026-06").content.decode()
    bind(operator(), "chief", CODES[0], reason="核验营业执照")
    assert case.number not in client.get("/desk/agenda?month=2026-06").content.decode()
    assert owner().subject.code == CODES[0]


@SMTP
def test_what_is_sent_is_in_the_language_that_its_reader_chose(case: Case) -> None:
    client = decider()
    path = address(client)
    assert events(path)[0]["summary"] == f"养护责任履行 {case.number}（履行中）"
    for _ in range(2):
        assert client.post("/language", {"language": "en", "next": "/desk/"}).status_code == 302
    assert AuditLine.objects.filter(act="accounts.choose-language").count() == 1
    assert events(path)[0]["summary"] == f"Keeping a duty of care {case.number} (In force)"
    with travel(MAY + dt.timedelta(days=1)):
        assert letters.send() == 1
    with travel(morning(DUE, 18)):
        ticking.tick()
        delivery.send_due()
    letter, notice = mail.outbox[0], next(one for one in mail.outbox if one.subject == "A duty of care is overdue")
    assert letter.subject == "Today: 0 overdue, 0 due soon, 1 new"
    assert f"Keeping a duty of care {case.number} (In force)" in letter.body
    assert "was not performed in time" in notice.body


def test_nobody_s_language_is_kept_for_who_is_not_signed_in_or_for_what_is_none(case: Case) -> None:
    client = decider()
    Client().post("/language", {"language": "en", "next": "/"})
    client.post("/language", {"language": "fr", "next": "/"})
    assert set(User.objects.values_list("language", flat=True)) == {"zh"}
