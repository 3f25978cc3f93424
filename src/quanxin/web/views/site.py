"""What a site has of its city: the colours and the emblem of the pack.

Invariant: no query, and nothing that is not the pack's.
"""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from quanxin.runtime.pack import current_pack

AN_HOUR = 3600


@require_safe
@cache_control(max_age=AN_HOUR, public=True)
def colours(_request: HttpRequest) -> HttpResponse:
    """The pack's colours as variables of the style sheet, on light ground; empty where it has none of its own."""
    own = current_pack().site.colours
    rule = ""
    if own is not None:
        red, green, blue = (int(own.accent[at : at + 2], 16) for at in (1, 3, 5))
        rule = (
            "@media (prefers-color-scheme: light) { :root { "
            f"--spring: {own.accent}; --spring-deep: {own.deep}; --spring-pale: {own.pale}; --spring-mist: {own.mist}; "
            f"--bs-link-color-rgb: {red}, {green}, {blue}; "
            "} }\n"
        )
    return HttpResponse(rule, content_type="text/css; charset=utf-8")


@require_safe
@cache_control(max_age=AN_HOUR, public=True)
def mark(_request: HttpRequest) -> HttpResponseBase:
    """The pack's emblem, or the platform's own."""
    path = current_pack().mark
    if path is None:
        return redirect(static("web/mark.svg"))
    return FileResponse(path.open("rb"), content_type="image/svg+xml")
