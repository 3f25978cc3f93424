"""Checks of persons at the desk of a personnel authority: asking, and deciding what a colleague asked.

Invariant: a number is sent in the body of a request and shown nowhere again.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.checks import items, persons
from quanxin.checks.models import PersonRequest
from quanxin.checks.queries import organisations
from quanxin.pages.fields import Form, Item, Kind
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Listing
from quanxin.pages.listings import Kind as Holds
from quanxin.pages.messages import person, status_of
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem

SHOWN = 200


@never_cache
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.PERSONNEL)
def requests(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits in one's authority, and the form that asks; sent, what was asked or decided."""
    decides = "decide" in request.POST
    form = Form(_asked(), request.POST if request.method == "POST" and not decides else None, key="ask")
    problem: Problem | None = None
    try:
        if decides:
            number = parameters.number(request.POST.get("request")) or 0
            approved = request.POST["decide"] == "approve"
            made = persons.decide(actor, number, approved=approved, remark=request.POST.get("remark", ""))
            return (
                redirect("desk:check-result", made.check_made.number, 1) if made.check_made else redirect(request.path)
            )
        if request.method == "POST" and form.is_valid():
            sent = form.sent
            persons.ask(actor, sent["item"], sent["identity"], words=sent["words"], case_ref=sent["case_ref"])
            return redirect(request.path)
    except Problem as error:
        problem = error
    wrong = bool(form.errors)
    context = {"form": form, "listing": _listing(actor), "problem": in_words(problem) if problem else None}
    return render(
        request, "checks/persons.html", context, status=status_of(problem) if problem else 422 if wrong else 200
    )


def _asked() -> list[Item]:
    staff = [one for one in current_pack().on(today()).check_items.values() if one.persons]
    options = tuple((one.key, said(one.title)) for one in sorted(staff, key=lambda one: one.key))
    return [
        Item("item", _("核查事项"), Kind.CHOICE, required=True, options=options),
        Item("case_ref", _("办件编号或项目名称"), required=True, length=items.LONGEST_CASE),
        Item("words", _("办理的事情"), required=True, length=items.LONGEST_WORDS),
        Item("identity", _("证件号码"), required=True, length=32, private=True, hint=_("只用于查找，不保存。")),
    ]


def _listing(actor: Actor) -> Listing:
    found = PersonRequest.objects.filter(organisation__in=organisations(actor)).select_related("check_made")
    titles = items.titles()
    return Listing(
        key="requests",
        title=_("人员核查申请"),
        rows=[{"one": one, "own": one.asked_by == actor.name} for one in found[:SHOWN]],
        empty=_("没有人员核查申请。"),
        columns=[
            Column(_("提出时间"), lambda r: r["one"].asked_at, Holds.MOMENT),
            Column(_("核查事项"), lambda r: Cell(said(titles[r["one"].item]), notes=[r["one"].case_ref])),
            Column(_("提出人"), lambda r: person(r["one"].asked_by)),
            Column(_("办理情况"), lambda r: _state(r["one"])),
            Column(_("办理"), kind=Holds.ACT, template="checks/_decide.html"),
        ],
    )  # fmt: skip


def _state(one: PersonRequest) -> Cell:
    if one.check_made is not None:
        return Cell(one.check_made.number, reverse("desk:check-result", args=[one.check_made.number, 1]))
    return Cell(_("已退回"), notes=[one.remark]) if one.approved is False else Cell(_("等待另一人批准"))
