"""The inspector's page, which works without a network, and what it sends when there is one again.

Invariant: the page itself holds nothing of anybody; what a device keeps is its inspector's tasks and what was not sent yet.
What is sent twice is taken once, and a refusal is said in words that the device shows beside the task.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.http import receiving
from quanxin.calendar import now
from quanxin.pages.gates import requires_role
from quanxin.runtime.language import in_words
from quanxin.runtime.problems import Problem
from quanxin.supervision.inspecting import photos
from quanxin.supervision.inspecting import receiving as taking
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.inspecting.field_words import words
from quanxin.supervision.inspecting.tasks import tasks_of

PHOTOS = 8  # and a signature
WORKER = Path(__file__).resolve().parents[1] / "static" / "supervision" / "worker.js"
ASSETS = ("supervision/field.css", "supervision/field-store.js", "supervision/field.js", "web/mark.svg")


@require_safe
@requires_role(Role.INSPECTOR)
def page(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001  the page is the same for every inspector
    """The page, empty: what fills it is kept on the device."""
    return render(request, "supervision/field.html", {"words": words()})


@require_safe
@requires_role(Role.INSPECTOR)
def worker(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """The service worker, which knows the files of the page by their names of today."""
    shell = [reverse("desk:field"), *(static(name) for name in ASSETS)]
    body = f"const SHELL = {json.dumps(shell)};\n{WORKER.read_text(encoding='utf-8')}"
    return HttpResponse(body, content_type="text/javascript; charset=utf-8")


@require_safe
@requires_role(Role.INSPECTOR)
def tasks(request: HttpRequest, actor: Actor) -> JsonResponse:
    """The inspector's tasks, whose they are, and the token with which the page sends."""
    return JsonResponse(
        {"owner": actor.name, "token": get_token(request), "at": now().isoformat(), "tasks": tasks_of(actor)}
    )


def _answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view whose refusals are JSON in the words of the page, with their status."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Problem as error:
            status = error.status if error.status != 422 or error.code not in CONFLICTS else 409
            return _refusal(request, error, status)

    return answered


CONFLICTS = ("sent-before", "task-over", "case-elsewhere", "case-closed")


def _refusal(request: HttpRequest, error: Problem, status: int = 422) -> JsonResponse:  # noqa: ARG001
    return JsonResponse({"code": error.code, "said": in_words(error)}, status=status)


def _too_much(request: HttpRequest, error: AttachmentError) -> HttpResponse:
    return _refusal(request, error, error.status)


@require_POST
@requires_role(Role.INSPECTOR)
@_answering
def begin(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Hear that a visit began."""
    one = taking.begin(actor, number, _form(request))
    return JsonResponse({"begun_at": one.begun_at.isoformat() if one.begun_at else None})


@require_POST
@requires_role(Role.INSPECTOR)
@receiving(files=PHOTOS + 1, refusal=_too_much)
@_answering
def send(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Take a result with its photos, once."""
    form = _form(request)
    try:
        sent = UUID(form.get("sent", ""))
    except ValueError as error:
        raise InspectionError("result-unknown") from error
    one = taking.expect_own(actor, number)
    again = taking.taken(one, sent)
    photos_of = request.FILES.getlist("photo") if taking.awaits(one) and not again else []
    papers = [_kept(actor, photo, one.subject_id) for photo in photos_of]
    one = taking.take(actor, number, sent, form.get("act", ""), form, papers)
    return JsonResponse(
        {"result": one.result, "again": again, "done_on": one.done_on.isoformat() if one.done_on else None}
    )


def _form(request: HttpRequest) -> dict[str, str]:
    return {key: str(value) for key, value in request.POST.items()}


def _kept(actor: Actor, photo: Any, subject: int) -> str:
    return str(photos.keep(actor, photo, subject).pk)
