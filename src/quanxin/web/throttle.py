"""Who asks too often waits: by address, and by account once somebody is signed in.

Invariant: what is remembered never grows with what is sent: one number for each address and class, and of those at most
``MOST``, the oldest of which are forgotten. It is remembered by each process for itself, so that a city with two processes
lets twice as much through; nothing that must hold exactly (a locked sign-in, a client's rate) rests on it. Requests of this
machine itself are let through: behind a proxy that ``QUANXIN_PROXIES`` does not count, all would seem to be one.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from quanxin.accounts.browsers import origin_of
from quanxin.api import problems
from quanxin.web import limits
from quanxin.web.limits import Rate

MOST = 20_000


class Buckets:
    """Each key has a bucket that fills by ``a_minute``; a request takes one out, and waits where there is none."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()  # what is left, and when
        self._most, self._clock, self._lock = most, clock, threading.Lock()

    def take(self, rate: Rate, who: str) -> int:
        """0, or in how many seconds the next request may come."""
        with self._lock:
            key, at = (rate.name, who), self._clock()
            left, since = self._kept.pop(key, (float(rate.a_minute), at))
            left = min(float(rate.a_minute), left + (at - since) * rate.a_minute / 60)
            taken = left >= 1
            self._kept[key] = (left - 1 if taken else left, at)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return 0 if taken else max(1, ceil((1 - left) * 60 / rate.a_minute))


_buckets = Buckets()


class Throttle:
    """Middleware: one that comes too often from an address is answered with 429 before anything is read or looked up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the inner answer, or the refusal."""
        network = network_of(origin_of(request))
        if network is None:
            return self.get_response(request)
        asked = limits.rate(request.method or "", request.path_info)
        seconds = _buckets.take(asked, network)
        return refusal(request, asked, seconds) if seconds else self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Sequence[Any], _parts: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Count what is handed in by the account too, from wherever it comes."""
        asked = limits.rate(request.method or "", request.path_info)
        if asked is not limits.UPLOADS or not request.user.is_authenticated:
            return None
        seconds = _buckets.take(asked, f"account {request.user.pk}")
        return refusal(request, asked, seconds) if seconds else None


def network_of(address: str) -> str | None:
    """Whom an address belongs to: an IPv4 address itself, of IPv6 the network of a house (/64); None for this machine."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return None if found.is_loopback else str(ipaddress.IPv6Network((found, 64), strict=False))
        found = found.ipv4_mapped
    return None if found.is_loopback else str(found)


def refusal(request: HttpRequest, asked: Rate, seconds: int) -> HttpResponse:
    """429 in words, or as a problem; with the seconds after which to come again."""
    if request.path_info.startswith("/api/"):
        return problems.answer(problems.Refused("rate-exceeded", rate=asked.a_minute, seconds=seconds))
    answer = render(request, "web/429.html", {"seconds": seconds, "rate": asked.a_minute}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
