"""Handing a file in, and watching what becomes of it.

Invariant: a file that the page took is kept before the page says so; its progress is what the job last wrote.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.intake import submissions
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Submission
from quanxin.pages.gates import missing, requires_role
from quanxin.runtime.language import in_words
from quanxin.runtime.pack import current_pack


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
                file, file_name=file.name or "", resource=resource, provider=provider, actor=actor,
                mode="replace" if request.POST.get("mode") == "replace" else "append",
            )  # fmt: skip
            return redirect("desk:submission", made.pk)
        except IntakeError as error:
            problem = in_words(error)
    context = {"choices": choices(actor), "chosen": chosen, "problem": problem}
    return render(request, "intake/upload.html", context, status=422 if problem else 200)


@require_safe
@requires_role(Role.INTAKE)
def submission(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """How far a file has come; once it is taken in, its receipt."""
    found = Submission.objects.select_related("batch").filter(pk=number).first()
    if found is None or not actor.may(Role.INTAKE, found.provider):
        raise missing(actor, f"submission:{number[:40]}", "not a submission of this actor's providers")
    watched = request.headers.get("HX-Request") == "true"
    if found.batch_id:
        where = reverse("desk:batch", args=[found.batch_id]) + ("?repeated=1" if found.repeated else "")
        return HttpResponse(headers={"HX-Redirect": where}) if watched else redirect(where)
    context = {"submission": found, "steps": _steps(found), "error": _error(found), "titles": titles()}
    return render(request, "intake/_progress.html" if watched else "intake/submission.html", context)


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


def _steps(found: Submission) -> list[tuple[str, str]]:
    """(label, done/now/later) of each step."""
    labels = {
        "reading": _("读取文件"), "checking": _("逐行校验"), "matching": _("匹配主体"), "committing": _("写入档案"),
    }  # fmt: skip
    order = list(labels)
    at = order.index(found.step) if found.step in labels else -1
    return [(labels[s], "done" if n < at else "now" if n == at else "later") for n, s in enumerate(order)]


def _error(found: Submission) -> str | None:
    return in_words(IntakeError.restored(found.error)) if found.error else None
