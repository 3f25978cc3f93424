"""What one can do with a case, and what one can begin, by the form that the procedure makes.

Invariant: an act is looked for among those of the case's own procedure, a beginning among the procedures of today that a
subject itself begins; an agent does what its authorisation names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.archive import viewers
from quanxin.attachments.http import receiving
from quanxin.casework import act_forms, engine, offers, procedures
from quanxin.casework.filing import Thing
from quanxin.casework.models import Case
from quanxin.casework.procedures import procedure_of
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.my import act_page, progress
from quanxin.my.act_page import ActPage
from quanxin.my.cases import READERS, kinds_of, own
from quanxin.my.records import one
from quanxin.pages.papers import FILES
from quanxin.policy.procedure import Procedure
from quanxin.runtime import parameters


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(*READERS)
@receiving(files=FILES, refusal=act_page.too_much)
def act(request: HttpRequest, me: Representation, number: str, what: str) -> HttpResponse:
    """An act of a case's procedure, or a procedure that is about such a case, as a second look is."""
    found = own(me, number)
    context = {"case": found, "entry": progress.entry(found, None)}
    back = reverse("my:case", args=[number])
    if (
        again := next((p for p in procedures.in_force() if p.key == what and p.about.case == found.kind), None)
    ) is not None:
        _expect_named(me, again)
        return act_page.answer(
            request, me, ActPage(again, again.files, act_page.filing(me, again, Thing(case=found)), back, context)
        )
    procedure = procedure_of(found)
    wanted = procedure.act_of.get(what)
    if wanted is None or wanted.begins or not any(who.party for who in wanted.who):
        raise Http404
    offered = any(one.key == what for one in offers.offered_to(me.party, found))
    sending = request.method == "POST" and ("confirmed" in request.POST or not act_forms.confirms(procedure, wanted))
    if not offered and not sending:
        return redirect("my:case", number)
    seen = parameters.number(request.POST.get("seen"))

    def do(sent: Mapping[str, str], brought: Sequence[str]) -> Case:
        return engine.perform(me.party, number, what, sent, paper=brought, seen=seen)

    context["seen"] = found.steps.values_list("pk", flat=True).last()
    return act_page.answer(request, me, ActPage(procedure, wanted, do, back, context))


@require_safe
@requires_scope(*READERS)
def begin(request: HttpRequest, me: Representation) -> HttpResponse:
    """What one can begin: what is about oneself here, what is about a record from the record."""
    mine = [p for p in procedures.in_force() if procedures.begun_by_party(p) and p.key in kinds_of(me)]
    return shown(
        request,
        me,
        "my/begin.html",
        {
            "about_itself": [p for p in mine if procedures.about_itself(p)],
            "about_records": [p for p in mine if p.about.of_records],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(*READERS)
@receiving(files=FILES, refusal=act_page.too_much)
def begin_one(request: HttpRequest, me: Representation, kind: str) -> HttpResponse:
    """Begin a case about oneself."""
    procedure = _wanted(me, kind)
    if not procedures.about_itself(procedure):
        raise Http404
    do = act_page.filing(me, procedure, Thing())
    return act_page.answer(request, me, ActPage(procedure, procedure.files, do, reverse("my:begin")))


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(*READERS)
@receiving(files=FILES, refusal=act_page.too_much)
def begin_about(request: HttpRequest, me: Representation, subject: int, number: int, kind: str) -> HttpResponse:
    """Begin a case about a record."""
    record, found = one(me, subject, number)
    procedure = _wanted(me, kind)
    if not procedures.about_record(procedure, record.resource):
        raise Http404
    do = act_page.filing(me, procedure, Thing(record))
    back = reverse("my:record", args=[subject, number])
    return act_page.answer(request, me, ActPage(procedure, procedure.files, do, back, {"record": found}))


def _wanted(me: Representation, kind: str) -> Procedure:
    found = next((p for p in procedures.in_force() if p.key == kind and procedures.begun_by_party(p)), None)
    if found is None:
        raise Http404
    _expect_named(me, found)
    return found


def _expect_named(me: Representation, procedure: Procedure) -> None:
    if procedure.key not in kinds_of(me):
        target = f"subject:{me.subject.pk}"
        raise viewers.refused(me.party.actor, target, "beyond the agent's authorisation", asked=procedure.key)
