"""The auditor's pages: what was done and by whom, what was read and for what; to be looked at and taken away, never changed.

Invariant: only the auditor enters, nothing here changes anything but that each look leaves its own line; a table that is
taken away holds what the page would have shown. Whom one asks about stands in no address.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor, lookups
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine, SignIn, audit
from quanxin.archive.models import Access
from quanxin.calendar import ZONE
from quanxin.ledger import signed
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, latest_of, table_of
from quanxin.pages.tables import MEDIA, Table, content_of, download
from quanxin.runtime import parameters
from quanxin.subjects.models import Subject

PAGE, MOST = 50, 10_000  # lines of a page, and of a file
KINDS = tuple(MEDIA)  # as which the lines are taken away, each with its signature
REFUSED = Q(act__endswith=".refused") | Q(act="attachment.infected")


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.AUDITOR)
def acts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The lines of the audit, the latest first; narrowed to an actor, an act, a target, a day, or refused tries."""
    filters = Filters(
        request,
        [
            Item("actor", _("行为人（开头）"), private=True),
            Item("act", _("行为（开头）"), length=64),
            Item("target", _("对象（开头）"), private=True),
            Item("day", _("日期"), fields.Kind.DAY),
            Item("refused", _("只看被拒绝的"), fields.Kind.TICK),
            Item("missed", _("只看查无结果的"), fields.Kind.TICK),
        ],
    )
    asked = filters.asked
    found = _on_day(AuditLine.objects.order_by("-id"), asked["day"])
    for name in ("actor", "act", "target"):
        if asked[name]:
            found = found.filter(**{f"{name}__startswith": asked[name]})
    if asked["refused"]:
        found = found.filter(REFUSED)
    if asked["missed"]:
        found = found.filter(act__startswith="lookup.")
    context = {"missed": missed_by(found) if asked["missed"] else (), "limit": settings.MISSED_LOOKUPS, "tab": "audit"}
    return _answer(request, actor, filters, found, ("audit", _("行为"), acts_columns, acts_table), context)


def missed_by(found: QuerySet[AuditLine]) -> list[tuple[str, int]]:
    """Who looked for how many that were not there, the most first; of lines that are narrowed already."""
    counted = found.filter(act=lookups.MISSED).order_by().values_list("actor").annotate(n=Count("id"))
    return sorted(counted, key=lambda one: (-one[1], one[0]))[:PAGE]


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.AUDITOR)
def sign_ins(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Attempts to sign in, of people and of clients; narrowed to a name, a day, or those that failed."""
    filters = Filters(
        request,
        [
            Item("username", _("用户名（开头）"), length=64, private=True),
            Item("day", _("日期"), fields.Kind.DAY),
            Item("failed", _("只看失败的"), fields.Kind.TICK),
        ],
    )
    asked = filters.asked
    found = _on_day(SignIn.objects.order_by("-id"), asked["day"])
    if asked["username"]:
        found = found.filter(username__startswith=asked["username"])
    if asked["failed"]:
        found = found.filter(succeeded=False)
    about = ("sign-ins", _("登录记录"), lambda _lines: sign_ins_columns(), sign_ins_table)
    return _answer(request, actor, filters, found, about, {"tab": "sign-ins"})


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.AUDITOR)
def accesses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who read about whom, for what; narrowed to a reader, a kind of reader, a subject (its code), or a day."""
    filters = Filters(
        request,
        [
            Item("actor", _("查询人（开头）"), private=True),
            Item("viewer", _("身份"), length=32),
            Item("subject", _("主体代码或编号"), length=40, private=True),
            Item("day", _("日期"), fields.Kind.DAY),
        ],
    )
    asked = filters.asked
    found = _on_day(Access.objects.order_by("-id"), asked["day"])
    if asked["actor"]:
        found = found.filter(actor__startswith=asked["actor"])
    if asked["viewer"]:
        found = found.filter(viewer=asked["viewer"])
    if asked["subject"]:
        found = found.filter(subject_id__in=_subjects(asked["subject"]))
    about = ("accesses", _("查询记录"), accesses_columns, accesses_table)
    return _answer(request, actor, filters, found, about, {"tab": "accesses"})


Kept = tuple[str, str, Callable[[Sequence[Any]], list[Column]], Callable[[Iterable[Any]], Table]]


def _answer(
    request: HttpRequest, actor: Actor, filters: Filters, found: QuerySet[Any], about: Kept, more: dict[str, Any]
) -> HttpResponse:
    """The page of a kind of lines, or their file and its signature packed together; either leaves a line."""
    name, title, columns, table = about
    asked = filters.kept
    audit(actor, "audit.read", name, asked=asked)
    kind = (request.POST if request.method == "POST" else request.GET).get("as")
    if kind in KINDS:
        file = f"{name}.{kind}"
        said = asked | {"complete": not found[MOST : MOST + 1].exists()}
        packed = signed.packed(content_of(table(found[:MOST]), kind), file, by=actor, about=said)
        return download(packed, f"{file}.zip", "application/zip")
    rows, onward = latest_of(request, found, PAGE, asked)
    listing = Listing(
        key="lines",
        title=title,
        columns=columns(rows),
        rows=rows,
        paging=onward,
        filters=filters,
        files=KINDS,
        sealed=True,
        quiet=True,
        classes="lines",
        mark=_mark,
        empty=_("没有符合条件的记录。"),
    )
    return render(request, f"desk/{name.replace('-', '_')}.html", {"listing": listing} | more)


def _mark(line: AuditLine | Access | SignIn) -> str:
    failed = isinstance(line, SignIn) and not line.succeeded
    return "refused-line" if failed or (isinstance(line, AuditLine) and _refused(line)) else ""


def _on_day(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """The lines of a day; of every day where the text is none."""
    day = parameters.day(text)
    if day is None:
        return found
    start = dt.datetime.combine(day, dt.time(), ZONE)
    return found.filter(at__gte=start, at__lt=start + dt.timedelta(days=1))


def acts_columns(_lines: Sequence[AuditLine] = ()) -> list[Column]:
    """What is said of an act."""
    refused = _("被拒绝")
    return [
        Column(_("时间"), lambda x: x.at, Kind.MOMENT),
        Column(_("行为人"), lambda x: x.actor),
        Column(_("行为"), lambda x: Cell(x.act, tag=refused if _refused(x) else "", tone="late")),
        Column(_("对象"), lambda x: x.target),
        Column(_("详情"), lambda x: _said(x.particulars)),
    ]


def acts_table(lines: Iterable[AuditLine]) -> Table:
    """Acts as a table."""
    return table_of("audit", _("审计"), acts_columns(), lines)


def accesses_columns(lines: Sequence[Access]) -> list[Column]:
    """What is said of a reading: of an organisation its code, of a natural person the number alone."""
    asked = Subject.objects.filter(pk__in={line.subject_id for line in lines}, natural=False)
    codes = dict(asked.values_list("pk", "code"))
    return [
        Column(_("时间"), lambda x: x.at, Kind.MOMENT),
        Column(_("查询人"), lambda x: x.actor),
        Column(_("身份"), lambda x: x.viewer),
        Column(_("用途"), lambda x: x.purpose),
        Column(_("主体"), lambda x: codes.get(x.subject_id) or str(x.subject_id)),
    ]


def accesses_table(lines: Iterable[Access]) -> Table:
    """Readings as a table."""
    found = list(lines)
    return table_of("accesses", _("查询记录"), accesses_columns(found), found)


def sign_ins_columns() -> list[Column]:
    """What is said of an attempt to sign in."""
    good, bad = _("成功"), _("失败")
    return [
        Column(_("时间"), lambda x: x.at, Kind.MOMENT),
        Column(_("用户名"), lambda x: x.username),
        Column(
            _("结果"), lambda x: Cell(good if x.succeeded else bad, tone="good" if x.succeeded else "late"), Kind.STATE
        ),
        Column(_("方式"), lambda x: x.how),
        Column(_("网络"), lambda x: x.address),
        Column(_("浏览器"), lambda x: x.browser),
    ]


def sign_ins_table(lines: Iterable[SignIn]) -> Table:
    """Attempts to sign in as a table."""
    return table_of("sign-ins", _("登录记录"), sign_ins_columns(), lines)


def _subjects(text: str) -> list[int]:
    """The subjects of a code, or of a number."""
    wanted = Q(code=text)
    if (number := parameters.number(text)) is not None:
        wanted |= Q(pk=number)
    return list(Subject.objects.filter(wanted).values_list("pk", flat=True))


def _refused(line: AuditLine) -> bool:
    return line.act.endswith(".refused") or line.act == "attachment.infected"


def _said(particulars: dict[str, Any]) -> str:
    return json.dumps(particulars, ensure_ascii=False, sort_keys=True) if particulars else ""
