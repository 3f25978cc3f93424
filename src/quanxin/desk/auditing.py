"""The auditor's pages: what was done and by whom, what was read and for what; to be looked at and taken away, never changed.

Invariant: only the auditor enters, nothing here changes anything but that each look leaves its own line; a table that is
taken away holds what the page would have shown.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine, audit
from quanxin.archive.models import Access
from quanxin.calendar import ZONE
from quanxin.desk.session import staffed
from quanxin.desk.tables import Cell, Table, as_file
from quanxin.runtime import parameters
from quanxin.subjects.models import Subject

PAGE, MOST = 50, 10_000  # lines of a page, and of a file
REFUSED = Q(act__endswith=".refused") | Q(act="attachment.infected")


@require_safe
@staffed(Role.AUDITOR)
def acts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The lines of the audit, the latest first; narrowed to an actor, an act, a target, a day, or refused tries."""
    asked = _asked(request, ("actor", "act", "target", "day", "refused"))
    found = _on_day(AuditLine.objects.order_by("-id"), asked["day"])
    for name in ("actor", "act", "target"):
        if asked[name]:
            found = found.filter(**{f"{name}__startswith": asked[name]})
    if asked["refused"]:
        found = found.filter(REFUSED)
    audit(actor, "audit.read", "audit", asked={k: v for k, v in asked.items() if v})
    if request.GET.get("as") == "csv":
        return as_file(_acts_table(found[:MOST]), "csv", "audit")
    lines, onward = _paged(request, found)
    rows = [(line, _said(line.particulars), _refused(line)) for line in lines]
    return render(request, "desk/audit.html", {"rows": rows, "asked": asked, "onward": onward})


@require_safe
@staffed(Role.AUDITOR)
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
    if request.GET.get("as") == "csv":
        return as_file(_accesses_table(found[:MOST]), "csv", "accesses")
    lines, onward = _paged(request, found)
    codes = _codes(lines)
    rows = [(line, codes.get(line.subject_id) or line.subject_id) for line in lines]
    return render(request, "desk/accesses.html", {"rows": rows, "asked": asked, "onward": onward})


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


def _acts_table(lines: QuerySet[AuditLine]) -> Table:
    rows: list[list[Cell]] = [[_moment(x.at), x.actor, x.act, x.target, _said(x.particulars)] for x in lines]
    return Table("audit", _("审计"), [_("时间"), _("行为人"), _("行为"), _("对象"), _("详情")], rows)


def _accesses_table(lines: QuerySet[Access]) -> Table:
    found = list(lines)
    codes = _codes(found)
    rows: list[list[Cell]] = [
        [_moment(x.at), x.actor, x.viewer, x.purpose, codes.get(x.subject_id) or str(x.subject_id)] for x in found
    ]
    return Table("accesses", _("查询记录"), [_("时间"), _("查询人"), _("身份"), _("用途"), _("主体")], rows)


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
    return at.astimezone(ZONE).isoformat(sep=" ", timespec="seconds")
