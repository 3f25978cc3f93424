"""Handing in what is too long for one request to wait for: a stream is kept, taken in by a job, and watched.

Invariant: what was answered with 202 is kept and ends with a receipt or with a refusal in words; a client watches its
own provider's alone.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from quanxin.accounts.lookups import look_up
from quanxin.api.clients import Token, provider_of
from quanxin.api.idempotency import once
from quanxin.api.shapes import ResourceKey
from quanxin.intake import submissions
from quanxin.intake.api.batches import ROWS_BODY
from quanxin.intake.api.bodies import as_lines
from quanxin.intake.api.shapes import SubmissionNumber, SubmissionOut
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Submission

router = Router(auth=Token("intake"), tags=["报送 / hand in"])


@router.post(
    "/resources/{resource}/submissions",
    response={202: SubmissionOut},
    summary="提交行流，稍后办理",
    openapi_extra=ROWS_BODY,
)
def submit(request: HttpRequest, resource: ResourceKey) -> HttpResponse:
    """Keep rows (as for ``rows``, of any length as NDJSON) and have a job take them in; watch ``/submissions/{id}``."""
    actor, provider = provider_of(request)
    with as_lines(request) as (path, digest):

        def work() -> dict[str, Any]:
            name = f"api-{digest[:12]}.jsonl"
            return _shown(submissions.submit(path, file_name=name, resource=resource, provider=provider, actor=actor))

        return once(request, f"submit {resource} {digest}", work, status=202)


@router.get("/submissions/{submission}", response=SubmissionOut, summary="办理进度")
def submission(request: HttpRequest, submission: SubmissionNumber) -> dict[str, Any]:
    """How far a submission has come; ``batch`` leads to its receipt once ``state`` is ``done``."""
    actor, provider = provider_of(request)
    own = Submission.objects.select_related("batch").filter(pk=submission, provider=provider)
    found = look_up(actor, "submission", submission, own.first)
    if found is None:
        raise IntakeError("submission-unknown", submission=submission)
    return _shown(found)


def _shown(found: Submission) -> dict[str, Any]:
    return {name: value for name, value in found.to_json().items() if name in SubmissionOut.model_fields}
