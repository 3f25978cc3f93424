"""What browsers and researchers tell the city: reports of its content policy, and where weaknesses are reported.

Invariant: a report is small, is never kept, and leaves one short line in the log, without queries and with personal numbers
masked: whoever sends it chose every word of it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from quanxin.archive.access import blot_out
from quanxin.calendar import now
from quanxin.web.limits import REPORT

_LONGEST, _MOST = 160, 3  # characters of a part, reports of a request
_VALID = dt.timedelta(days=180)
_NAMES = {
    "effectiveDirective": "directive", "effective-directive": "directive", "violated-directive": "directive",
    "documentURL": "page", "document-uri": "page", "blockedURL": "blocked", "blocked-uri": "blocked",
}  # fmt: skip

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Take a browser's report that a page wanted what the policy forbids."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > REPORT:
        return HttpResponse(status=413)
    try:
        sent = json.loads(request.read(REPORT))
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    for report in (sent if isinstance(sent, list) else [sent])[:_MOST]:
        if said := _said(report):
            log.warning("content policy: %s", said)
    return HttpResponse(status=204)


def _said(report: Any) -> str:
    """What a report says, short and without anything that is nobody's business."""
    body = (report.get("body") or report.get("csp-report")) if isinstance(report, dict) else None
    if not isinstance(body, dict):
        return ""
    found: dict[str, str] = {}
    for key, value in body.items():
        if (name := _NAMES.get(key)) and isinstance(value, str):
            found.setdefault(name, _short(value))
    return " ".join(f"{name}={text}" for name, text in sorted(found.items()))


def _short(text: str) -> str:
    try:
        parts = urlsplit(text[: 4 * _LONGEST])
        plain = f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else parts.path
    except ValueError:
        plain = "?"
    printable = "".join(c if c.isprintable() else "?" for c in plain[:_LONGEST])
    return blot_out(printable)


@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """Where weaknesses are reported (RFC 9116); nothing where no contact is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = (now() + _VALID).astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
    ]
    if settings.PUBLIC_URL:
        lines.append(f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
