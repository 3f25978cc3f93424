"""As whom a command acts: the machine's operator, or the account that is named, with its roles and no more."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_account, deactivate
from quanxin.archive.models import Batch, Record
from quanxin.cli.main import app
from quanxin.intake.models import Held
from quanxin.terminal.output import explain
from tests.city import CODES, NAMES, hand_in, penalty, register, write

pytestmark = pytest.mark.django_db
PASSWORD = "七泉映月-Spring-72"
PENALTY = "administrative-penalty"
MACHINE = f"operator:{getpass.getuser()}"


@pytest.fixture(autouse=True)
def city(tmp_path: Path) -> None:
    register(tmp_path)
    for name, role, more in (
        ("taxman", Role.INTAKE, {"provider": "taxation"}),
        ("clerk", Role.INTAKE, {"provider": "market-regulation"}),
        ("near", Role.CENTRE, {"district": "370102"}),
        ("far", Role.CENTRE, {"district": "370103"}),
        ("auditor", Role.AUDITOR, {}),
    ):
        add_account(operator(), name, password=PASSWORD, role=role, **more)


@pytest.fixture
def batch(tmp_path: Path) -> str:
    """A batch of market regulation's, of which a row is held."""
    made = hand_in(tmp_path, PENALTY, [penalty(0), penalty(1, "乙2号", fine="many")], name="penalties.csv")
    assert (made.accepted, made.quarantined) == (1, 1)
    return made.batch


def ran(name: str, *words: str, **environment: str) -> tuple[int, Any, str]:
    """How a command ends that acts as an account (none where it is empty): exit code, answer, what it says besides."""
    done = CliRunner().invoke(app, [*(["--as", name] if name else []), *words], env=environment)
    code, said = done.exit_code, done.stderr
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        code, said = explain(done.exception), f"{done.exception.zh} {done.exception.en}"  # type: ignore[attr-defined]
    return code, json.loads(done.stdout) if done.stdout else None, said


def refusals(name: str) -> list[AuditLine]:
    return list(AuditLine.objects.filter(actor=name, act="access.refused"))


def test_an_account_acts_in_its_own_name_and_the_audit_says_who_ran_it(tmp_path: Path) -> None:
    file = write(tmp_path, PENALTY, [penalty(0)], "own.csv")
    words = ("intake", str(file), "--resource", PENALTY, "--provider", "market-regulation")
    code, receipt, _ = ran("clerk", *words)
    assert (code, receipt["accepted"]) == (0, 1)
    assert Batch.objects.get(pk=receipt["batch"]).actor == "user:clerk"
    line = AuditLine.objects.get(act="accounts.act-as")
    assert (line.actor, line.target, line.particulars) == (MACHINE, "user:clerk", {"command": "intake"})
    assert ran("", "batches")[0] == 0  # the machine's operator leaves no such line
    assert AuditLine.objects.filter(act="accounts.act-as").count() == 1


def test_an_account_is_named_by_the_environment_and_no_option_overrules_it() -> None:
    assert ran("", "batches", QUANXIN_AS="clerk")[0] == 0
    assert ran("clerk", "batches", QUANXIN_AS="clerk")[0] == 0
    assert ran("", "account", "list", QUANXIN_AS="clerk")[0] == 1
    for name, environment in (("near", "clerk"), (" ", "")):
        code, answer, said = ran(name, "batches", QUANXIN_AS=environment)
        assert (code, answer) == (2, None)
        assert "只能以一个账号" in said
    assert ran("clerk", "--as", "near", "batches")[0] == 2


@pytest.mark.parametrize("name", ["nobody", "gone"])
@pytest.mark.parametrize("words", [("batches",), ("pack", "check"), ("stop",)])
def test_no_account_or_one_that_was_closed_runs_nothing(name: str, words: tuple[str, ...]) -> None:
    add_account(operator(), "gone", password=PASSWORD, role=Role.INTAKE)
    deactivate(operator(), "gone", reason="离职")
    code, answer, said = ran(name, *words)
    assert (code, answer) == (1, None)
    assert "没有这个账号" in said
    (line,) = refusals(MACHINE)
    assert (line.target, line.particulars["account"]) == (f"command:{' '.join(words)}", name)


def test_a_refusal_names_the_roles_that_are_needed_or_says_that_it_is_the_machines() -> None:
    code, _, said = ran("auditor", "people", "unbind", "owner", "--reason", "x")
    assert code == 1
    assert "centre, window" in said
    assert "auditor" in said
    assert "本机操作员" in ran("auditor", "keys", "list")[2]
    assert [line.target for line in refusals("user:auditor")] == ["command:keys list", "command:people unbind"]
    assert {line.particulars["by"] for line in refusals("user:auditor")} == {MACHINE}


def test_a_clerk_sees_and_touches_no_other_providers_batches(batch: str, tmp_path: Path) -> None:
    file = str(write(tmp_path, PENALTY, [penalty(2, "丙3号")], "other.csv"))
    tries = (
        ("intake", file, "--resource", PENALTY, "--provider", "market-regulation"),
        ("replay", batch),
        ("take-back", batch, "--reason", "错传"),
        ("receipt", batch),
        ("receipt", batch, "--rows"),
        ("receipt", batch, "--out", str(tmp_path / "out.xlsx")),
        ("quality", "--provider", "market-regulation"),
        ("export", PENALTY, "--out", str(tmp_path / "out.xlsx"), "--from", "2020-01-01", "--until", "2030-01-01"),
    )
    before = (Batch.objects.count(), Record.objects.count(), Held.objects.count())
    for words in tries:
        code, answer, said = ran("taxman", *words)
        assert (code, answer) == (1, None), words
        assert "没有办理此事的权限" in said, words
    assert [line.target for line in reversed(refusals("user:taxman"))] == [f"command:{words[0]}" for words in tries]
    assert (Batch.objects.count(), Record.objects.count(), Held.objects.count()) == before
    assert not (tmp_path / "out.xlsx").exists()
    assert ran("taxman", "batches")[1] == []
    assert [line["line"] for line in ran("taxman", "quality")[1]["lines"]] == ["total"]


def test_a_clerk_does_all_that_with_its_own(batch: str) -> None:
    assert batch in {row["batch"] for row in ran("clerk", "batches")[1]}
    assert ran("clerk", "receipt", batch)[1]["quarantined"] == 1
    assert "many" in json.dumps(ran("clerk", "receipt", batch, "--rows")[1])
    assert ran("clerk", "take-back", batch, "--reason", " ")[0] == 1
    assert ran("clerk", "take-back", batch, "--reason", "错传")[1] == {
        "records": 1, "restored": 0, "held": 1, "repeated": False,
    }  # fmt: skip
    assert AuditLine.objects.get(act="intake.take-back").actor == "user:clerk"
    assert refusals("user:clerk") == []


def test_a_source_is_shown_to_and_pulled_by_its_providers_clerk_alone(tmp_path: Path, settings: Any) -> None:
    settings.SOURCES_DIR = settings.SOURCE_FILES = tmp_path
    (tmp_path / "firms.yaml").write_text(
        f"name: firms\nresource: {PENALTY}\nprovider: market-regulation\nurl: sqlite:///{tmp_path}/none.db\nquery: SELECT 1\n",
        encoding="utf-8",
    )
    assert [row["source"] for row in ran("clerk", "sources")[1]] == ["firms"]
    assert ran("taxman", "sources")[1] == []
    assert "没有办理此事的权限" in ran("taxman", "pull", "firms")[2]
    assert [line.target for line in refusals("user:taxman")] == ["command:pull"]


def test_the_centre_of_a_district_reads_its_subjects_and_no_others(batch: str) -> None:
    reading = ("archive", CODES[0], "--viewer", "centre", "--purpose", "核查")
    assert ran("near", *reading)[1]["subject"]["name"] == NAMES[0]
    assert ran("near", "subject", CODES[0])[1]["name"] == NAMES[0]
    for words in (reading, ("subject", CODES[0]), ("explain", CODES[0], "--purpose", "核查")):
        code, answer, _ = ran("far", *words)
        assert (code, answer) == (1, None), words
    assert len(refusals("user:far")) + AuditLine.objects.filter(actor="user:far", act="scores.refused").count() >= 3
    assert ran("far", "archive", CODES[0])[0] == 0  # as the public reads it
    code, answer, _ = ran("auditor", *reading)
    assert (code, answer) == (1, None)
    assert [line.target for line in refusals("user:auditor")] == ["subjects"]  # the accessor's own line, once
