"""Inspections at the desk: those of one's department, and beginning one because of a lead.

Invariant: a department sees its own inspections and those it comes along to; who oversees sees them all, of its district.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.lookups import missed_line
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import today
from quanxin.casework.errors import RightsError
from quanxin.casework.notices import authority
from quanxin.casework.procedures import state_of
from quanxin.pages.fields import Form, Item
from quanxin.pages.fields import Kind as Box
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Filters, Kind, Listing, page_of
from quanxin.runtime.language import in_words, said
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for, within
from quanxin.supervision.inspecting import answers, beginning, published
from quanxin.supervision.models import Inspection, Inspector

SEEING = (Role.DECIDER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR)
OPENING = frozenset({Role.DECIDER, Role.CENTRE, Role.AUDITOR})  # who may open the case of an inspection
LENGTH, AHEAD = 25, 14  # rows of a page; days of a window that is proposed


def seen(actor: Actor) -> QuerySet[Inspection]:
    """The inspections that an actor's roles show."""
    found = Q(pk=None)
    for one in actor.by(*SEEING):
        mine = Q(subject_id__in=within([one.district])) if one.district else Q(pk__isnull=False)
        if one.role is Role.DECIDER and one.provider:
            mine &= Q(provider=one.provider) | Q(partners__contains=[one.provider])
        found |= mine
    return Inspection.objects.filter(found)


@require_safe
@requires_role(*SEEING)
def inspections(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The inspections, the latest first."""
    options = (("open", _("未办结")), ("closed", _("已办结")))
    filters = Filters(request, [Item("state", _("状态"), Box.CHOICE, options=options, blank=_("全部"))])
    found = seen(actor).exclude(subject_id__in=own_subjects(actor)).select_related("case")
    if filters.asked["state"]:
        found = found.filter(case__open=filters.asked["state"] == "open")
    rows, paging = page_of(request, found, LENGTH)
    subjects = Subject.objects.in_bulk([one.subject_id for one in rows])
    opens = bool(actor.roles & OPENING)
    listing = Listing(
        key="inspections",
        title=_("行政检查"),
        quiet=True,
        rows=rows,
        paging=paging,
        filters=filters,
        empty=_("没有检查。"),
        columns=[
            Column(_("办件编号"), lambda one: _link(one, opens), Kind.LINK),
            Column(_("被检查人"), lambda one: _subject(subjects.get(one.subject_id)), bare=True),
            Column(_("检查事项"), _items, Kind.LINK, bare=True),
            Column(_("检查单位"), lambda one: said(authority(one.provider))),
            Column(_("检查期限"), lambda one: one.to_day, Kind.DAY),
            Column(_("状态"), lambda one: Cell(said(state_of(one.case).title)), Kind.STATE),
        ],
    )
    begins, keeps = bool(actor.by(Role.DECIDER)), bool(actor.roles & {Role.DECIDER, Role.SUPERVISOR})
    return render(request, "supervision/inspections.html", {"listing": listing, "begins": begins, "keeps": keeps})


@require_safe
@requires_role(*SEEING)
def inspection(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """An inspection: who came, when, and what the forms of its items say."""
    found = seen(actor).select_related("case").filter(case__number=number).first()
    if found is None or found.subject_id in own_subjects(actor):
        raise missing(actor, f"case:{number[:24]}", "not an inspection of this actor's")
    context = {
        "inspection": found,
        "state": state_of(found.case).title,
        "subject": found.case.subject,
        "authorities": [said(authority(key)) for key in (found.provider, *found.partners)],
        "inspectors": Inspector.objects.filter(card__in=found.inspectors),
        "why": published.why_of(found),
        "result": published.result_of(found),
        "answers": answers.shown(found),
        "opens": bool(actor.roles & OPENING),
    }
    return render(request, "supervision/inspection.html", context)


def _link(one: Inspection, opens: bool) -> Cell:
    return Cell(one.case.number, reverse("desk:case", args=[one.case.number]) if opens else "")


def _subject(found: Subject | None) -> Cell:
    return Cell(found.name, notes=[found.code]) if found is not None else Cell("—")


def _items(one: Inspection) -> Cell:
    titles = "、".join(published.title_of(key) for key in one.items)
    return Cell(titles, reverse("desk:inspection", args=[one.case.number]), notes=[published.why_of(one)])


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.DECIDER)
def begin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Fill in a case check: of whom, for what, by whom, because of which lead; on to its case."""
    form = Form(_asked(actor), dict(request.POST.items()) if request.method == "POST" else None, initial=_window())
    if form.is_bound and form.is_valid() and (number := _begun(actor, form)):
        return redirect(f"{reverse('desk:case', args=[number])}?done=file")
    return render(request, "supervision/begin.html", {"form": form}, status=422 if form.errors else 200)


def _asked(actor: Actor) -> list[Item]:
    mine = actor.providers_of(Role.DECIDER)
    items = [one for one in published.items_on(today()).values() if mine is None or one.department in mine]
    held = Inspector.objects.filter(active=True, card_until__gte=today())
    held = held if mine is None else held.filter(provider__in=mine)
    people = tuple((one.card, f"{one.name} {one.card}") for one in held)
    return [
        Item("whose", _("被检查人的统一社会信用代码"), required=True, length=40, private=True),
        Item(
            "item", _("检查事项"), Box.CHOICE, required=True, options=tuple((one.key, said(one.title)) for one in items)
        ),
        Item("first", _("检查人员"), Box.CHOICE, required=True, options=people),
        Item("second", _("另一名检查人员"), Box.CHOICE, required=True, options=people),
        Item("since", _("检查期限起"), Box.DAY, required=True),
        Item("until", _("检查期限止"), Box.DAY, required=True),
        Item("reason", _("线索（到场后当事人会看到，不写举报人）"), Box.TEXT, required=True, length=2000),
    ]


def _window() -> dict[str, str]:
    return {"since": today().isoformat(), "until": (today() + dt.timedelta(days=AHEAD)).isoformat()}


def _begun(actor: Actor, form: Form) -> str:
    """The number of the case that the form begins; "" where it was refused, in words on the form."""
    sent = form.sent
    try:
        subject = asked_for(actor, sent["whose"])
        if subject is None:
            raise RightsError("subject-unknown", missed_line(actor, "code", sent["whose"]))
        item = published.items_on(today())[sent["item"]]
        window = dt.date.fromisoformat(sent["since"]), dt.date.fromisoformat(sent["until"])
        inspectors = list(Inspector.objects.filter(card__in=[sent["first"], sent["second"]]))
        made = beginning.begin(
            actor,
            subject=subject,
            provider=item.department,
            items=[item.key],
            inspectors=inspectors,
            window=window,
            mode=item.modes[-1],
            reason=sent["reason"],
        )
    except ValueError:
        form.refuse(_("请填写日期，例如 2026-05-12。"), "since")
    except RightsError as error:
        form.refuse(in_words(error), "whose" if error.code == "subject-unknown" else None)
    else:
        return made.number
    return ""
