"""Who read about me (谁查过我).

Invariant: every line is shown; a reader is named as an organisation or a role, with the purpose and the moment, never as a
private person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts.agency import Scope
from quanxin.accounts.models import Membership
from quanxin.archive.models import Access
from quanxin.archive.queries import readings_of
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, page_of
from quanxin.runtime.language import language
from quanxin.runtime.pack import current_pack

LENGTH = 30


@dataclass(frozen=True, slots=True)
class Reading:
    """One line: when, who as an organisation or role, what for."""

    line: Access
    who: str
    role: str
    purpose: str


def roles() -> dict[str, str]:
    """The kinds of readers in words."""
    return {
        "subject": _("本人（本单位）"),
        "agent": _("代理人"),
        "window": _("信用中心窗口"),
        "centre": _("信用中心"),
        "department": _("部门"),
        "supervisor": _("监管单位"),
        "institution": _("金融机构"),
        "consumer": _("使用单位"),
        "personnel": _("人事部门"),
        "auditor": _("审计"),
        "paper": _("办件人员查看材料"),
    }


@require_safe
@requires_scope(Scope.ARCHIVE)
def listed(request: HttpRequest, me: Representation) -> HttpResponse:
    """Every reading, the newest first; ``kind`` narrows it to one kind of reader."""
    known = roles()
    filters = Filters(
        request,
        [
            Item("kind", _("只看哪一类查询者"), fields.Kind.CHOICE, options=tuple(known.items()), blank=_("全部")),
        ],
    )
    every, kind = readings_of(me.subject, me.party.viewer), filters.asked["kind"]
    kind = kind if kind in known else ""
    page, paging = page_of(request, every.filter(viewer=kind) if kind else every, LENGTH, filters.kept)
    listing = Listing(
        key="readings",
        title=_("查询您的非公开信息的记录"),
        quiet=True,
        rows=_said(page, known),
        paging=paging,
        filters=filters,
        empty=_("没有这一类查询。") if kind else _("还没有人查询过您的非公开信息。"),
        columns=[
            Column(_("时间"), lambda r: r.line.at, Kind.MOMENT),
            Column(_("查询者"), lambda r: Cell(r.who or r.role, notes=[r.role] if r.who else ())),
            Column(_("目的"), lambda r: r.purpose),
        ],
    )
    return shown(request, me, "my/readings.html", {"listing": listing})


def _said(lines: Sequence[Access], known: Mapping[str, str]) -> list[Reading]:
    names, titles = _organisations(lines), {p.key: p.title for p in current_pack().purposes}
    return [
        Reading(
            line,
            names.get((line.actor, line.viewer), ""),
            known.get(line.viewer, line.viewer),
            getattr(titles[line.purpose], language()) if line.purpose in titles else line.purpose,
        )
        for line in lines
    ]


def _organisations(lines: Sequence[Access]) -> dict[tuple[str, str], str]:
    """The institution or department of each reader, by its actor and kind, with one question."""
    people = {one.actor.removeprefix("user:") for one in lines if one.viewer not in ("subject", "agent")}
    held = Membership.objects.filter(user__username__in=people).select_related("user", "organisation")
    providers, found = current_pack().providers, dict[tuple[str, str], str]()
    for one in held if people else ():
        actor = f"user:{one.user.username}"
        if one.organisation is not None:
            found |= {(actor, kind): one.organisation.name for kind in ("institution", "supervisor", "personnel")}
        if one.provider in providers:
            found[actor, "department"] = getattr(providers[one.provider].title, language())
    return found
