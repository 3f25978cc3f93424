"""Records that a provider handed in: found by their subject, ended by a withdrawal.

Invariant: a clerk sees and ends the records of their own providers alone; each look leaves its access line. Whose records
are looked for stands in no address.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import viewers
from quanxin.archive.models import Record, Withdrawal
from quanxin.archive.queries import archive_of
from quanxin.archive.shapes import RecordView
from quanxin.intake import withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.pages.fields import Form, Item
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.runtime.language import in_words, said
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for, cluster, resolve

KINDS = (Withdrawal.Kind.REVOKED, Withdrawal.Kind.MISTAKEN)  # what a single record is withdrawn for


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE)
def records(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One's own records about a subject, found by its code or old registration number."""
    item = Item("code", _("统一社会信用代码或注册号"), required=True, length=40, private=True)
    form = Form([item], request.POST if request.method == "POST" else None)
    code = form.sent.get("code", "")
    subject = asked_for(actor, code) if code else None
    context = {
        "form": form, "code": code, "withdrawn": "withdrawn" in request.GET,
        "listing": _listing(subject, list(_own(actor, subject))) if subject else None,
    }  # fmt: skip
    return render(request, "intake/records.html", context, status=422 if form.errors else 200)


def _listing(subject: Subject, found: list[RecordView]) -> Listing:
    columns = [
        Column(_("日期"), lambda one: one.event_date, Kind.DAY),
        Column(_("记录"), lambda one: Cell(
            said(one.title), reverse("desk:record", args=[subject.pk, one.id]), notes=[" ".join(t for _f, t in one.summary)]
        ), Kind.LINK, bare=True),
        Column(_("批次"), lambda one: Cell(one.batch, reverse("desk:batch", args=[one.batch])), Kind.NUMBER),
    ]  # fmt: skip
    return Listing(
        key="found", title=subject.name, columns=columns, rows=found, empty=_("本单位没有报送过该主体的记录。")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE)
def record(request: HttpRequest, actor: Actor, subject: int, number: int) -> HttpResponse:
    """One record with what its provider can do with it: hand it in corrected, or withdraw it."""
    found = own_record(actor, subject, number)
    if found is None:
        raise missing(actor, f"record:{subject}-{number}", "not a record of this actor's providers")
    about, view, stored = found
    problem = None
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        try:
            if kind not in KINDS:
                raise IntakeError("kind-missing")
            withdrawals.withdraw(
                actor,
                stored.provider,
                [(stored.subject_id, stored.id)],
                kind=Withdrawal.Kind(kind),
                reason=request.POST.get("reason", ""),
            )
            return redirect(reverse("desk:records") + "?withdrawn=1")
        except IntakeError as error:
            problem = in_words(error)
    kinds = [
        (Withdrawal.Kind.REVOKED, _("决定已被撤销、变更或确认违法")),
        (Withdrawal.Kind.MISTAKEN, _("报送有误，本不应报送")),
    ]
    context = {
        "record": view,
        "stored": stored,
        "subject": about,
        "problem": problem,
        "kinds": kinds,
        "chosen": request.POST,
    }
    return render(request, "intake/record.html", context, status=422 if problem else 200)


def own_record(actor: Actor, subject: int, number: int) -> tuple[Subject, RecordView, Record] | None:
    """A current record that one's own provider handed in about an organisation or sole trader: its subject, what it
    shows, and the record; None for any other."""
    about = Subject.objects.select_related("merged_into").filter(pk=subject, natural=False).first()
    if about is None:
        return None
    about = resolve(about)
    view = next((v for v in _own(actor, about) if v.id == number), None)
    return (about, view, Record.objects.get(subject_id__in=cluster(about), id=number)) if view else None


def _own(actor: Actor, subject: Subject) -> Iterable[RecordView]:
    return archive_of(subject.pk, viewers.department(actor, "报送单位核对本单位记录", Role.INTAKE)).timeline
