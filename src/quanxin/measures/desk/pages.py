"""Measures at the desk: what follows for a subject, what one's departments could apply, and what they do apply.

Invariant: what follows is read through the accessor for a purpose of the pack, and leaves its line; whom it is about stands in
no address. Whether a measure may be proposed is asked by the act.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.archive import viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.casework import beginning, procedures
from quanxin.casework.errors import RightsError
from quanxin.measures.asking import ask
from quanxin.measures.desk import lists
from quanxin.measures.due import ENFORCING, rules_of
from quanxin.measures.told import told
from quanxin.pages.gates import requires_role
from quanxin.pages.messages import status_of
from quanxin.policy.procedure import Procedure
from quanxin.runtime.language import in_words, said
from quanxin.runtime.problems import Problem


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*ENFORCING)
def measures(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask about a subject by its code, for a purpose; sent, what follows from its records and who may apply it."""
    purposes = viewers.purposes_for("department")
    asked = {"code": request.POST.get("code", "").strip(), "purpose": request.POST.get("purpose", "")}
    context: dict[str, Any] = {
        "enforcing": True,
        "asked": asked,
        "purposes": [(p.key, said(p.title)) for p in purposes],
    }
    if request.method != "POST":
        return render(request, "measures/measures.html", context)
    try:
        viewer = viewers.sharing(actor, asked["purpose"])
        subject, found = ask(actor, asked["code"], viewer)
    except Problem as error:
        problem = RightsError("subject-unknown") if isinstance(error, NoSuchSubject) else error
        context["problem"] = in_words(problem)
        return render(request, "measures/measures.html", context, status=status_of(problem))
    own = rules_of(actor)
    rows = [(one, begins(one.rule.nature) if one.rule.key in own else None) for one in told(found)]
    return render(request, "measures/measures.html", context | {"subject": subject, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*ENFORCING)
def due(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What one's departments may or must apply and do not yet."""
    return lists.due(request, actor)


@never_cache
@require_safe
@requires_role(*lists.SEEING)
def applied(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is and was applied: by one's departments; by all, for the centre and the auditor."""
    return lists.applied(request, actor)


@never_cache
@require_POST
@requires_role(*ENFORCING)
def propose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for the facts, then begin the case of a measure on a record; on to the case."""
    sent = {key: request.POST.get(key, "").strip() for key in ("record", "measure", "facts", "provider")}
    rule = rules_of(actor).get(sent["measure"])
    procedure = begins(rule.nature) if rule is not None else None
    context: dict[str, Any] = {"sent": sent, "rule": rule, "procedure": procedure}
    if rule is None or procedure is None:
        context["problem"] = in_words(RightsError("procedure-unknown"))
        return render(request, "measures/propose.html", context, status=404)
    if "confirmed" in request.POST:
        try:
            form = {key: text for key, text in sent.items() if key != "record" and text}
            made = beginning.begin(actor, procedure.key, record=sent["record"], form=form)
        except Problem as error:
            context["problem"] = in_words(error)
            return render(request, "measures/propose.html", context, status=status_of(error))
        return redirect(f"{reverse('desk:case', args=[made.number])}?done={procedure.files.key}")
    return render(request, "measures/propose.html", context)


def begins(nature: str) -> Procedure | None:
    """The procedure in force by which measures of a nature begin."""
    for procedure in procedures.in_force():
        for effect in procedure.files.effects:
            if effect.name.startswith("measures.") and effect.given.get("nature") == nature:
                return procedure
    return None
