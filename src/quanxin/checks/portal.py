"""The page of one result for an approval hall: opened by its link, by whoever has it.

Invariant: it shows one result and leads nowhere; it loads no script, and no other site frames it than those of its client.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quanxin.checks import links, wording
from quanxin.checks.errors import CheckError
from quanxin.runtime.language import in_words

TONES = {"clear": "good", "hint": "warn", "restricted": "seal"}
_POLICY = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"


@never_cache
@require_safe
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """The result of a link; 410 with words where it is over."""
    try:
        found = links.opened(token)
    except CheckError as error:
        return _in_frame(render(request, "checks/shown.html", {"problem": in_words(error)}, status=410), ())
    result = found.result
    context = {
        "result": result, "check": result.check_of, "name": wording.name_of(result), "findings": wording.findings(result),
        "tone": TONES.get(result.verdict, ""), **wording.of_check(result.check_of),
    }  # fmt: skip
    return _in_frame(render(request, "checks/shown.html", context), found.origins)


def _in_frame(response: HttpResponse, origins: tuple[str, ...]) -> HttpResponse:
    """Let the sites frame an answer, and nobody else."""
    sites = " ".join(origins) or "'none'"
    response["Content-Security-Policy"] = f"{_POLICY}; frame-ancestors {sites}"
    if origins:  # the older header knows no list of sites, and yields to the policy where a browser knows that
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


PAGES: list[URLPattern] = [path("checked/<str:token>", shown, name="checked")]
