"""Sessions: when they end, who ends them, and the page that shows them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from quanxin.accounts import operator, sessions
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine, Session, SignIn
from quanxin.accounts.people import deactivate, set_password
from quanxin.calendar import now, travel
from tests.accounts.people import PASSWORD, browser, person, sign_in, signed_in

pytestmark = pytest.mark.django_db
NEW = "趵突腾空-Autumn-73"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture
def clerk() -> Client:
    person("clerk-zhao", Role.INTAKE)
    return signed_in()


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def minutes(number: int) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def test_a_session_ends_when_it_is_not_used(clerk: Client) -> None:
    start = now()
    with travel(start + minutes(29)):
        assert is_in(clerk)
    with travel(start + minutes(58)):
        assert is_in(clerk)
    with travel(start + minutes(58 + 31)):
        assert not is_in(clerk)
    with travel(start + minutes(59)):
        assert not is_in(clerk)  # what has ended does not come back


def test_a_session_ends_after_its_hours_however_much_it_is_used(clerk: Client) -> None:
    start = now()
    for number in range(20, 8 * 60, 20):
        with travel(start + minutes(number)):
            clerk.post("/language", {"language": "en"})
            assert is_in(clerk), number
    with travel(start + minutes(8 * 60 + 1)):
        assert not is_in(clerk)


def test_both_terms_are_the_operators(clerk: Client, settings: Settings) -> None:
    settings.SESSION_IDLE = minutes(5)
    with travel(now() + minutes(6)):
        assert not is_in(clerk)


def test_being_used_is_written_at_most_once_a_minute(clerk: Client) -> None:
    with travel(now() + minutes(2)):
        for writes in (1, 0):
            with CaptureQueriesContext(connection) as asked:
                assert is_in(clerk)
            assert sum('UPDATE "accounts_session"' in q["sql"] for q in asked) == writes


def test_one_ends_another_session_and_it_really_ends(clerk: Client) -> None:
    other = browser(**{"user-agent": FIREFOX})
    sign_in(other)
    page = clerk.get("/account/")
    assert "Firefox 143 · Linux" in page.content.decode()
    assert "127.0.0.*" in page.content.decode()
    shown = page.context["sessions"]
    assert len(shown) == 2
    assert [current for _, _, current in shown].count(True) == 1
    assert all(one.session_key not in page.content.decode() for _, one, _ in shown)
    reference = next(reference for reference, _, current in shown if not current)
    assert clerk.post("/account/sessions/end", {"session": reference})["Location"] == "/account/"
    assert not is_in(other)
    assert is_in(clerk)
    line = AuditLine.objects.get(act="accounts.end-sessions")
    assert (line.actor, line.particulars) == ("user:clerk-zhao", {"sessions": 1, "why": "asked"})


def test_one_ends_all_other_sessions(clerk: Client) -> None:
    others = [signed_in(), signed_in()]
    clerk.post("/account/sessions/end", {"session": "others"})
    assert [is_in(other) for other in others] == [False, False]
    assert is_in(clerk)
    assert "其他登录已全部退出" in clerk.get("/account/").content.decode()
    assert "其他登录已全部退出" not in clerk.get("/account/").content.decode()
    clerk.post("/account/sessions/end", {"session": "others"})
    assert AuditLine.objects.filter(act="accounts.end-sessions").count() == 1


def test_nobody_ends_the_session_of_another(clerk: Client) -> None:
    person("other")
    other = signed_in("other")
    reference = other.get("/account/").context["sessions"][0][0]
    clerk.post("/account/sessions/end", {"session": reference})
    assert other.get("/account/").status_code == 200


def test_ending_ones_own_session_signs_out(clerk: Client) -> None:
    reference = clerk.get("/account/").context["sessions"][0][0]
    assert clerk.post("/account/sessions/end", {"session": reference})["Location"] == "/account/sign-in"
    assert not is_in(clerk)


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> int:
    return client.post("/account/password", {"oldpassword": old, "password1": new, "password2": again}).status_code


def test_a_new_password_ends_every_other_session_at_once(clerk: Client) -> None:
    other = signed_in()
    before = clerk.cookies["quanxin_session"].value
    assert change(clerk) == 302
    assert is_in(clerk)
    assert not is_in(other)
    assert clerk.cookies["quanxin_session"].value != before
    assert Session.objects.filter(user__username="clerk-zhao").count() == 1
    assert AuditLine.objects.filter(act="accounts.password", actor="user:clerk-zhao").count() == 1
    assert sign_in(browser(), password=NEW).status_code == 302
    assert sign_in(browser(), password=PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "given", [("wrong", NEW, NEW), (PASSWORD, "123456789012", "123456789012"), (PASSWORD, NEW, NEW + "x")]
)
def test_a_password_that_cannot_be_changes_nothing(clerk: Client, given: tuple[str, str, str]) -> None:
    assert change(clerk, *given) == 200
    assert sign_in(browser()).status_code == 302


def test_the_old_password_is_guessed_in_vain(clerk: Client) -> None:
    for _ in range(5):
        change(clerk, old="wrong")
    assert change(clerk) == 200
    assert sign_in(browser()).status_code == 200


def test_a_closed_account_is_out_at_once(clerk: Client) -> None:
    deactivate(operator(), "clerk-zhao", reason="离职")
    deactivate(operator(), "clerk-zhao", reason="离职")
    assert not is_in(clerk)
    assert not Session.objects.filter(user__username="clerk-zhao").exists()
    assert sign_in(browser()).status_code == 200
    assert AuditLine.objects.filter(act="accounts.deactivate").count() == 1


def test_a_password_given_by_the_administrator_ends_every_session(clerk: Client) -> None:
    set_password(operator(), "clerk-zhao", NEW)
    assert not is_in(clerk)
    assert sign_in(browser(), password=NEW).status_code == 302


def test_sign_ins_are_shown_to_their_owner_alone_with_those_that_failed(clerk: Client) -> None:
    person("other")
    sign_in(browser(**{"user-agent": FIREFOX}), password="wrong")
    sign_in(browser(), "other", "wrong")
    shown = clerk.get("/account/").context["sign_ins"]
    assert [(one.username, one.succeeded) for one in shown] == [("clerk-zhao", False), ("clerk-zhao", True)]
    assert shown[0].browser == "Firefox 143 · Linux"


def test_the_pages_of_an_account_are_for_those_signed_in() -> None:
    for path in (
        "",
        "password",
        "totp",
        "totp/off",
        "codes",
        "codes/new",
        "keys/add",
        "keys/1/remove",
        "keys/1/name",
        "again",
        "again/code",
        "again/key",
    ):
        assert browser().get(f"/account/{path}").status_code == 302, path
    assert browser().post("/account/sessions/end", {"session": "others"}).status_code == 302


@pytest.mark.parametrize(("sent", "proxies", "kept"), [
    ({"REMOTE_ADDR": "203.0.113.77"}, 0, "203.0.113.*"), ({"REMOTE_ADDR": "2001:db8:1:2::3"}, 0, "2001:db8:1::*"),
    ({"REMOTE_ADDR": "::ffff:203.0.113.9"}, 0, "203.0.113.*"), ({"REMOTE_ADDR": ""}, 0, ""),
    ({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}, 0, "10.0.0.*"),
    ({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 198.51.100.7"}, 1, "198.51.100.*"),
    ({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "x"}, 1, ""),
])  # fmt: skip
def test_an_address_is_kept_shortened(sent: dict[str, str], proxies: int, kept: str, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = proxies
    person()
    client = Client(**sent)  # type: ignore[arg-type]
    sign_in(client)
    assert SignIn.objects.get().address == kept
    assert Session.objects.get(user__isnull=False).address == kept


def test_sessions_that_are_over_are_swept(clerk: Client) -> None:
    assert sessions.sweep() == 0
    with travel(now() + minutes(31)):
        assert sessions.sweep() == 1
