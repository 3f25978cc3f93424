"""Accounts and whom they stand for, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from quanxin.accounts.models import Binding, User
from quanxin.cli.main import app
from tests.city import CODES, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def representative(tmp_path: Path) -> None:
    register(tmp_path)
    made = ask("account", "add", "owner")
    nothing = {"role": None, "provider": "*", "district": "*", "organisation": None}
    assert json.loads(made.stdout) == {"username": "owner"} | nothing


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, words, env={"QUANXIN_PASSWORD": "七泉映月-Spring-72"})


def test_an_account_without_a_role_stands_for_one_organisation_until_that_is_ended() -> None:
    assert not User.objects.get().memberships.exists()
    made = ask("people", "bind", "owner", "--subject", CODES[0], "--reason", "核验授权书", "--until", "2099-12-31")
    assert json.loads(made.stdout) == {"username": "owner", "subject": CODES[0], "until": "2099-12-31"}
    assert json.loads(ask("people", "unbind", "owner", "--reason", "离职").stdout)["ended"] is True
    assert Binding.objects.get().ended_reason == "离职"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bind", "owner", "--subject", "91370102MA3AAAA000", "--reason", "核验"), "没有找到"),
        (("bind", "nobody", "--subject", CODES[0], "--reason", "核验"), "没有这个账号"),
        (("bind", "owner", "--subject", CODES[0], "--reason", " "), "请写明理由"),
        (("bind", "owner", "--subject", CODES[0], "--reason", "核验", "--until", "2020-01-01"), "到期日已过"),
        (("unbind", "owner", "--reason", "离职"), "没有绑定单位"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(words: tuple[str, ...], said: str) -> None:
    done = ask("people", *words)
    assert done.exit_code == 1
    assert said in done.stderr
    assert not Binding.objects.exists()


def test_an_account_is_given_roles_with_what_they_are_held_for_and_is_closed() -> None:
    ask("organisation", "add", "ccb", "--name", "某银行", "--kind", "bank")
    made = ask(
        "account",
        "add",
        "officer",
        "--role",
        "bank",
        "--organisation",
        "ccb",
        "--district",
        "370102",
        "--email",
        "li@example.org",
    )
    assert json.loads(made.stdout) == {
        "username": "officer", "role": "bank", "provider": "*", "district": "370102", "organisation": "ccb",
    }  # fmt: skip
    ask("account", "add", "officer", "--role", "supervisor")
    rows = {row["username"]: row for row in json.loads(ask("account", "list").stdout)}
    assert rows["officer"]["roles"] == ["bank:370102:ccb", "supervisor"]
    assert rows["owner"] == {
        "username": "owner", "name": "", "active": True, "roles": [], "factors": 0, "last_sign_in": None,
    }  # fmt: skip
    assert json.loads(ask("account", "end", "officer", "--role", "supervisor").stdout)["ended"] is True
    assert ask("account", "end", "officer", "--role", "supervisor").exit_code == 1
    assert User.objects.get(username="officer").is_active
    assert json.loads(ask("account", "end", "officer", "--reason", "离职").stdout)["ended"] is True
    assert not User.objects.get(username="officer").is_active
    assert User.objects.get(username="officer").email == "li@example.org"


def test_a_forgotten_password_and_lost_factors_are_the_operators_to_mend() -> None:
    assert json.loads(ask("account", "password", "owner").stdout) == {"username": "owner", "password": "set"}
    assert json.loads(ask("account", "reset-factors", "owner", "--reason", "丢失手机").stdout)["factors"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("account", "add", "x", "--role", "bank", "--organisation", "nothing"), "没有机构"),
        (("account", "add", "x", "--role", "centre", "--district", "999999"), "没有行政区划"),
        (("account", "end", "owner"), "请写明理由"),
        (("account", "end", "nobody", "--reason", "x"), "没有这个账号"),
        (("account", "password", "nobody"), "没有这个账号"),
        (("account", "reset-factors", "owner", "--reason", " "), "请写明理由"),
        (("organisation", "add", "x", "--name", "x", "--kind", "shop"), ""),
    ],
)
def test_what_an_account_cannot_be_is_refused_in_words(words: tuple[str, ...], said: str) -> None:
    done = ask(*words)
    assert done.exit_code == 1
    assert said in done.stderr
    assert User.objects.count() == 1


def test_an_unknown_role_is_refused_with_those_there_are() -> None:
    assert "steward" in ask("account", "add", "x", "--role", "king").stderr
