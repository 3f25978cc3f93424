"""As whom a command acts, and who may run it: the one gate that every command passes.

Invariant: a command says by ``may`` who may run it and does nothing before that was checked; one that says nothing is in
no command line (``declared``). Without ``--as`` the person at the machine acts, as its operator; with it the account that
it names, with that account's roles and no more, and the audit says both who that was and which account it acted as.
What was refused leaves a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer

from quanxin.accounts.actors import Actor, Role, operator
from quanxin.accounts.errors import NotAllowed
from quanxin.runtime import environment
from quanxin.terminal.output import fail

P = ParamSpec("P")
T = TypeVar("T")


class Whoever(StrEnum):
    """Commands that ask for no role."""

    ANYONE = "anyone"  # reads nothing of a subject but what the public reads, or what an accessor opens to the actor
    MACHINE = "machine"  # runs, repairs or seals the installation: its operator alone, never an account


ANYONE, MACHINE = Whoever.ANYONE, Whoever.MACHINE
Rule = frozenset[Role] | Whoever


@dataclass(slots=True)
class Gate:
    """Who may run a command, the words that call it, and whether it needs the database."""

    rule: Rule
    command: str
    database: bool


class NoAccount(NotAllowed):
    """There is no such account, or it was closed."""

    refusal = "no-account"


class MachineOnly(NotAllowed):
    """The command is the operator's, and an account was named."""

    refusal = "machine-only"


class RoleMissing(NotAllowed):
    """The account has none of the roles that the command asks for."""

    refusal = "role-missing"


@dataclass(slots=True)
class _Whom:
    """The account that was named, and its actor once it was looked up."""

    name: str
    actor: Actor | None = None


_whom: ContextVar[_Whom | None] = ContextVar("whom", default=None)  # of the command line that runs; None: the operator


def name_account(context: typer.Context, named: list[str]) -> None:
    """Keep the account that the command is to act as; two different ones, or an empty name, are a mistake.

    A name in the environment cannot be overruled by an option: who may run a command with the one must not choose.
    """
    given = {name.strip() for name in (*named, *filter(None, [environment.value("QUANXIN_AS")]))}
    if len(given) > 1 or "" in given:
        fail("只能以一个账号的身份运行。", "Name one account to act as.", "--as NAME / QUANXIN_AS=NAME", code=2)
    before = _whom.set(_Whom(given.pop()) if given else None)
    context.call_on_close(lambda: _whom.reset(before))


def actor() -> Actor:
    """Whom the command that runs acts as."""
    whom = _whom.get()
    if whom is None:
        return operator()
    if whom.actor is None:
        raise RuntimeError("no command was entered")
    return whom.actor


def may(*who: Role | Whoever, database: bool = True) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declare who may run a command: ``ANYONE``, the ``MACHINE``'s operator, or whoever holds one of the roles.

    The database runs and Django is set up before the command begins, unless it needs neither (``database=False``); what it
    imports of a slice it imports inside, for until then there is no Django.
    """
    rule = next((one for one in who if isinstance(one, Whoever)), None)
    if not who or (rule is not None and len(who) > 1):
        raise TypeError("a command is for anyone, for the machine, or for roles")

    def declare(command: Callable[P, T]) -> Callable[P, T]:
        @wraps(command)
        def gated(*args: P.args, **kwargs: P.kwargs) -> T:
            gate: Gate = gated.gate  # type: ignore[attr-defined]
            _enter(gate)
            try:
                return command(*args, **kwargs)
            except NotAllowed as error:
                if error.line is None:  # what an act refused leaves its line where the whole command is refused
                    _leave_line(error, actor(), gate)
                raise

        roles = frozenset(one for one in who if isinstance(one, Role))
        gated.gate = Gate(rule or roles, command.__name__, database)  # type: ignore[attr-defined]
        return gated

    return declare


def allows(rule: Rule, roles: frozenset[Role]) -> bool:
    """Whether an account with these roles may run a command; the machine's operator may run every one."""
    return rule is ANYONE if isinstance(rule, Whoever) else bool(rule & roles)


def declared(app: typer.Typer) -> typer.Typer:
    """The application, all of whose commands said who may run them; ``TypeError`` names those that did not."""
    silent = []
    for words, command in _commands(app, ""):
        gate = getattr(command, "gate", None)
        if gate is None:
            silent.append(words)
        else:
            gate.command = words
    if silent:
        raise TypeError(f"who may run {', '.join(silent)}?")
    return app


def _commands(app: typer.Typer, words: str) -> Iterator[tuple[str, Callable[..., Any] | None]]:
    for one in app.registered_commands:
        yield words + (one.name or getattr(one.callback, "__name__", "").replace("_", "-")), one.callback
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance, f"{words}{group.name} ")


def _enter(gate: Gate) -> None:
    """Refuse a command to an account that may not run it, and note that an account runs it."""
    whom = _whom.get()
    if gate.database or whom is not None:
        from quanxin.runtime import boot  # here: it takes half a second to import, and many commands do without

        boot.setup()
    if whom is None:
        return  # the operator
    whom.actor = account = _actor_of(whom.name, gate)
    if not allows(gate.rule, account.roles):
        raise _leave_line(_refusal(gate.rule, account), account, gate)
    from quanxin.accounts.models import audit

    audit(operator(), "accounts.act-as", account.name, command=gate.command)


def _refusal(rule: Rule, account: Actor) -> NotAllowed:
    if isinstance(rule, Whoever):
        return MachineOnly(f"{account.name}: the machine's operator alone")
    needed = ", ".join(sorted(rule))
    return RoleMissing(f"{account.name}: {needed}", account=account.name.removeprefix("user:"), needed=needed)


def _actor_of(name: str, gate: Gate) -> Actor:
    """Whom an account acts as; its name in vain leaves a line of the operator's."""
    from quanxin.accounts.models import User
    from quanxin.accounts.people import actor_of

    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise _leave_line(NoAccount(f"no account {name} that is open"), operator(), gate, account=name[:150])
    return actor_of(user)


def _leave_line(error: NotAllowed, who: Actor, gate: Gate, **particulars: str) -> NotAllowed:
    from quanxin.accounts.acts import refused_line

    by = {} if _whom.get() is None else {"by": operator().name}
    error.line = refused_line(who, f"command:{gate.command}", str(error), **by, **particulars)
    return error
