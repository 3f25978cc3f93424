"""The commands of the matrix: every role at every command, generated from the command line; refusals leave their lines."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import typer

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_account
from quanxin.cli.main import app
from quanxin.runtime import boot
from quanxin.terminal import access
from quanxin.terminal.output import explain
from tests.access.table import ANYONE, COMMANDS, MACHINE

PASSWORD = "七泉映月-Spring-72"
# What fills in what a command must be given, by the type of it: well-formed, about nothing that exists.
GIVEN: dict[Any, str] = {int: "999999", list[int]: "999999", dt.date: "2099-01-01"}
# What some commands need besides, to come as far as what they do.
MORE = {"export": ["--provider", "nothing"], "client add": ["--provider", "nothing"]}
# What takes long where it is allowed: tried for refusals alone.
LONG = {"doctor", "pack check", "pack coverage", "pack test", "evaluate", "linkage propose", "quality"}


def commands() -> Iterator[tuple[str, Any]]:
    """Every command of the command line: the words that call it, and what it is."""

    def walk(command: Any, words: str) -> Iterator[tuple[str, Any]]:
        for name, child in command.commands.items():
            if hasattr(child, "commands"):
                yield from walk(child, f"{words}{name} ")
            else:
                yield f"{words}{name}", child

    yield from walk(typer.main.get_command(app), "")


def allowed(role: Role, words: str) -> bool:
    """What the table says."""
    rule = COMMANDS[words]
    return rule == ANYONE or (isinstance(rule, frozenset) and role in rule)


def arguments(words: str, command: Any, folder: Path) -> list[str]:
    """A command with what it must be given, and no more."""
    given, kinds = words.split(), get_type_hints(inspect.unwrap(command.callback))
    path = folder / "nothing.xlsx"
    path.touch()
    for parameter in command.params:
        if parameter.required:
            value = str(path) if kinds[parameter.name] is Path else GIVEN.get(kinds[parameter.name], "nothing")
            given += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return given + MORE.get(words, [])


def test_every_command_has_a_rule_and_every_rule_a_command() -> None:
    assert {words for words, _ in commands()} == set(COMMANDS)


def test_what_a_command_declares_is_what_the_table_says_for_every_role() -> None:
    for words, command in commands():
        gate = command.callback.gate
        assert gate.command == words
        assert (gate.rule is access.MACHINE) == (COMMANDS[words] == MACHINE), words
        assert [access.allows(gate.rule, frozenset({role})) for role in Role] == [allowed(r, words) for r in Role], (
            words
        )
        assert access.allows(gate.rule, frozenset()) == (COMMANDS[words] == ANYONE), words


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_the_table_is_what_happens(role: Role, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUANXIN_PASSWORD", PASSWORD)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "nothing")
    monkeypatch.setattr(boot, "setup", lambda: None)  # the test has set it up; asking each time takes a while
    add_account(operator(), "someone", password=PASSWORD, role=role)
    line = typer.main.get_command(app)
    wrong = []
    for words, command in commands():
        if allowed(role, words) and words in LONG:
            continue
        said = run(line, ["--as", "someone", *arguments(words, command, tmp_path)])
        lines = AuditLine.objects.filter(actor="user:someone", act="access.refused", target=f"command:{words}")
        entered = AuditLine.objects.filter(act="accounts.act-as", particulars__command=words, target="user:someone")
        refused = isinstance(said, NotAllowed) and lines.count() == 1 and explain(said) == 1
        if (refused, entered.count()) != ((False, 1) if allowed(role, words) else (True, 0)):
            wrong.append(f"{words}: {said!r}")
    assert wrong == []


def run(line: Any, words: list[str]) -> Exception | None:
    """What a command ends in, besides its answer."""
    try:
        line.main(words, prog_name="quanxin", standalone_mode=False)
    except Exception as error:
        return error
    return None


def test_a_command_that_does_not_say_who_may_run_it_is_in_no_command_line() -> None:
    outer, inner = typer.Typer(), typer.Typer()

    @inner.command("quietly")
    def quiet() -> None:
        """Says nothing."""

    @outer.command()
    @access.may(Role.CENTRE)
    def aloud() -> None:
        """Says so."""

    outer.add_typer(inner, name="group")
    with pytest.raises(TypeError, match="group quietly"):
        access.declared(outer)


@pytest.mark.parametrize("who", [(), (access.ANYONE, Role.CENTRE), (access.MACHINE, access.ANYONE)])
def test_a_declaration_says_one_thing(who: Any) -> None:
    with pytest.raises(TypeError):
        access.may(*who)
