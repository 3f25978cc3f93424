"""The steward's pages: rows that wait for a subject, whom they may be about, what was decided, and undoing it.

Invariant: nothing is decided without a reason, and every decision can be undone where it is shown. What a row says of
a natural person is not shown here: such a row is linked by its number alone, or rejected.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.definitions import definition
from quanxin.calendar import today
from quanxin.intake import link_decisions, unlinked_queue
from quanxin.intake.desk.uploads import titles
from quanxin.intake.models import Held
from quanxin.intake.quarantine import shown
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing
from quanxin.pages.paging import Onward
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Decision
from quanxin.subjects.queries import asked_for

PAGE = 20
ROWS_SHOWN = 10  # of the rows that one decision serves
DECISIONS_SHOWN = 50


@require_safe
@requires_role(Role.STEWARD)
def unlinked(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits, oldest first, narrowed to a provider or a resource."""
    rules, blank, choice = current_pack().on(today()), _("全部"), fields.Kind.CHOICE
    providers = {key: said(one.title) for key, one in rules.providers.items()}
    resources = {key: said(one.title) for key, one in rules.resources.items()}
    filters = Filters(
        request,
        [
            Item("provider", _("报送单位"), choice, options=tuple(providers.items()), blank=blank),
            Item("resource", _("目录资源"), choice, options=tuple(resources.items()), blank=blank),
        ],
    )
    start = parameters.number(request.GET.get("from"), parameters.DEEPEST) or 0
    found = unlinked_queue.queue(actor, **filters.asked, limit=PAGE + 1, offset=start)
    rows, onward = Onward.of(found, PAGE, start, lambda _one: start + PAGE, "from", filters.kept)
    listing = Listing(
        key="waiting",
        title=_("待关联的行"),
        quiet=True,
        rows=rows,
        paging=onward,
        filters=filters,
        empty=_("没有待关联的行。"),
        columns=_columns(providers, resources),
    )
    context = {"listing": listing, "rows": unlinked_queue.waiting_rows()}
    return render(request, "intake/unlinked.html", context | {"decided": _decision(request.GET.get("decided", ""))})


def _columns(providers: dict[str, str], resources: dict[str, str]) -> list[Column]:
    return [
        Column(_("行中所写主体"), _stated, Kind.LINK),
        Column(
            _("报送单位与资源"),
            lambda one: Cell(
                _("、").join(providers[key] for key in one.providers if key in providers),
                notes=[_("、").join(resources[key] for key in one.resources if key in resources)],
            ),
            bare=True,
        ),
        Column(_("行数"), lambda one: one.rows, Kind.COUNT),
        Column(_("等待起始"), lambda one: one.since, Kind.MOMENT),
    ]


def _stated(one: unlinked_queue.Waiting) -> Cell:
    """Whom a row states, as far as that may be shown."""
    href, stated = reverse("desk:unlinked-entry", args=[one.held.pk]), one.held.stated
    if not stated:
        return Cell(_("自然人，或未写明主体"), href)
    number = stated.get("code") or stated.get("registration")
    return Cell(stated.get("name") or stated.get("value"), href, notes=[number] if number else ())


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.STEWARD)
def entry(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """One identity that waits: its rows, its candidates with why, and the three things that can be decided."""
    held = Held.objects.select_related("batch").filter(pk=number, bucket=Held.Bucket.UNLINKED).first()
    if held is None:
        raise Http404
    problem = None
    link_decisions.expect_others(actor, held)
    if request.method == "POST":
        try:
            decided = _decide(request, actor, held)
            return redirect(reverse("desk:unlinked") + f"?decided={decided.decision.pk}")
        except link_decisions.NotPossible as error:
            problem = in_words(error)
    rows = list(unlinked_queue.waiting_with(held).select_related("batch").order_by("pk")[:ROWS_SHOWN])
    kinds = {k: t for k, t in current_pack().on(today()).subject_types.items() if not t.natural}
    context = {
        "held": held, "problem": problem, "waits": any(r.pk == held.pk for r in rows) or _waits(held),
        "count": unlinked_queue.waiting_with(held).count(), "candidates": unlinked_queue.candidates_for(held),
        "rows": [{"held": r, "said": _said(r)} for r in rows] if held.stated else [], "kinds": kinds,
        "expected": held.stated.get("type", "") if held.stated.get("code") else "", "titles": titles(),
        "chosen": request.POST,
    }  # fmt: skip
    return render(request, "intake/unlinked_entry.html", context, status=422 if problem else 200)


@require_safe
@requires_role(Role.STEWARD)
def decisions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The latest decisions, those undone among them."""
    return _decisions_page(request, actor)


@require_POST
@requires_role(Role.STEWARD)
def undo(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """Undo a decision, with a reason."""
    found = _decision(str(number))
    if found is None:
        raise Http404
    try:
        link_decisions.undo(actor, found, reason=request.POST.get("reason", ""))
    except link_decisions.NotPossible as error:
        return _decisions_page(request, actor, in_words(error))
    return redirect("desk:decisions")


def _decide(request: HttpRequest, actor: Actor, held: Held) -> link_decisions.Decided:
    act, reason = request.POST.get("act"), request.POST.get("reason", "")
    if act == "reject":
        return link_decisions.reject(actor, held, reason=reason)
    if act == "create":
        return link_decisions.create(actor, held, type=request.POST.get("type", ""), reason=reason)
    code = request.POST.get("other", "").strip() or request.POST.get("code", "")
    subject = asked_for(actor, code) if code else None
    if subject is None:
        raise link_decisions.NotPossible("link-not-chosen")
    return link_decisions.link(actor, held, subject, reason=reason)


def _waits(held: Held) -> bool:
    return unlinked_queue.waiting_with(held).filter(pk=held.pk).exists()


def _decision(text: str) -> Decision | None:
    number = parameters.number(text)
    return Decision.objects.select_related("subject").filter(pk=number).first() if number else None


def _decisions_page(request: HttpRequest, actor: Actor, problem: str | None = None) -> HttpResponse:
    latest = unlinked_queue.decisions(actor).order_by("-pk")[:DECISIONS_SHOWN]
    acts = {"link": _("关联"), "create": _("新建主体"), "reject": _("不予关联")}
    context: dict[str, Any] = {"decisions": [(one, acts[one.act]) for one in latest], "problem": problem}
    return render(request, "intake/decisions.html", context, status=422 if problem else 200)


def _said(held: Held) -> list[tuple[Any, str]]:
    """(label, text) of what the department wrote in a row."""
    resource = definition(held.batch_id)
    texts = shown(held, resource)
    return [(f.title, texts[f.key]) for f in resource.fields if f.key in texts]
