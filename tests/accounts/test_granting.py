"""Roles by four eyes, passwords that somebody else chose, and what an administrator cannot do to their own account."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from typer.testing import CliRunner

from quanxin.accounts import Actor, NotAllowed, operator
from quanxin.accounts.actors import Role
from quanxin.accounts.errors import AccountError
from quanxin.accounts.factors import reset_factors
from quanxin.accounts.granting import decide, waiting
from quanxin.accounts.models import AuditLine, Grant, User
from quanxin.accounts.own_matters import OwnMatter
from quanxin.accounts.people import actor_of, add_account, deactivate, remove_membership, set_password
from quanxin.cli.main import app
from quanxin.runtime import environment
from tests.accounts.people import PASSWORD, browser, sign_in

pytestmark = pytest.mark.django_db
OWN = "泉城路九号-Autumn-31"


@pytest.fixture
def pair() -> tuple[Actor, Actor]:
    """Two administrators: the first made alone at the machine, the second by both."""
    add_account(operator(), "first", password=PASSWORD, role=Role.ADMINISTRATOR)
    add_account(operator(), "second", password=PASSWORD, role=Role.ADMINISTRATOR)
    decide(administrator("first"), Grant.objects.get().pk, approved=True)
    return administrator("first"), administrator("second")


def administrator(name: str) -> Actor:
    return actor_of(User.objects.get(username=name))


def roles(name: str) -> set[str]:
    return set(User.objects.get(username=name).memberships.values_list("role", flat=True))


def acts(*names: str) -> list[str]:
    return list(AuditLine.objects.filter(act__in=names).order_by("pk").values_list("act", flat=True))


def test_before_there_is_an_administrator_the_machine_s_operator_grants_alone_with_a_line() -> None:
    add_account(operator(), "clerk", password=PASSWORD, role=Role.CENTRE)
    add_account(operator(), "first", password=PASSWORD, role=Role.ADMINISTRATOR)
    lines = AuditLine.objects.filter(act="accounts.grant")
    assert [(line.target, line.particulars["alone"]) for line in lines.order_by("pk")] == [
        ("user:clerk", True),
        ("user:first", True),
    ]
    add_account(operator(), "clerk", password="", role=Role.REVIEWER)
    assert roles("clerk") == {"centre"}
    assert [one["role"] for one in waiting()] == ["reviewer"]
    deactivate(operator(), "first", reason="调离")  # nobody could approve any more
    add_account(operator(), "clerk", password="", role=Role.STEWARD)
    assert roles("clerk") == {"centre", "steward"}


def test_one_administrator_asks_and_another_approves(pair: tuple[Actor, Actor]) -> None:
    first, second = pair
    for _ in range(2):
        add_account(first, "clerk", password=PASSWORD, role=Role.DECIDER, provider="taxation", district="370102")
    asked = Grant.objects.get(approved=None)
    assert roles("clerk") == set()
    with pytest.raises(OwnMatter):
        decide(first, asked.pk, approved=True)
    assert roles("clerk") == set()
    for _ in range(2):
        assert decide(second, asked.pk, approved=True).approved
    held = User.objects.get(username="clerk").memberships.get()
    assert (held.role, held.provider, held.district) == ("decider", "taxation", "370102")
    with pytest.raises(AccountError):
        decide(second, asked.pk, approved=False)
    line = AuditLine.objects.get(act="accounts.grant", target="user:clerk")
    assert (line.actor, line.particulars["asked_by"]) == ("user:second", "user:first")
    add_account(second, "clerk", password="", role=Role.DECIDER, provider="taxation", district="370102")
    assert waiting() == []  # it is held already


def test_a_refused_grant_gives_nothing_and_may_be_asked_again(pair: tuple[Actor, Actor]) -> None:
    first, second = pair
    add_account(first, "clerk", password=PASSWORD, role=Role.CENTRE)
    decide(second, Grant.objects.get(approved=None).pk, approved=False)
    assert roles("clerk") == set()
    add_account(second, "clerk", password="", role=Role.CENTRE)
    decide(first, Grant.objects.get(approved=None).pk, approved=True)
    assert roles("clerk") == {"centre"}
    assert acts("accounts.ask-grant", "accounts.refuse-grant")[-3:] == [
        "accounts.ask-grant",
        "accounts.refuse-grant",
        "accounts.ask-grant",
    ]
    assert remove_membership(first, "clerk", Role.CENTRE)  # taking back needs one alone


def test_nobody_grants_to_themselves_or_resets_themselves(pair: tuple[Actor, Actor]) -> None:
    first, second = pair
    with pytest.raises(OwnMatter):
        add_account(first, "first", password="", role=Role.CENTRE)
    add_account(second, "first", password="", role=Role.CENTRE)
    asked = Grant.objects.get(approved=None)
    for actor in (first, second):  # whom it is for, and who asked
        with pytest.raises(OwnMatter):
            decide(actor, asked.pk, approved=True)
    for attempt in (lambda: set_password(first, "first", OWN), lambda: reset_factors(first, "first", reason="丢失")):
        with pytest.raises(OwnMatter):
            attempt()
    assert roles("first") == {"administrator"}
    assert AuditLine.objects.filter(act="access.refused", particulars__why="own matter").count() == 5
    with pytest.raises(NotAllowed):
        decide(Actor("user:x", [Role.CENTRE]), asked.pk, approved=True)
    with pytest.raises(AccountError):
        decide(first, 999_999, approved=True)


def test_an_account_that_was_closed_meanwhile_gets_no_role(pair: tuple[Actor, Actor]) -> None:
    first, second = pair
    add_account(first, "clerk", password=PASSWORD, role=Role.CENTRE)
    deactivate(first, "clerk", reason="调离")
    with pytest.raises(AccountError, match="停用"):
        decide(second, Grant.objects.get(approved=None).pk, approved=True)
    assert roles("clerk") == set()


# --- one-time passwords ------------------------------------------------------------------------------------------


def change(client: Client, new: str, old: str = PASSWORD) -> Any:
    return client.post("/account/password", {"oldpassword": old, "password1": new, "password2": new})


@pytest.mark.parametrize("how", ["made", "reset"])
def test_a_password_that_somebody_else_chose_opens_its_change_alone(how: str) -> None:
    add_account(operator(), "clerk", password=OWN if how == "reset" else PASSWORD, role=Role.CENTRE)
    if how == "reset":
        User.objects.update(one_time=False)
        set_password(operator(), "clerk", PASSWORD)
    client = browser()
    assert sign_in(client, "clerk").status_code == 302
    for path in ("/desk/", "/desk/scores", "/my/", "/account/", "/account/totp", "/account/keys/add", "/account/codes"):
        assert client.get(path).headers["Location"] == "/account/password", path
    assert client.post("/desk/cases/forward", {"number": "1"}).headers["Location"] == "/account/password"
    assert client.get("/").status_code == 200  # what everybody sees
    assert "一次性密码" in client.get("/account/password").content.decode()
    assert change(client, PASSWORD).status_code == 200  # the same one is no change
    assert client.get("/desk/").headers["Location"] == "/account/password"
    assert change(client, OWN + "-neu").status_code == 302
    assert client.get("/desk/").status_code == 200
    assert not User.objects.get(username="clerk").one_time
    again = browser()
    assert sign_in(again, "clerk", OWN + "-neu").status_code == 302
    assert again.get("/desk/").status_code == 200
    assert sign_in(browser(), "clerk", PASSWORD).status_code == 200  # the one that was handed over is worth nothing


def test_without_a_setting_people_with_a_role_need_a_second_factor(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUANXIN_SECOND_FACTOR")
    settings.SECOND_FACTOR = environment.choice("QUANXIN_SECOND_FACTOR", "required", "optional")
    assert settings.SECOND_FACTOR == "required"
    add_account(operator(), "clerk", password=PASSWORD, role=Role.CENTRE)
    User.objects.update(one_time=False)
    client = browser()
    sign_in(client, "clerk")
    assert client.get("/desk/").headers["Location"] == "/account/"


def test_the_command_line_makes_a_password_shows_it_once_and_asks_for_approval(pair: tuple[Actor, Actor]) -> None:
    def run(*words: str, **given: str) -> dict[str, Any]:
        done = CliRunner().invoke(app, list(words), env=given)
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    made = run("account", "add", "clerk", "--role", "centre")
    assert sign_in(browser(), "clerk", made["one_time_password"]).status_code == 302
    assert made["waits_for_approval"] == Grant.objects.get(approved=None).pk
    approved = run("--as", "second", "account", "approve", str(made["waits_for_approval"]))
    assert approved["approved"]
    assert roles("clerk") == {"centre"}
    reset = run("account", "password", "clerk")
    assert sign_in(browser(), "clerk", reset["one_time_password"]).status_code == 302
    scripted = run("account", "password", "clerk", QUANXIN_PASSWORD=PASSWORD)
    assert "one_time_password" not in scripted
    assert "one_time_password" not in run("account", "add", "other", QUANXIN_PASSWORD=PASSWORD)
    assert reset["one_time_password"] not in str(list(AuditLine.objects.values_list("particulars", flat=True)))
