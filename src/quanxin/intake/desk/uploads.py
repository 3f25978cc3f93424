"""Handing a file in, and watching what becomes of it.

Invariant: a file that the page took is kept before the page says so; its progress is what the job last wrote.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.intake import submissions
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Submission
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.pages.gates import missing, requires_role
from quanxin.runtime.language import in_words
from quanxin.runtime.pack import current_pack
from quanxin.work.pages import progress


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE)
def upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Choose a resource and a file; what is wrong with them is said beside the form."""
    problem: str | None = None
    chosen = request.POST.get("what", request.GET.get("what", ""))
    if request.method == "POST":
        provider, _slash, resource = chosen.partition("/")
        file = request.FILES.get("file")
        try:
            if file is None:
                raise IntakeError("file-not-chosen")
            made = submissions.submit(
                file,
                file_name=file.name or "",
                resource=resource,
                provider=provider,
                actor=actor,
                mode="replace" if request.POST.get("mode") == "replace" else "append",
            )
            return redirect("desk:submission", made.pk)
        except IntakeError as error:
            problem = in_words(error)
    context = {"choices": choices(actor), "chosen": chosen, "problem": problem}
    return render(request, "intake/upload.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE)
def submission(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """How far a file has come; once it is taken in, its receipt."""
    found = Submission.objects.select_related("batch", "dropped").filter(pk=number).first()
    if found is None or not actor.may(Role.INTAKE, found.provider):
        raise missing(actor, f"submission:{number[:40]}", "not a submission of this actor's providers")
    if found.batch_id and request.method != "POST" and request.headers.get("HX-Request") != "true":
        return redirect(reverse("desk:batch", args=[found.batch_id]) + ("?repeated=1" if found.repeated else ""))
    context = {"submission": found}
    return progress(request, actor, SUBMISSIONS, found, "intake/submission.html", context)


def titles() -> dict[str, Any]:
    """The label of each resource there has ever been."""
    pack = current_pack()
    return {key: resource.title for key, resource in pack.on(today()).resources.items()}


def choices(actor: Actor) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """(provider's label, [(value, resource's label)]) of what the person may hand in."""
    rules = current_pack().on(today())
    found: dict[str, list[tuple[str, Any]]] = {}
    for key, resource in sorted(rules.resources.items()):
        for provider in resource.providers:
            if actor.may(Role.INTAKE, provider):
                found.setdefault(provider, []).append((f"{provider}/{key}", resource.title))
    return [(rules.providers[provider].title, resources) for provider, resources in sorted(found.items())]
