"""Commands about accounts of the desk, institutions, and whom people stand for.

Invariant: a password is asked for, not given as a word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.options import Reason
from quanxin.terminal.output import emit, fail, table

accounts = typer.Typer(no_args_is_help=True, help="工作台账号。 / Accounts of the desk.")
organisations = typer.Typer(no_args_is_help=True, help="机构：银行、监管、人事等。 / Institutions.")
people = typer.Typer(no_args_is_help=True, help="主体的代表。 / Representatives of organisations.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(organisations, name="organisation")


ROLES = (
    "角色：intake 报送、decider 决定异议和修复、window 窗口、reviewer 复核、steward 关联、centre 信用中心、modeller 建模、"
    "approver 审批、supervisor 监管、inspector 检查、bank 金融机构、personnel 人事、auditor 审计、administrator 管理；"
    "不写为主体的代表或代理人 / role"
)
Username = Annotated[str, typer.Argument(help="用户名 / user name")]
Provider = Annotated[str, typer.Option(help="只为该单位；不写为全部 / for this provider alone")]
District = Annotated[str, typer.Option(help="只看该区县（行政区划代码）；不写为全市 / reads this division alone")]
Password = Annotated[
    str,
    typer.Option(
        envvar="QUANXIN_PASSWORD", help="一次性密码，首次登录须改掉；不写则生成 / one-time password; made when missing"
    ),
]


def _role(text: str) -> Any:
    from quanxin.accounts.actors import Role

    try:
        return Role(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text}: {', '.join(Role)}") from error


@accounts.command("add")
@may(Role.ADMINISTRATOR)
def add_account(
    username: Username,
    role: Annotated[str, typer.Option(help=ROLES)] = "",
    provider: Provider = "",
    district: District = "",
    organisation: Annotated[str, typer.Option(help="所属机构的代号 / key of the institution")] = "",
    name: Annotated[str, typer.Option(help="显示的名称 / name shown")] = "",
    email: Annotated[str, typer.Option(help="接收通知的邮箱 / where notices go")] = "",
    password: Password = "",
) -> None:
    """开通账号，或为已有账号增加角色（须另一管理员批准）。 / Make an account, or give one a further role."""
    from quanxin.accounts import people
    from quanxin.accounts.models import Grant, User

    held, given, known = _role(role), password or people.one_time_password(), User.objects.filter(username=username)
    new = not known.exists()
    with in_words("quanxin organisation add"):
        made = people.add_account(
            actor(),
            username,
            password=given,
            role=held,
            provider=provider,
            district=district,
            organisation=organisation,
            name=name,
            email=email,
        )
    waiting = Grant.objects.filter(user=made, role=role, provider=provider, approved=None).last()
    said = {
        "username": made.username,
        "role": role or None,
        "provider": provider or "*",
        "district": district or "*",
        "organisation": organisation or None,
    }
    waits = {"waits_for_approval": waiting.pk} if waiting else {}
    emit(said | waits | ({"one_time_password": given} if new and not password else {}))


@accounts.command("list")
@may(Role.ADMINISTRATOR)
def list_accounts() -> None:
    """列出账号、角色和第二因素。 / List accounts, their roles and second factors."""
    from quanxin.accounts.people import listing

    rows = listing()
    emit(rows, lambda found: table("账号 / accounts", found, empty="quanxin account add"))


@accounts.command("end")
@may(Role.ADMINISTRATOR)
def end_account(
    username: Username,
    reason: Annotated[
        str, typer.Option(help="停用的理由（停用整个账号时必填） / why, where the account is closed")
    ] = "",
    role: Annotated[str, typer.Option(help="只收回该角色；不写为停用整个账号 / takes this role back alone")] = "",
    provider: Provider = "",
    district: District = "",
) -> None:
    """停用账号（立即退出其全部登录），或收回一个角色。 / Close an account, its sessions at once; or take a role back."""
    from quanxin.accounts import people

    held = _role(role)
    with in_words("quanxin account list"):
        if held is None:
            people.deactivate(actor(), username, reason=reason)
        elif not people.remove_membership(actor(), username, held, provider=provider, district=district):
            fail("该账号没有这个角色。", "The account does not have this role.", "quanxin account list")
    emit({"username": username, "role": role or None, "ended": True})


@accounts.command("sessions")
@may(Role.ADMINISTRATOR)
def account_sessions(username: Username) -> None:
    """列出账号当前的登录。 / List the open sessions of an account."""
    from quanxin.accounts import people, sessions

    with in_words("quanxin account list"):
        open_ = sessions.open_sessions(people.account_named(username))
    rows = [{"began": s.began_at, "seen": s.seen_at, "address": s.address, "browser": s.browser} for s in open_]
    emit(rows, lambda found: table(f"登录 / sessions: {username}", found, empty="—"))


@accounts.command("end-sessions")
@may(Role.ADMINISTRATOR)
def end_account_sessions(username: Username, reason: Reason) -> None:
    """立即退出账号的全部登录，账号仍可用。 / End every session of an account now; the account stays."""
    from quanxin.accounts import people

    with in_words("quanxin account list"):
        count = people.end_sessions(actor(), username, reason=reason)
    emit({"username": username, "sessions": count})


@accounts.command("password")
@may(Role.ADMINISTRATOR)
def set_password(username: Username, password: Password = "") -> None:
    """为忘记密码的人设一次性密码，其登录全部退出。 / Give a one-time password where it was forgotten; sessions end."""
    from quanxin.accounts import people

    given = password or people.one_time_password()
    with in_words("quanxin account list"):
        people.set_password(actor(), username, given)
    emit({"username": username, "password": "set"} | ({} if password else {"one_time_password": given}))


@accounts.command("reset-factors")
@may(Role.ADMINISTRATOR)
def reset_factors(username: Username, reason: Reason) -> None:
    """清除丢失的第二因素，其登录全部退出。 / Take lost second factors off; every session ends."""
    from quanxin.accounts.factors import reset_factors as reset

    with in_words("quanxin account list"):
        count = reset(actor(), username, reason=reason)
    emit({"username": username, "factors": count})


@organisations.command("add")
@may(Role.ADMINISTRATOR)
def add_organisation(
    key: Annotated[str, typer.Argument(help="机构代号 / key")],
    name: Annotated[str, typer.Option(help="名称 / name")],
    kind: Annotated[
        str, typer.Option(help="bank 金融机构、supervisor 监管、personnel 人事、association 协会、other 其他 / kind")
    ],
    code: Annotated[str, typer.Option(help="统一社会信用代码 / its code")] = "",
) -> None:
    """登记机构，或更正其名称。 / Register an institution, or correct it."""
    from quanxin.accounts import people

    with in_words("quanxin organisation add --help"):
        made = people.add_organisation(actor(), key, name=name, kind=kind, code=code)
    emit({"organisation": made.key, "name": made.name, "kind": made.kind})


@organisations.command("list")
@may(Role.ADMINISTRATOR)
def list_organisations() -> None:
    """列出机构。 / List the institutions."""
    from quanxin.accounts.models import Organisation

    rows = [
        {"organisation": one.key, "name": one.name, "kind": one.kind, "code": one.code, "ended": one.ended_at}
        for one in Organisation.objects.order_by("key")
    ]
    emit(rows, lambda found: table("机构 / institutions", found, empty="quanxin organisation add"))


@organisations.command("end")
@may(Role.ADMINISTRATOR)
def end_organisation(key: Annotated[str, typer.Argument(help="机构代号 / key")], reason: Reason) -> None:
    """立即停用机构：其人员的角色和对它的授权失效。 / End an institution now, roles in it and consents to it."""
    from quanxin.accounts import people

    with in_words("quanxin organisation list"):
        ended = people.end_organisation(actor(), key, reason=reason)
    emit({"organisation": ended.key, "ended": ended.ended_at})


@people.command()
@may(Role.CENTRE, Role.WINDOW)
def bind(
    username: Username,
    subject: Annotated[str, typer.Option(help="统一社会信用代码 / code of the organisation")],
    reason: Annotated[str, typer.Option(help="理由：核验了什么材料（必填） / what was checked")],
    until: Annotated[
        dt.date | None, typer.Option(parser=when.named_day, metavar="YYYY-MM-DD", help="到期日 / last day")
    ] = None,
) -> None:
    """绑定账号与其代表的单位。 / Let a person's account stand for an organisation."""
    from quanxin.accounts import binding
    from quanxin.subjects.queries import asked_for

    found = asked_for(actor(), subject)
    if found is None:
        fail(f"没有找到代码为 {subject} 的主体。", f"There is no subject {subject}.", "quanxin search")
    with in_words():
        made = binding.bind(actor(), username, found.code, reason=reason, until=until)
    emit({"username": username, "subject": made.code, "until": made.until.isoformat() if made.until else None})


@people.command()
@may(Role.CENTRE, Role.WINDOW)
def unbind(username: Username, reason: Reason) -> None:
    """解除绑定。 / End what an account stands for."""
    from quanxin.accounts import binding

    with in_words():
        ended = binding.unbind(actor(), username, reason=reason)
    emit({"username": username, "subject": ended.code, "ended": True})


@contextmanager
def in_words(hint: str = "quanxin account add") -> Iterator[None]:
    """What an act refuses is a refusal of the command's, with the act's own words."""
    from django.core.exceptions import ValidationError

    from quanxin.accounts.errors import AccountError

    try:
        yield
    except AccountError as error:
        fail(error.zh, error.en, hint)
    except ValidationError as error:
        fail(" ".join(error.messages), "", hint)
