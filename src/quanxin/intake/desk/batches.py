"""Receipts, and putting rows right.

Invariant: a receipt says the same for ever; beside it stands what is still held now. A correction changes the cells
that were changed and no others, and goes the way of every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.definitions import definition
from quanxin.archive.models import Batch
from quanxin.calendar import today
from quanxin.engine.taxonomy import ERRORS
from quanxin.intake import receipts, withdrawals
from quanxin.intake.desk.cells import Cell, cells
from quanxin.intake.desk.uploads import titles
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.intake.notes import notes
from quanxin.intake.replay import replay
from quanxin.ledger import log_reading
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell as Shown
from quanxin.pages.listings import Column, Kind, Listing
from quanxin.pages.paging import Onward
from quanxin.pages.proofs import answered
from quanxin.runtime import parameters
from quanxin.runtime.duckdb_scratch import own_folder
from quanxin.runtime.language import english, in_words, said
from quanxin.runtime.pack import current_pack

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires_role(Role.INTAKE)
def batches(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The batches of one's providers, the latest first."""
    providers = actor.providers_of(Role.INTAKE)
    found = Batch.objects.all() if providers is None else Batch.objects.filter(provider__in=providers)
    before = parameters.batch_number(request.GET.get("before"))
    held = list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
    rows, onward = Onward.of(held, PAGE, before, lambda one: one.pk)
    return render(request, "intake/batches.html", {"listing": listing_of(rows, _("批次"), onward)})


def listing_of(rows: Sequence[Batch], title: str, onward: Onward | None = None) -> Listing:
    """Batches as a list, with what became of their rows."""
    known = titles()
    counts = [
        (_("收到"), "received"),
        (_("接收"), "accepted"),
        (_("更新"), "updated"),
        (_("重复"), "duplicate"),
        (_("待更正"), "quarantined"),
        (_("待关联"), "unlinked"),
    ]
    return Listing(
        key="batches",
        title=title,
        rows=rows,
        paging=onward,
        quiet=onward is not None,
        empty=_("还没有批次。报送第一个文件后，这里会列出它的去向。"),
        columns=[
            Column(_("批次"), _link, Kind.NUMBER),
            Column(
                _("资源"),
                lambda b: Shown(said(known[b.resource]) if b.resource in known else "", notes=[b.file_name]),
                bare=True,
            ),
            *(Column(words, attrgetter(name), Kind.COUNT) for words, name in counts),
        ],
    )


def _link(one: Batch) -> Shown:
    return Shown(one.pk, reverse("desk:batch", args=[one.pk]), tag=_("已撤回") if one.taken_back_at else "")


@require_safe
@requires_role(Role.INTAKE)
def batch(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A receipt, and the rows that are held now."""
    found = _own(actor, number)
    return _receipt_page(request, found)


@require_safe
@requires_role(Role.INTAKE)
def annotated(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The rows held as a workbook of the department's own columns, with what is wrong marked in each cell."""
    found = _own(actor, number)
    with own_folder() as folder:
        out = folder / "receipt.xlsx"
        receipts.write_annotated(found.pk, out)
        body = out.read_bytes()
    name = f"attachment; filename={found.pk}.xlsx"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": name})


@require_safe
@requires_role(Role.INTAKE)
def proof(_request: HttpRequest, actor: Actor, number: str) -> HttpResponseBase:
    """The receipt of the public log: what was handed in, and when."""
    found = _own(actor, number)
    return answered(log_reading.offered("batch", f"batch:{found.pk}"), found.pk, reverse("desk:batch", args=[found.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE)
def row(request: HttpRequest, actor: Actor, number: str, row_no: int) -> HttpResponse:
    """Put one row right: each item as the department wrote it, what was found beside it; then take it in again."""
    found = _own(actor, number)
    held = next((r for r in receipts.held_page(found.pk, after=row_no - 1, limit=1) if r["row"] == row_no), None)
    if held is None:
        raise Http404
    problem = None
    if request.method == "POST":
        resource = definition(found.pk)
        changed = {
            f.key: request.POST[f.key].strip() or None
            for f in resource.fields
            if f.key in request.POST and request.POST[f.key] != held["original"].get(f.key, "")
        }
        try:
            made = replay(found.pk, actor=actor, rows={row_no: changed})
        except IntakeError as error:
            problem = in_words(error)
        else:
            left = Held.objects.filter(batch=made.batch).first()
            if left:
                return redirect(reverse("desk:row", args=[made.batch, left.row_no]) + "?again=1")
            return redirect(reverse("desk:batch", args=[found.pk]) + "?taken=1")
    context = {
        "batch": found,
        "held": held,
        "problem": problem,
        "cells": _cells(found, held),
        "titles": titles(),
        "loose": [_said(i) for i in held["issues"] if not i["field"]],
        "again": "again" in request.GET,
    }
    return render(request, "intake/row.html", context, status=422 if problem else 200)


@require_POST
@requires_role(Role.INTAKE)
def replay_all(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Take every held row in again as it is, after a rule or the register changed."""
    found = _own(actor, number)
    try:
        made = replay(found.pk, actor=actor)
    except IntakeError as error:
        return _receipt_page(request, found, in_words(error))
    return redirect("desk:batch", made.batch)


@require_POST
@requires_role(Role.INTAKE)
def take_back(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Take the whole batch back, with a reason."""
    found = _own(actor, number)
    try:
        withdrawals.take_back(actor, found.pk, reason=request.POST.get("reason", ""))
    except IntakeError as error:
        return _receipt_page(request, found, in_words(error))
    return redirect("desk:batch", found.pk)


def _own(actor: Actor, number: str) -> Batch:
    """The batch, if it is of a provider that the person acts for."""
    found = Batch.objects.filter(pk=number).first()
    if found is None or not actor.may(Role.INTAKE, found.provider):
        raise missing(actor, f"batch:{number[:40]}", "not a batch of this actor's providers")
    return found


def _receipt_page(request: HttpRequest, found: Batch, problem: str | None = None) -> HttpResponse:
    waiting = Held.objects.filter(batch=found, released_by=None, set_aside_at=None).count()
    noted = [said(note) for note in notes(found.receipt["reading"])]
    context = {
        "batch": found, "codes": _codes(found), "notes": noted, "problem": problem, "titles": titles(),
        "held": _held(request, found, waiting), "taken": "taken" in request.GET, "entered": "entered" in request.GET,
        "repeated": "repeated" in request.GET, "replays": Batch.objects.filter(replay_of=found).order_by("pk"),
        "proof": log_reading.offered("batch", f"batch:{found.pk}"),
    }  # fmt: skip
    return render(request, "intake/batch.html", context, status=422 if problem else 200)


def _codes(found: Batch) -> Listing:
    """What was found in the rows, with how many have it."""
    rows = [(code, said(ERRORS[code]), count) for code, count in found.receipt["codes"].items()]
    columns = [
        Column(_("说明"), lambda r: r[1]), Column(_("代码"), lambda r: r[0], bare=True),
        Column(_("行数"), lambda r: r[2], Kind.COUNT),
    ]  # fmt: skip
    return Listing(key="found", title=_("发现的问题"), columns=columns, rows=rows)


def _held(request: HttpRequest, found: Batch, waiting: int) -> Listing:
    """The rows that are held now, each with what is wrong with it."""
    after = parameters.number(request.GET.get("after")) or 0
    held = receipts.held_page(found.pk, after=after, limit=PAGE + 1)
    rows, onward = Onward.of(held, PAGE, after, lambda row: row["row"], name="after")
    columns = [
        Column(_("位置"), lambda r: r["position"], Kind.NUMBER, bare=True),
        Column(_("问题"), lambda r: Shown(items=[_said(issue) for issue in r["issues"]]), bare=True),
        Column(_("办理"), lambda r: _mend(found, r), Kind.ACT, bare=True),
    ]  # fmt: skip
    title = _("未入库的行（现有 %(count)s 行）") % {"count": f"{waiting:,}"}
    return Listing(key="held", title=title, columns=columns, rows=rows, paging=onward, empty=_("没有未入库的行。"))


def _mend(found: Batch, row: dict[str, Any]) -> Shown:
    words = _("查看") if row["bucket"] == "unlinked" else _("更正")
    label = _("更正%(place)s") % {"place": row["position"]}
    return Shown(words, reverse("desk:row", args=[found.pk, row["row"]]), label)


def _said(issue: dict[str, Any]) -> str:
    return str(issue["message_en" if english() else "message"])


def _cells(found: Batch, held: dict[str, Any]) -> list[Cell]:
    """Each item of the resource with the department's text and what was found in it."""
    found_in: dict[str, list[str]] = {}
    for issue in held["issues"]:
        found_in.setdefault(issue["field"], []).append(_said(issue))
    return cells(definition(found.pk), current_pack().on(today()), held["original"], found_in, new=False)
