"""What followers of the archive's events set aside, with its reasons, for the centre to have tried again.

Invariant: the page shows what waits, and how long; trying again is done by ``archive.followers``.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import events, followers
from quanxin.archive.models import SetAside
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Kind, Listing, page_of
from quanxin.subjects.models import Subject

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.CENTRE)
def set_aside(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits, the oldest first; posted with a row's number, or with none for all, it is tried again."""
    if request.method != "POST":
        return _page(request)
    asked = request.POST.get("row", "")
    rows = SetAside.objects.all()
    if asked:
        rows = rows.filter(pk=int(asked)) if asked.isdecimal() and len(asked) < 19 else rows.none()
    for name in rows.order_by("follower").values_list("follower", flat=True).distinct():
        followers.try_again(actor, name, int(asked) if asked else None)
    return redirect(f"{reverse('desk:set-aside')}?done=asked")


def _page(request: HttpRequest) -> HttpResponse:
    found: QuerySet[SetAside] = SetAside.objects.select_related("event").order_by("id")
    shown, paging = page_of(request, found, PAGE)
    names = dict(Subject.objects.filter(pk__in={one.subject for one in shown}, natural=False).values_list("pk", "name"))
    listing = Listing(
        key="aside",
        title=_("搁置的处理"),
        columns=_columns(names),
        rows=shown,
        paging=paging,
        empty=_("没有搁置的处理。"),
    )
    return render(request, "desk/set-aside.html", {"listing": listing, "done": request.GET.get("done", "")})


def _columns(names: dict[int, str]) -> list[Column]:
    tried = _("（已试 %(count)s 次）")
    return [
        Column(_("搁置时间"), lambda one: one.since, Kind.MOMENT),
        Column(
            _("处理"), lambda one: Cell(events.title_of(one.follower), notes=[f"{one.event.kind} {one.event.position}"])
        ),
        Column(_("主体"), lambda one: names.get(one.subject)),
        Column(_("失败的原因"), lambda one: Cell(one.reason, notes=[tried % {"count": f"{one.attempts:,}"}])),
        Column(_("下次处理"), lambda one: one.next_at or Cell(tag=_("等待人工处理")), Kind.MOMENT),
        Column(_("重新处理"), kind=Kind.ACT, template="desk/_try_again.html", bare=True),
    ]
