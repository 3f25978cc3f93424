"""The links of the desk for each role.

Invariant: nobody is offered what would be refused: a link is shown to the roles that its page is opened to, and to no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import followers
from quanxin.casework import inbox as staff

EVERYONE = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: the name of its page, its words, who sees it, which other addresses belong to it, and what it counts."""

    page: str
    words: Promise
    roles: frozenset[Role]
    also: tuple[str, ...] = ()
    count: Callable[[Actor], int] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A link for one person: ``current`` is "page" on its own page, "true" on one that belongs to it, else ""."""

    address: str
    words: Promise
    current: str
    count: int


INTAKE, CENTRE = frozenset({Role.INTAKE}), frozenset({Role.CENTRE})
CASES = frozenset({Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR})
READING = frozenset({Role.SUPERVISOR, Role.INTAKE, Role.DECIDER, Role.BANK, Role.PERSONNEL})
SHARING = frozenset({Role.STEWARD, Role.AUDITOR, Role.INTAKE, Role.DECIDER})
LINKS = (
    Link("home", _("工作台"), EVERYONE),
    Link("notices", _("通知"), EVERYONE, count=staff.unread),
    Link("cases", _("修复与异议"), CASES),
    Link("shields", _("重整屏蔽"), frozenset({Role.REVIEWER})),
    Link("upload", _("报送文件"), INTAKE),
    Link("batches", _("批次与回执"), INTAKE),
    Link("records", _("更正与撤销"), INTAKE),
    Link("unlinked", _("待关联"), frozenset({Role.STEWARD}), ("/desk/decisions",)),
    Link("conflicts", _("归属冲突"), SHARING),
    Link("handovers", _("记录移交"), frozenset({Role.STEWARD, Role.APPROVER, Role.AUDITOR})),
    Link("quality", _("质量通报"), CENTRE | INTAKE),
    Link("consumers", _("使用单位"), CENTRE),
    Link("set-aside", _("未完成的后续处理"), CENTRE, count=lambda _actor: followers.waiting()),
    Link("scores", _("主体得分"), CENTRE),
    Link("models", _("评价模型"), frozenset({Role.MODELLER, Role.APPROVER}), ("/desk/studies/", "/desk/editions/")),
    Link("reading", _("查询档案"), READING),
    Link("audit", _("审计"), frozenset({Role.AUDITOR}), ("/desk/accesses", "/desk/sign-ins")),
    Link("clients", _("接口与登录"), frozenset({Role.ADMINISTRATOR}), ("/desk/sessions",)),
)


def of(actor: Actor, path: str) -> list[Shown]:
    """The links for an actor, on the page of an address."""
    made = []
    for link in LINKS:
        if link.roles & actor.roles:
            address = reverse(f"desk:{link.page}")
            made.append(
                Shown(address, link.words, _current(link, address, path), link.count(actor) if link.count else 0)
            )
    return made


def _current(link: Link, address: str, path: str) -> str:
    if path == address:
        return "page"
    below = link.page != "home" and path.startswith(f"{address}/")
    return "true" if below or any(path.startswith(other) for other in link.also) else ""
