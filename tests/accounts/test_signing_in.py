"""Signing in by password: who gets in, where one goes, what an attacker learns, and the lock."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connections
from pytest_django import Settings

from quanxin.accounts import operator, sessions
from quanxin.accounts.actors import Role
from quanxin.accounts.attempts import LOCKED_AFTER
from quanxin.accounts.binding import bind
from quanxin.accounts.models import Session, SignIn, User
from quanxin.accounts.people import add_account, deactivate, set_password
from quanxin.calendar import now, travel
from tests.accounts.people import PASSWORD, browser, person, sign_in, signed_in
from tests.city import CODES

pytestmark = pytest.mark.django_db
SAID = "用户名或密码不正确。"


def test_each_lands_where_they_work() -> None:
    person("clerk", Role.INTAKE)
    person("owner")
    person("nobody-yet")
    bind(operator(), "owner", CODES[0], reason="核验授权书")
    assert sign_in(browser(), "clerk")["Location"] == "/desk/"
    assert sign_in(browser(), "owner")["Location"] == "/my/"
    assert sign_in(browser(), "nobody-yet")["Location"] == "/account/"
    assert sign_in(browser(), "clerk", next="/desk/batches?page=2")["Location"] == "/desk/batches?page=2"


@pytest.mark.parametrize("next_page", [
    "https://evil.example/", "//evil.example/desk/", "http:///evil.example", "javascript:alert(1)", "\\\\evil.example",
    "http://localhost/desk/",
])  # fmt: skip
def test_one_is_led_to_no_other_site(next_page: str) -> None:
    person("clerk", Role.INTAKE)
    assert sign_in(browser(), "clerk", next=next_page)["Location"] == "/desk/"
    assert browser().get("/desk/sign-in", {"next": next_page}).status_code == 200
    assert signed_in("clerk").get("/desk/sign-in", {"next": next_page})["Location"] == "/desk/"


def test_an_unknown_name_a_wrong_password_and_a_closed_account_get_one_answer() -> None:
    person("clerk")
    person("gone")
    deactivate(operator(), "gone", reason="离职")
    answers = set()
    for name, password in (("clerk", "wrong"), ("unknown", "wrong"), ("gone", PASSWORD)):
        answer = sign_in(browser(), name, password)
        assert answer.status_code == 200
        shown = answer.content.decode()
        assert SAID in shown
        answers.add(shown.replace(name, "NAME").partition('name="csrfmiddlewaretoken"')[0])
    assert len(answers) == 1
    assert list(SignIn.objects.values_list("username", "succeeded", "how").order_by("id")) == [
        ("clerk", False, "password"),
        ("unknown", False, "password"),
        ("gone", False, "password"),
    ]


class Counting(MD5PasswordHasher):
    """Counts the hashes of passwords that are made, which is what takes the time."""

    made = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.made += 1
        return str(super().encode(password, salt))


def test_the_same_work_is_done_whatever_is_wrong(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    for name in ("clerk", "gone", "late", "keyless"):
        person(name)
    deactivate(operator(), "gone", reason="离职")
    User.objects.filter(username="late").update(one_time=True, one_time_until=now())
    keyless = User.objects.get(username="keyless")
    keyless.set_unusable_password()
    keyless.save()
    counts = {}
    for name, password in (
        ("clerk", "wrong"),
        ("unknown", "wrong"),
        ("gone", PASSWORD),
        ("gone", "wrong"),
        ("late", PASSWORD),
        ("keyless", "wrong"),
    ):
        Counting.made = 0
        assert SAID in sign_in(browser(), name, password).content.decode()
        counts[name, password] = Counting.made
    assert set(counts.values()) == {1}, counts


def test_a_one_time_password_lets_in_for_its_while_and_a_new_one_again(settings: Settings) -> None:
    settings.ONE_TIME_HOURS = 24
    start = now()
    with travel(start):
        add_account(operator(), "newcomer", password=PASSWORD)
    with travel(start + dt.timedelta(hours=23, minutes=59)):
        assert sign_in(browser(), "newcomer").status_code == 302
    with travel(start + dt.timedelta(hours=24)):
        assert SAID in sign_in(browser(), "newcomer").content.decode()
        assert SignIn.objects.get(username="newcomer", succeeded=False).how == "password expired"
        set_password(operator(), "newcomer", PASSWORD)
        assert sign_in(browser(), "newcomer").status_code == 302


@pytest.mark.parametrize("name", ["clerk", "unknown"])
def test_too_many_wrong_passwords_lock_a_name_whether_or_not_it_exists(name: str) -> None:
    person("clerk")
    for _ in range(LOCKED_AFTER):
        assert SAID in sign_in(browser(), name, "wrong").content.decode()
    assert "15 分钟" in sign_in(browser(), name).content.decode()
    with travel(now() + dt.timedelta(minutes=16)):
        assert sign_in(browser(), name).status_code == (302 if name == "clerk" else 200)


def test_each_try_while_a_name_is_locked_leaves_a_line_and_does_not_lock_it_for_longer() -> None:
    person()
    start = now()
    with travel(start):
        for _ in range(LOCKED_AFTER):
            sign_in(browser(), password="wrong")
    with travel(start + dt.timedelta(minutes=14)):
        for _ in range(LOCKED_AFTER):
            assert "15 分钟" in sign_in(browser()).content.decode()
    assert SignIn.objects.filter(how="locked", succeeded=False, username="clerk-zhao").count() == LOCKED_AFTER
    with travel(start + dt.timedelta(minutes=15, seconds=1)):
        assert sign_in(browser()).status_code == 302


def test_a_success_in_between_keeps_a_name_open() -> None:
    person("clerk")
    for _ in range(LOCKED_AFTER - 1):
        sign_in(browser(), "clerk", "wrong")
    assert sign_in(browser(), "clerk").status_code == 302
    sign_in(browser(), "clerk", "wrong")
    assert sign_in(browser(), "clerk").status_code == 302


def test_a_name_is_written_as_it_is_so_that_no_other_way_of_writing_tries_on() -> None:
    person("clerk")
    assert sign_in(browser(), "CLERK").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_many_who_try_at_once_have_no_more_tries() -> None:
    person("clerk")

    def attempt(number: int) -> str:
        try:
            return sign_in(browser(), "clerk", f"wrong-{number}").content.decode()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(12)))
    assert sum(SAID in page for page in said) == LOCKED_AFTER == SignIn.objects.exclude(how="locked").count()


def test_nobody_registers_and_no_password_is_reset_by_mail() -> None:
    for path in (
        "signup",
        "sign-up",
        "register",
        "password/reset",
        "email",
        "confirm-email/x",
        "3rdparty/signup",
        "login",
    ):
        for prefix in ("/account/", "/accounts/", "/desk/"):
            assert browser().post(prefix + path, {"username": "x", "password1": PASSWORD}).status_code == 404
    assert not User.objects.exists()


def test_the_key_of_a_session_changes_at_sign_in() -> None:
    person("clerk", Role.INTAKE)
    client = browser()
    session = client.session  # a key that somebody planted
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["quanxin_session"] = planted
    sign_in(client, "clerk")
    assert client.cookies["quanxin_session"].value != planted
    assert not Session.objects.filter(session_key=sessions.stored(planted)).exists()
    thief = browser()
    thief.cookies["quanxin_session"] = planted
    assert thief.get("/desk/").status_code == 302


def test_signing_out_ends_the_session() -> None:
    person("clerk", Role.INTAKE)
    client = signed_in("clerk")
    kept = client.cookies["quanxin_session"].value
    assert client.post("/desk/sign-out")["Location"] == "/desk/sign-in"
    client.cookies["quanxin_session"] = kept
    assert client.get("/desk/").status_code == 302


def test_the_page_needs_a_token_and_runs_nothing_inline() -> None:
    person("clerk")
    from django.test import Client

    assert (
        Client(enforce_csrf_checks=True).post("/desk/sign-in", {"login": "clerk", "password": PASSWORD}).status_code
        == 403
    )
    for path in ("/desk/sign-in", "/account/sign-in"):
        answer = browser().get(path)
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "登录工作台" in answer.content.decode()
    assert "登录工作台" not in browser().get("/desk/sign-in?next=/my/").content.decode()
    assert "Sign in" in Client(headers={"accept-language": "en"}).get("/desk/sign-in").content.decode()
