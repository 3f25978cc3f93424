"""Every request has a number, a line in the log, and counts.

Invariant: a line says which address by its pattern, never what stood in it, and nothing of who asked. The number goes with the
lines of the audit and the jobs that the request makes, and back to whoever asked (``X-Request-ID``).
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from quanxin.runtime import metrics
from quanxin.runtime.log import request_id

HEADER = "X-Request-ID"
FACES = frozenset({"desk", "my", "account", "api", "log", "open-data", "static", "verify", "healthz", "metrics"})
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")

_log = logging.getLogger("quanxin.requests")


class Told:
    """Middleware, the outermost: gives a request its number and tells of its end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer, with the number."""
        began, number = time.perf_counter(), _number(request)
        held = request_id.set(number)
        try:
            answer = self.get_response(request)
            answer.headers[HEADER] = number
            _tell(request, answer.status_code, time.perf_counter() - began)
            return answer
        finally:
            request_id.reset(held)


def _number(request: HttpRequest) -> str:
    """The number that a proxy of ours gave, or a new one: a visitor's would let him write into the log."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if _GIVEN.fullmatch(given) else uuid.uuid4().hex


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    first = request.path_info.lstrip("/").partition("/")[0]
    face = first if first in FACES else "portal"
    method = request.method if request.method in metrics.METHODS else "other"
    metrics.REQUESTS.labels(face, method, str(status)).inc()
    metrics.REQUEST_SECONDS.labels(face).observe(seconds)
    if settings.LOG_REQUESTS:
        match = request.resolver_match
        said = {
            "method": method,
            "address": match.route if match else "-",
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        _log.info("request", extra=said)
