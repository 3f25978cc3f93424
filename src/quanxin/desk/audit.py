"""The auditor's pages: what was done and by whom, what was read and for what; to be looked at and taken away, never changed.

Invariant: only the auditor enters, nothing here changes anything but that each look leaves its own line; a table that is
taken away holds what the page would have shown.
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
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor, lookups
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine, SignIn, audit
from quanxin.archive.models import Access
from quanxin.calendar import ZONE, local
from quanxin.ledger import signed
from quanxin.pages.gates import requires_role
from quanxin.pages.tables import MEDIA, Cell, Table, content_of, download
from quanxin.runtime import parameters
from quanxin.subjects.models import Subject

PAGE, MOST = 50, 10_000  # lines of a page, and of a file
KINDS = tuple(MEDIA)  # as which the lines are taken away, each with its signature
REFUSED = Q(act__endswith=".refused") | Q(act="attachment.infected")


@require_safe
@requires_role(Role.AUDITOR)
def acts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The lines of the audit, the latest first; narrowed to an actor, an act, a target, a day, or refused tries."""
    asked = _asked(request, ("actor", "act", "target", "day", "refused", "missed"))
    found = _on_day(AuditLine.objects.order_by("-id"), asked["day"])
    for name in ("actor", "act", "target"):
        if asked[name]:
            found = found.filter(**{f"{name}__startswith": asked[name]})
    if asked["refused"]:
        found = found.filter(REFUSED)
    if asked["missed"]:
        found = found.filter(act__startswith="lookup.")
    audit(actor, "audit.read", "audit", asked={k: v for k, v in asked.items() if v})
    if request.GET.get("as") in KINDS:
        return _signed(request, actor, acts_table, found, "audit", asked)
    lines, onward = _paged(request, found)
    context = {
        "rows": [(line, _said(line.particulars), _refused(line)) for line in lines], "asked": asked, "onward": onward,
        "kinds": KINDS, "missed": missed_by(found) if asked["missed"] else (), "limit": settings.MISSED_LOOKUPS,
    }  # fmt: skip
    return render(request, "desk/audit.html", context)


def missed_by(found: QuerySet[AuditLine]) -> list[tuple[str, int]]:
    """Who looked for how many that were not there, the most first; of lines that are narrowed already."""
    counted = found.filter(act=lookups.MISSED).order_by().values_list("actor").annotate(n=Count("id"))
    return sorted(counted, key=lambda one: (-one[1], one[0]))[:PAGE]


@require_safe
@requires_role(Role.AUDITOR)
def sign_ins(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Attempts to sign in, of people and of clients; narrowed to a name, a day, or those that failed."""
    asked = _asked(request, ("username", "day", "failed"))
    found = _on_day(SignIn.objects.order_by("-id"), asked["day"])
    if asked["username"]:
        found = found.filter(username__startswith=asked["username"])
    if asked["failed"]:
        found = found.filter(succeeded=False)
    audit(actor, "audit.read", "sign-ins", asked={k: v for k, v in asked.items() if v})
    if request.GET.get("as") in KINDS:
        return _signed(request, actor, sign_ins_table, found, "sign-ins", asked)
    lines, onward = _paged(request, found)
    return render(request, "desk/sign_ins.html", {"lines": lines, "asked": asked, "onward": onward, "kinds": KINDS})


@require_safe
@requires_role(Role.AUDITOR)
def accesses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who read about whom, for what; narrowed to a reader, a kind of reader, a subject (its code), or a day."""
    asked = _asked(request, ("actor", "viewer", "subject", "day"))
    found = _on_day(Access.objects.order_by("-id"), asked["day"])
    if asked["actor"]:
        found = found.filter(actor__startswith=asked["actor"])
    if asked["viewer"]:
        found = found.filter(viewer=asked["viewer"])
    if asked["subject"]:
        found = found.filter(subject_id__in=_subjects(asked["subject"]))
    audit(actor, "audit.read", "accesses", asked={k: v for k, v in asked.items() if v})
    if request.GET.get("as") in KINDS:
        return _signed(request, actor, accesses_table, found, "accesses", asked)
    lines, onward = _paged(request, found)
    codes = _codes(lines)
    rows = [(line, codes.get(line.subject_id) or line.subject_id) for line in lines]
    return render(request, "desk/accesses.html", {"rows": rows, "asked": asked, "onward": onward, "kinds": KINDS})


def _asked(request: HttpRequest, names: Sequence[str]) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:128] for name in names}


def _on_day(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """The lines of a day; of every day where the text is none."""
    day = parameters.day(text)
    if day is None:
        return found
    start = dt.datetime.combine(day, dt.time(), ZONE)
    return found.filter(at__gte=start, at__lt=start + dt.timedelta(days=1))


def _paged(request: HttpRequest, found: QuerySet[Any]) -> tuple[list[Any], int | None]:
    """The lines of a page, those before a number, and the number to go on from."""
    if (before := parameters.number(request.GET.get("before"))) is not None:
        found = found.filter(pk__lt=before)
    lines = list(found[: PAGE + 1])
    return lines[:PAGE], lines[PAGE - 1].pk if len(lines) > PAGE else None


def _signed(
    request: HttpRequest, actor: Actor, table: Callable[[QuerySet[Any]], Table], found: QuerySet[Any], name: str,
    asked: dict[str, str],
) -> HttpResponse:  # fmt: skip
    """The lines as a file and its signature, packed together."""
    kind = request.GET["as"]
    file = f"{name}.{kind}"
    about = {k: v for k, v in asked.items() if v} | {"complete": not found[MOST : MOST + 1].exists()}
    packed = signed.packed(content_of(table(found[:MOST]), kind), file, by=actor, about=about)
    return download(packed, f"{file}.zip", "application/zip")


def acts_table(lines: Iterable[AuditLine]) -> Table:
    rows: list[list[Cell]] = [[_moment(x.at), x.actor, x.act, x.target, _said(x.particulars)] for x in lines]
    return Table("audit", _("审计"), [_("时间"), _("行为人"), _("行为"), _("对象"), _("详情")], rows)


def accesses_table(lines: Iterable[Access]) -> Table:
    found = list(lines)
    codes = _codes(found)
    rows: list[list[Cell]] = [
        [_moment(x.at), x.actor, x.viewer, x.purpose, codes.get(x.subject_id) or str(x.subject_id)] for x in found
    ]
    return Table("accesses", _("查询记录"), [_("时间"), _("查询人"), _("身份"), _("用途"), _("主体")], rows)


def sign_ins_table(lines: Iterable[SignIn]) -> Table:
    """Attempts to sign in as a table."""
    rows: list[list[Cell]] = [
        [_moment(x.at), x.username, _("成功") if x.succeeded else _("失败"), x.how, x.address, x.browser] for x in lines
    ]
    header = [_("时间"), _("用户名"), _("结果"), _("方式"), _("网络"), _("浏览器")]
    return Table("sign-ins", _("登录记录"), header, rows)


def _codes(lines: Sequence[Access]) -> dict[int, str]:
    """The codes of the subjects of lines; natural persons have none, and stay numbers."""
    asked = Subject.objects.filter(pk__in={line.subject_id for line in lines}, natural=False)
    return dict(asked.values_list("pk", "code"))


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


def _moment(at: dt.datetime) -> str:
    return local(at).isoformat(sep=" ", timespec="seconds")
