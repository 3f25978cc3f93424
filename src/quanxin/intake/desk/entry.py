"""Entering one row by hand, and the forms to hand rows in by.

Invariant: a row entered here takes the way of a file's: the same checks, a batch, a receipt; what is wrong is put
right on the page of the held row, so that it is never held twice.
"""

from __future__ import annotations

import json
from io import BytesIO

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.definitions import definition
from quanxin.calendar import now, today
from quanxin.intake.corrections import as_written
from quanxin.intake.desk.cells import cells
from quanxin.intake.desk.records import own_record
from quanxin.intake.desk.uploads import choices
from quanxin.intake.errors import IntakeError
from quanxin.intake.forms import table_schema, write_template
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Column, Kind, Listing
from quanxin.policy.model import Resource
from quanxin.runtime import parameters
from quanxin.runtime.duckdb_scratch import own_folder
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires_role(Role.INTAKE)
def forms(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The forms of what the person may hand in; the part of one resource alone for the page to upload."""
    what = request.GET.get("what", "")
    if request.headers.get("HX-Request") == "true":
        provider, _slash, resource = what.partition("/")
        known = bool(resource) and actor.may(Role.INTAKE, provider) and resource in current_pack().on(today()).resources
        return render(request, "intake/_forms.html", {"provider": provider, "resource": resource, "known": known})
    columns = [
        Column(_("目录资源"), lambda row: said(row[2])),
        Column(_("办理"), kind=Kind.ACT, template="intake/_form_links.html", bare=True),
    ]  # fmt: skip
    listings = [
        Listing(key=f"p{n}", title=said(provider), columns=columns, rows=[(*v.partition("/")[::2], t) for v, t in held])
        for n, (provider, held) in enumerate(choices(actor))
    ]
    return render(request, "intake/forms.html", {"listings": listings})


@require_safe
@requires_role(Role.INTAKE)
def template(request: HttpRequest, actor: Actor, resource: str) -> HttpResponse:
    """The workbook to fill in."""
    out = BytesIO()
    write_template(_in_force(resource), current_pack().on(today()), out)
    name = f"attachment; filename={resource}.xlsx"
    return HttpResponse(out.getvalue(), content_type=XLSX, headers={"Content-Disposition": name})


@require_safe
@requires_role(Role.INTAKE)
def schema(request: HttpRequest, actor: Actor, resource: str) -> HttpResponse:
    """The Table Schema for machines."""
    made = table_schema(_in_force(resource), current_pack().on(today()))
    name = f"attachment; filename={resource}.schema.json"
    return JsonResponse(
        made, json_dumps_params={"ensure_ascii": False, "indent": 2}, headers={"Content-Disposition": name}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE)
def entry(request: HttpRequest, actor: Actor, provider: str, resource: str) -> HttpResponse:
    """Write one row and hand it in; with ``record``, begin with what a record of one's own says now."""
    found, rules = _in_force(resource), current_pack().on(today())
    if provider not in found.providers or not actor.may(Role.INTAKE, provider):
        raise missing(actor, f"provider:{provider[:40]}", "no provider that this actor hands in for")
    problem, texts = None, _begun(request, actor, found, provider)
    if request.method == "POST":
        texts = {f.key: request.POST.get(f.key, "").strip() for f in found.fields}
        try:
            return _hand_in(actor, provider, found, {key: text for key, text in texts.items() if text})
        except IntakeError as error:
            problem = in_words(error)
    context = {
        "resource": found, "provider": rules.providers[provider], "problem": problem,
        "cells": cells(found, rules, texts, {}, new=True), "correcting": "record" in request.GET,
    }  # fmt: skip
    return render(request, "intake/entry.html", context, status=422 if problem else 200)


entry.takes_a_row = True  # type: ignore[attr-defined]


def _in_force(resource: str) -> Resource:
    found = current_pack().on(today()).resources.get(resource)
    if found is None:
        raise Http404
    return found


def _begun(request: HttpRequest, actor: Actor, resource: Resource, provider: str) -> dict[str, str]:
    """The texts of the record that is to be corrected; none where it is not the provider's."""
    asked = parameters.reference(request.GET.get("record"))
    if asked is None:
        return {}
    found = own_record(actor, *asked)
    if found is None or (found[2].provider, found[2].resource) != (provider, resource.key):
        return {}
    return as_written(found[2], definition(found[2].batch_id), current_pack().on(today()))


def _hand_in(actor: Actor, provider: str, resource: Resource, row: dict[str, str]) -> HttpResponse:
    """Take the row in; onward to its receipt, or to putting it right."""
    if not row:
        raise IntakeError("row-empty")
    with own_folder() as folder:
        path = folder / "row.jsonl"
        path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
        name = f"手工录入-{now():%Y%m%d-%H%M%S}.jsonl"
        receipt = intake(path, resource=resource.key, provider=provider, actor=actor, name=name)
    held = Held.objects.filter(batch=receipt.batch, released_by=None, set_aside_at=None).first()
    if held is not None and held.bucket == Held.Bucket.QUARANTINED:
        return redirect(reverse("desk:row", args=[receipt.batch, held.row_no]) + "?again=1")
    told = "?repeated=1" if receipt.repeated else "" if held else "?entered=1"
    return redirect(reverse("desk:batch", args=[receipt.batch]) + told)
