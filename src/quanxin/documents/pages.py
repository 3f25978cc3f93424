"""Verifying a document, for everybody: by its number, which the QR code brings, or by its file; and the public keys.

Invariant: an answer names nobody. Anybody may ask, as often as ``web.limits`` lets them.
"""

from __future__ import annotations

import json
import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.calendar import day_of
from quanxin.documents import numbers, verifying
from quanxin.documents.ending import Reason
from quanxin.documents.standing import Standing
from quanxin.documents.verifying import Verdict

SAID = {
    Standing.VALID: (_("真实、有效"), "good"),
    Standing.EXPIRED: (_("真实，已过有效期"), "warn"),
    Standing.SUPERSEDED: (_("真实，已被新的文书替换"), "warn"),
    Standing.REVOKED: (_("已撤销，不得使用"), "seal"),
    Standing.UNTRUSTED: (_("签名证书在签署之前已撤销，不得使用"), "seal"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form for a number or a file, and the verdict on a file."""
    if request.method == "POST":
        given = request.FILES.get("file")
        number = numbers.written(request.POST.get("number", ""))
        digest = request.POST.get("sha256", "")
        if re.fullmatch("[0-9a-f]{64}", digest):
            return _shown(request, verifying.of_digest(digest, number), number)
        if given is None:
            return _shown(request, None, number, missing=True, status=422)
        return _shown(request, verifying.of_file(given.chunks(), number), number)
    asked = request.GET.get("number", "")
    number = numbers.written(asked)
    if number:
        return HttpResponseRedirect(reverse("portal:verified", args=[number]))
    return _shown(
        request, Verdict(None, None) if asked.strip() else None, asked[:80], status=404 if asked.strip() else 200
    )


@never_cache
@require_safe
def verified(request: HttpRequest, number: str) -> HttpResponse:
    """The verdict on a number."""
    found = verifying.of_number(number)
    return _shown(request, found, numbers.written(number) or number[:80], status=200 if found.document else 404)


@never_cache
@require_safe
def status(_request: HttpRequest, number: str) -> HttpResponse:
    """The same for machines."""
    found = verifying.of_number(number)
    return _json(found.told(), 200 if found.document else 404)


@never_cache
@require_safe
def receipt(_request: HttpRequest, number: str) -> HttpResponse:
    """The receipt of the public log, which verifies offline and says digests alone."""
    found = verifying.of_number(number).document
    proof = verifying.receipt(found) if found else None
    if found is None or proof is None:
        raise Http404
    name = f'attachment; filename="{found.number}.receipt.json"'
    return HttpResponse(proof.written(), content_type="application/json", headers={"Content-Disposition": name})


@require_safe
def keys(_request: HttpRequest) -> HttpResponse:
    """The public keys, those of before too."""
    return _json(verifying.keys(), 200)


def _shown(
    request: HttpRequest, verdict: Verdict | None, number: str, *, missing: bool = False, status: int = 200
) -> HttpResponse:
    document = verdict.document if verdict else None
    words, tone = SAID[verdict.standing] if verdict and verdict.standing else ("", "seal")
    context = {
        "verdict": verdict, "document": document, "number": number, "missing": missing, "words": words, "tone": tone,
        "reason": Reason(document.revoked_reason).label if document and document.revoked_reason else "",
        "issued": day_of(document.made_at) if document else None,
        "superseded": day_of(document.superseded_at) if document and document.superseded_at else None,
        "revoked": day_of(document.revoked_at) if document and document.revoked_at else None,
        "digests": verifying.digests(document) if document else {},
        "logged": bool(document and verifying.receipt(document)),
    }  # fmt: skip
    return render(request, "documents/verify.html", context, status=status)


def _json(told: object, code: int) -> HttpResponse:
    answer = HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/json", status=code)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


PAGES: list[URLPattern] = [
    path("verify", verify, name="verify"),
    path("verify/<str:number>", verified, name="verified"),
    path("verify/<str:number>/status", status, name="verified-status"),
    path("verify/<str:number>/receipt", receipt, name="verified-receipt"),
    path("documents/keys", keys, name="document-keys"),
]
