"""The list of cases at the desk: what it is narrowed by, what it says of each, and what is done to several at once.

Invariant: it shows what ``casework.queues`` gives its reader, and offers in bulk what an act would let them do to a row.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now, today
from quanxin.casework import ahead, offers, queues, saved_views, words
from quanxin.casework.models import Case
from quanxin.casework.procedures import state_of, title_of
from quanxin.intake.desk.uploads import titles
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.listings import Act, Bulk, Cell, Column, Filters, Listing, page_of
from quanxin.pages.messages import left
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

WORKING = (Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.SUPERVISOR)
BEGINNING = (
    Role.WINDOW,
    Role.DECIDER,
    Role.REVIEWER,
    Role.CENTRE,
)  # whose roles a procedure may name for its beginning
PAGE = 30


def filters_of(request: HttpRequest, actor: Actor) -> Filters:
    """What the list may be narrowed by; whoever works in no case reads ``all`` of those they may open."""
    asked = request.POST if request.method == "POST" else request.GET
    every = bool(asked.get("all")) or not actor.roles & set(WORKING)
    blank, choice, tick = _("全部"), fields.Kind.CHOICE, fields.Kind.TICK
    kinds = tuple((key, said(text)) for key, text in words.kinds().items())
    states = tuple((key, said(text)) for key, text in words.states(closed=every).items())
    providers = tuple((key, said(one.title)) for key, one in sorted(current_pack().on(today()).providers.items()))
    return Filters(
        request,
        [
            Item("kind", _("类别"), choice, options=kinds, blank=blank),
            Item("state", _("状态"), choice, options=states, blank=blank),
            Item("provider", _("办理单位"), choice, options=providers, blank=blank),
            Item("district", _("区县"), choice, options=_districts(), blank=blank),
            Item("overdue", _("只看逾期"), tick),
            Item("mine", _("只看我领取的"), tick),
            Item("unclaimed", _("只看无人领取的"), tick),
            Item("all", "", fields.Kind.HIDDEN),
        ],
    )


def show(
    request: HttpRequest, actor: Actor, problems: list[tuple[str, str]] | None = None, done: int = 0, what: str = ""
) -> HttpResponse:
    """The page of the list, with what was refused of what was asked."""
    filters = filters_of(request, actor)
    asked = filters.asked
    works = bool(actor.roles & set(WORKING))
    every = bool(asked["all"]) or not works
    wanted = queues.Wanted(
        kind=asked["kind"],
        state=asked["state"],
        provider=asked["provider"],
        overdue=bool(asked["overdue"]),
        mine=actor.name if asked["mine"] else "",
        unclaimed=bool(asked["unclaimed"]),
        district=asked["district"],
    )
    found = queues.narrowed(queues.visible(actor) if every else queues.queue(actor), wanted)
    shown, paging = page_of(request, found, PAGE, filters.kept)
    rows = _rows(shown)
    listing = Listing(
        key="list",
        title=_("办件"),
        columns=_columns(),
        rows=rows,
        paging=paging,
        quiet=True,
        filters=filters,
        bulk=None if every else _bulk(actor, rows),
        mark=lambda r: "late" if r["left"] and r["left"].kind == "over" else "",
        empty=_("没有符合条件的办件。") if every or filters.narrowed else _("没有等您办理的办件。"),
    )
    context: dict[str, Any] = {
        "listing": listing, "every": every, "works": works, "views": list(saved_views.views_of(actor)),
        "problems": problems or [], "done": done, "what": what, "claimed": request.GET.get("claimed", ""),
        "begins": bool(actor.roles & set(BEGINNING)), "forwarded": request.GET.get("forwarded", ""),
    }  # fmt: skip
    return render(request, "desk/cases.html", context, status=422 if problems else 200)


def _columns() -> list[Column]:
    return [
        Column(
            _("办件"),
            lambda r: Cell(r["case"].number, reverse("desk:case", args=[r["case"].number]), notes=[said(r["kind"])]),
        ),
        Column(
            _("信息主体和事项"), lambda r: Cell(r["subject"], notes=[" · ".join(map(said, filter(None, r["about"])))])
        ),
        Column(_("状态"), lambda r: Cell(said(r["state"]), notes=_claimed(r["case"]))),
        Column(_("期限"), template="desk/_term_left.html"),
    ]


def _claimed(case: Case) -> list[str]:
    return [_("%(who)s 领取") % {"who": case.claimed_by.removeprefix("user:")}] if case.claimed_by else []


def _bulk(actor: Actor, rows: list[dict[str, Any]]) -> Bulk | None:
    """What can be done to several of the rows; None where nothing can."""
    forwards = actor.may(Role.WINDOW) and any(row["forwardable"] for row in rows)
    claims = any(row["claimable"] for row in rows)
    remark = _("转办不作任何判断，只把申请送到办理单位。")
    acts = [Act(_("转办所选"), reverse("desk:cases-forward"), remark)] if forwards else []
    acts += [Act(_("领取所选"), reverse("desk:cases-claim"), primary=False)] if claims else []
    if not acts:
        return None
    return Bulk(
        "number",
        acts,
        value=lambda r: r["case"].number if (forwards and r["forwardable"]) or (claims and r["claimable"]) else "",
        label=lambda r: _("选择 %(number)s") % {"number": r["case"].number},
        ticked=lambda r: bool(r["forwardable"]),
    )


def _rows(shown: list[Case]) -> list[dict[str, Any]]:
    """Each case with its subject, what it is about, and the time that is left of its term."""
    running = queues.running(ahead.standing(shown))
    times, known = queues.left(running, now()), titles()
    names = dict(Subject.objects.filter(pk__in={c.subject_id for c in shown}).values_list("pk", "name"))
    models = {m.key: m.title for m in current_pack().models}
    providers = {key: one.title for key, one in current_pack().providers.items()}
    return [
        {
            "case": c,
            "kind": title_of(c.kind),
            "state": state_of(c).title,
            "forwardable": offers.forwardable(c),
            "claimable": offers.claim_of(c) is not None,
            "subject": names.get(c.subject_id, ""),
            "about": (known.get(c.resource) or models.get(c.model) or words.named(c), providers.get(c.provider)),
            "term": running.get(c.pk),
            "left": left(times[c.pk], paused=running[c.pk].paused_at is not None) if c.pk in times else None,
        }
        for c in shown
    ]


def _districts() -> tuple[tuple[str, str], ...]:
    """The divisions of the pack's city, by their codes."""
    return tuple((one.value, said(one.title)) for one in current_pack().on(today()).divisions)
