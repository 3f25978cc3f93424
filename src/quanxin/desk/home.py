"""The first page of the desk: what waits for this person, by the roles that they hold.

Invariant: a figure is shown to the roles that it concerns, and leads where they may go.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.models import Batch
from quanxin.casework import queues
from quanxin.desk import case_list
from quanxin.intake.desk import batches
from quanxin.intake.models import Held, Submission
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Kind, Listing

LATEST = 10


@require_safe
@requires_role(*Role)
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What lies before this person: cases and how they press, files, batches, rows that wait."""
    context: dict[str, Any] = {"clerk": Role.INTAKE in actor.roles, "steward": Role.STEWARD in actor.roles}
    if actor.roles & set(case_list.WORKING):
        context["pressing"] = queues.pressing(actor)
    if context["clerk"]:
        context |= _handing_in(actor)
    if context["steward"]:
        context["unlinked"] = _waiting(None).filter(bucket=Held.Bucket.UNLINKED).count()
    return render(request, "desk/home.html", context)


def _handing_in(actor: Actor) -> dict[str, Any]:
    """A clerk's latest files and batches, and the rows of theirs that wait."""
    providers = actor.providers_of(Role.INTAKE)
    mine = {} if providers is None else {"provider__in": providers}
    waiting = _waiting(providers)
    return {
        "submissions": _submissions(list(Submission.objects.filter(**mine)[:LATEST])),
        "batches": batches.listing_of(list(Batch.objects.filter(**mine)[:LATEST]), _("最近批次")),
        "quarantined": waiting.filter(bucket=Held.Bucket.QUARANTINED).count(),
        "unlinked": waiting.filter(bucket=Held.Bucket.UNLINKED).count(),
    }


def _submissions(latest: list[Submission]) -> Listing:
    returned = _("已退回")
    columns = [
        Column(_("时间"), lambda one: one.created_at, Kind.MOMENT),
        Column(
            _("文件"), lambda one: Cell(one.file_name, reverse("desk:submission", args=[one.pk])), Kind.LINK, bare=True
        ),
        Column(
            _("状态"),
            lambda one: returned if one.state == Submission.State.REFUSED else one.get_state_display(),
            bare=True,
        ),
    ]
    return Listing(key="latest", title=_("最近提交"), columns=columns, rows=latest, empty=_("还没有提交过文件。"))


def _waiting(providers: frozenset[str] | None) -> Any:
    waiting = Held.objects.filter(released_by=None, set_aside_at=None)
    return waiting if providers is None else waiting.filter(batch__provider__in=providers)
