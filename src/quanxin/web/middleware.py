"""Headers that every answer carries, and requests that nothing could be the answer to.

Invariant: no answer of the platform lets a browser run inline script or style, load anything from elsewhere, be
framed, or tell another site which subject was looked at. A view may set a header itself; then its own stands. No view is
given a NUL, which the database holds nowhere, or a number in its address that is larger than any key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from quanxin.api import problems
from quanxin.web import limits
from quanxin.web.views.system import bad_request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "report-uri /csp-report",
        "report-to csp",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Reporting-Endpoints": 'csp="/csp-report"',
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


View = Callable[..., Any]

log = logging.getLogger(__name__)


NEVER_KEPT = ("/desk/", "/my/", "/account/", "/api/v1/")


class SecurityHeaders:
    """Middleware that adds ``HEADERS`` to each answer, errors included, and lets nobody keep what is behind signing in.

    So is every page for whoever has a session, wherever it is: it may bear a name. Only static files are the same for all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer with each header that it has not set itself."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path_info.startswith(NEVER_KEPT) or (
            settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path_info.startswith(settings.STATIC_URL)
        ):
            response.headers["Cache-Control"] = "private, no-store"
        return response


INTERFACE = problems.INTERFACE
LARGEST = 2**63 - 1  # the largest key that PostgreSQL can hold


LONGEST_ADDRESS = 16 << 10


class Problems:
    """Middleware that says in the interface's own form what others refused there: a method, a token's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer, or the same refusal as a problem."""
        answer = self.get_response(request)
        if answer.status_code != 405 or not request.path_info.startswith(INTERFACE):
            return answer
        told = problems.answer(problems.Refused("method", method=(request.method or "")[:16]))
        told.headers["Allow"] = answer.headers.get("Allow", "")
        return told


class Bounded:
    """Middleware that refuses a body larger than its address takes, or packed, before anything of it is read; and an
    address that is longer than any of ours.

    A body without a length is bounded while it comes, by the door (``quanxin.web.door``), which gives it one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer, or the refusal."""
        if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            return too_large(request, 0, status=415)
        if len(request.path) + len(request.META.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
            raise BadRequest("a long address")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal() and len(length) < 19):
            raise BadRequest("no length")
        if int(length) <= limits.REPORT or limits.bounds_itself(request.path_info):
            return self.get_response(request)
        limit = limits.for_request(request)
        return too_large(request, limit) if int(length) > limit else self.get_response(request)


def too_large(request: HttpRequest, limit: int, status: int = 413) -> HttpResponse:
    """What a body is answered with that is larger than ``limit``, or (415) of a kind that is not taken."""
    if request.path_info.startswith(INTERFACE):
        return problems.answer(problems.Refused("body-too-large" if status == 413 else "media-type", limit=limit))
    return render(request, f"web/{status}.html", {"limit": limit}, status=status)


class Answerable:
    """Middleware that refuses addresses that no view could answer: a NUL with 400, a number beyond every key with 404.

    The interface answers for its addresses itself, in its own form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer; raise ``BadRequest`` for a NUL."""
        holds_nul = "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if holds_nul and not request.path.startswith(INTERFACE):
            raise BadRequest("a NUL in the address")
        return self.get_response(request)

    def process_view(self, _request: HttpRequest, _view: View, _args: Sequence[Any], parts: Mapping[str, Any]) -> None:
        """Raise ``Http404`` for such a number."""
        if any(isinstance(part, int) and part > LARGEST for part in parts.values()):
            raise Http404


class PlainForms:
    """Middleware that refuses a form with a NUL in it; it stands after the check against forgery, which reads the form.

    The interface reads its bodies itself, and so do forms that bring files, which look for themselves. A form whose texts
    are a row to be taken in (``view.takes_a_row``) is let pass: the row with the NUL is held, as a file's would be.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, _args: Sequence[Any], _parts: Mapping[str, Any]) -> None:
        """Raise ``BadRequest`` for a NUL."""
        match = request.resolver_match
        if request.method != "POST" or (match and "api" in match.namespaces):
            return
        if getattr(view, "reads_its_form", False) or getattr(view, "takes_a_row", False):
            return
        if any("\0" in text for key, texts in request.POST.lists() for text in (key, *map(str, texts))):
            raise BadRequest("a NUL in the form")


class Unstorable:
    """Middleware that answers 400 where a request holds what no column can: too long a text, too large a number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to an error of the database about a value itself; None for every other error."""
        if not isinstance(exception, DataError):
            return None
        log.warning("a value that cannot be kept: %s %s", request.method, request.resolver_match)
        return bad_request(request, exception)
