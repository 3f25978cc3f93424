"""Commands of the window about persons and agents: people bind-person, authorise, agents, end-agency.

Invariant: a person's number is asked for, never given as a word, and not kept; an agent is authorised from a paper.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.cli.people import Username, in_words, people
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.options import Reason
from quanxin.terminal.output import emit, fail, table

Principal = Annotated[
    str, typer.Argument(help="委托人：其账号，或委托单位的统一社会信用代码 / account or code of the principal")
]
SCOPES = "事项，可多次：archive 查档、objection 异议、repair 修复、consent 授权、report 报告 / what for"


def register(app: typer.Typer) -> None:
    """Add the commands about people to the application."""
    app.add_typer(people, name="people")


@people.command("bind-person")
@may(Role.CENTRE, Role.WINDOW)
def bind_person(username: Username, reason: Reason) -> None:
    """核对证件后，绑定账号与其本人；号码当场询问，只存盲索引。 / Bind an account to its own person; asks for the number."""
    from quanxin.accounts import binding

    number = typer.prompt("身份证件号码 / identity number", hide_input=True, err=True)
    with in_words():
        binding.bind_person(actor(), username, number, reason=reason)
    emit({"username": username, "person": True})


@people.command()
@may(Role.CENTRE, Role.WINDOW)
def authorise(
    principal: Principal,
    agent: Annotated[str, typer.Argument(help="代理人的账号 / account of the agent")],
    scope: Annotated[list[str], typer.Option(help=SCOPES)],
    until: Annotated[dt.date, typer.Option(parser=when.named_day, metavar="YYYY-MM-DD", help="到期日 / last day")],
    document: Annotated[str, typer.Option(help="书面授权的编号（必填） / number of the paper authorisation")],
) -> None:
    """凭书面授权登记代理人，取代其原有的委托。 / Let an agent act for a principal, from a paper authorisation."""
    from quanxin.accounts import agency

    if wrong := set(scope) - set(agency.Scope):
        raise typer.BadParameter(f"{', '.join(sorted(wrong))}: {', '.join(agency.Scope)}")
    chosen = [agency.Scope(one) for one in scope]
    with in_words():
        emit(_line(agency.authorise(actor(), _named(principal), agent, chosen, until, document=document)))


@people.command()
@may(Role.CENTRE, Role.WINDOW)
def agents(principal: Principal) -> None:
    """列出委托人的全部委托，包括已终止的。 / List what a principal authorised, ended ones too."""
    from quanxin.accounts import agency

    rows = [_line(one) for one in agency.agencies_given(_named(principal))]
    emit(rows, lambda found: table("委托 / Authorisations", found, empty="没有委托。 / There are none."))


@people.command("end-agency")
@may(Role.CENTRE, Role.WINDOW)
def end(number: Annotated[int, typer.Argument(help="委托编号 / number of the authorisation")], reason: Reason) -> None:
    """终止委托。 / End an authorisation; see quanxin people agents."""
    from quanxin.accounts import agency

    with in_words("quanxin people agents"):
        emit(_line(agency.end(actor(), number, reason=reason)))


def _named(principal: str) -> Any:
    """Whom an account of this name stands for today, or else the organisation of this code."""
    from quanxin.accounts import binding
    from quanxin.accounts.models import User
    from quanxin.subjects.queries import asked_for

    user = User.objects.filter(username=principal).first()
    found = None if user else asked_for(actor(), principal)
    named = binding.principal_of(user) if user else binding.Principal(code=found.code) if found else None
    if named is None:
        fail(
            "没有这个委托人，或该账号没有绑定。",
            "There is no such principal, or it stands for nobody.",
            "quanxin people bind",
        )
    return named


def _line(made: Any) -> dict[str, Any]:
    return {
        "agency": made.pk,
        "agent": made.agent.username,
        "subject": made.code or None,
        "person": bool(made.identity),
        "scope": made.scope,
        "from": made.from_day.isoformat(),
        "until": made.until.isoformat(),
        "document": made.document,
        "ended": bool(made.ended_at),
    }
