"""Persons bound to themselves, and agents, by the command line of the window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from quanxin.accounts.actors import Role
from quanxin.accounts.models import Agency, AuditLine, Binding
from quanxin.cli.main import app
from quanxin.runtime.keys import sealer
from tests.accounts.people import ADULT, MINOR, person
from tests.city import CODES, register

pytestmark = pytest.mark.django_db
TO = ("--until", "2099-12-31", "--document", "委〔1〕号", "--scope", "repair", "--scope", "archive")


@pytest.fixture(autouse=True)
def counter(tmp_path: Path) -> None:
    register(tmp_path)
    person("clerk", Role.WINDOW)
    for name in ("wang", "agent"):
        person(name)


def ask(*words: str, number: str = "") -> Result:
    return CliRunner().invoke(app, ["--as", "clerk", "people", *words], input=f"{number}\n")


def said(*words: str, number: str = "") -> Any:
    done = ask(*words, number=number)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_person_is_bound_by_a_number_that_is_asked_for_and_not_kept() -> None:
    answer = ask("bind-person", "wang", "--reason", "核验身份证", number=ADULT)
    assert json.loads(answer.stdout) == {"username": "wang", "person": True}
    held = Binding.objects.get()
    assert (held.identity, held.made_by) == (sealer().blind_index(ADULT), "user:clerk")
    assert ADULT not in answer.stdout + answer.stderr
    assert not [line for line in AuditLine.objects.all() if ADULT in f"{line} {line.particulars}"]


@pytest.mark.parametrize(("number", "why"), [(MINOR, "未满"), ("370102", "不正确")])
def test_a_minor_and_a_number_that_is_none_are_refused_and_not_repeated(number: str, why: str) -> None:
    done = ask("bind-person", "wang", "--reason", "核验身份证", number=number)
    assert (done.exit_code, done.stdout.strip()) == (1, "")
    assert why in done.stderr
    assert number not in done.stderr
    assert not Binding.objects.exists()


def test_an_agent_is_authorised_for_an_organisation_listed_and_ended() -> None:
    made = said("authorise", CODES[0], "agent", *TO)
    assert made | {"agency": 0, "from": ""} == {
        "agency": 0,
        "agent": "agent",
        "subject": CODES[0],
        "person": False,
        "scope": ["archive", "repair"],
        "from": "",
        "until": "2099-12-31",
        "document": "委〔1〕号",
        "ended": False,
    }
    assert said("agents", CODES[0]) == [made]
    assert said("agents", CODES[1]) == []
    assert said("end-agency", str(made["agency"]), "--reason", "委托人终止")["ended"] is True
    assert said("agents", CODES[0])[0]["ended"] is True
    assert Agency.objects.get().ended_by == "user:clerk"


def test_an_agent_is_authorised_for_a_person_by_the_persons_account() -> None:
    said("bind-person", "wang", "--reason", "核验身份证", number=ADULT)
    made = said("authorise", "wang", "agent", *TO)
    assert (made["subject"], made["person"]) == (None, True)
    assert said("agents", "wang") == [made]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("authorise", "wang", "agent", *TO), 1, "没有这个委托人"),
        (("authorise", "91370102MA3AAAA000", "agent", *TO), 1, "没有这个委托人"),
        (("agents", "nobody"), 1, "没有这个委托人"),
        (("authorise", CODES[0], "nobody", *TO), 1, "没有这个账号"),
        (("authorise", CODES[0], "agent", *TO, "--scope", "everything"), 2, "everything"),
        (("authorise", CODES[0], "agent", *TO, "--document", " "), 1, "书面授权的编号"),
        (("authorise", CODES[0], "agent", *TO, "--until", "2020-01-01"), 1, "到期日已过"),
        (("end-agency", "999999", "--reason", "x"), 1, "没有这项委托"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(words: tuple[str, ...], code: int, why: str) -> None:
    done = ask(*words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert why in done.stderr
    assert not Agency.objects.exists()
