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
    assert json.loads(made.stdout) == {"username": "owner", "role": None, "provider": "*"}


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
