"""What machines and mishaps ask for: robots, the manifest, and the pages for errors.

Invariant: an error page needs no database and gives away nothing of the inside.
"""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from quanxin.api import problems
from quanxin.runtime import unable
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Let search engines read the pages, but not walk the search."""
    lines = ("User-agent: *", f"Disallow: {reverse('portal:search')}", "Allow: /", "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """The web app manifest, in the page's language."""
    site = current_pack().site
    return JsonResponse(
        {
            "name": f"{said(site.title)} · {said(site.name)}",
            "short_name": said(site.title),
            "start_url": reverse("portal:home"),
            "display": "browser",
            "background_color": "#fbf9f4",
            "theme_color": site.colours.deep if site.colours else "#0d4449",
            "icons": [{"src": reverse("portal:site-mark"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask for the old address to the mark."""
    return redirect("portal:site-mark")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django passes it by name)
    """Page for an address or a form that cannot be understood."""
    return _problem(request, "request-invalid", 400) or render(request, "web/400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django passes it by name)
    """Page for an address or a subject that is not there."""
    return _problem(request, "not-found") or render(request, "web/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Page for a failure of ours, or for a time in which the platform cannot answer."""
    reason = unable.why(sys.exc_info()[1])
    if reason is None:
        return _problem(request, "internal") or render(request, "web/500.html", status=500)
    code = "disk-full" if reason is unable.Reason.DISK else "database-away"
    answer = _problem(request, code) or render(request, "web/503.html", {"reason": str(reason)}, status=503)
    answer.headers["Retry-After"] = str(unable.RETRY)
    return answer


def _problem(request: HttpRequest, code: str, status: int | None = None) -> HttpResponse | None:
    """The answer of the interface, where an address is one of the interface's."""
    if not request.path_info.startswith(problems.INTERFACE):
        return None
    answer = problems.answer(problems.Refused(code))
    answer.status_code = status or answer.status_code
    return answer
