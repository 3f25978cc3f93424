"""What those who run the platform ask of it: whether it can serve, its figures, and whether its doors are set as they should be.

Invariant: looking changes nothing. Health says words and no figure that would help an attacker; figures are for this machine, or
for whoever has their token.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from quanxin.archive import events, followers
from quanxin.runtime import environment, vitals
from quanxin.runtime.finding import Finding, attention, ok
from quanxin.web.throttle import network_of

_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")


@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 where requests can be answered, 503 where they cannot; what is amiss, in a word each."""
    now = vitals.look()
    lag = max([now.oldest, *(seconds for _, seconds in _lags())]) if now.database else None
    told = {
        "status": "unavailable" if not now.serving else "ok" if now.workers and now.disk == "ok" else "degraded",
        "database": "ok" if now.database else "unreachable",
        "worker": "ok" if now.workers else "absent" if now.database else "unknown",
        "disk": now.disk,
        "lag_seconds": None if lag is None else round(lag),
    }
    return JsonResponse(told, status=200 if now.serving else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever may have them; everybody else is refused."""
    if not _may_see_figures(request):
        return HttpResponse(
            "本机或持令牌者可见 / for this machine, or with the token\n", "text/plain; charset=utf-8", 403
        )
    from prometheus_client import CONTENT_TYPE_LATEST

    from quanxin.runtime.metrics import exposed

    return HttpResponse(exposed(_lags()), CONTENT_TYPE_LATEST)


def _may_see_figures(request: HttpRequest) -> bool:
    """Whether a request bears the token, or, where none is set, comes from this machine and through no proxy."""
    if token := environment.value("QUANXIN_METRICS_TOKEN"):
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(given.encode(), token.encode())
    through = settings.TRUSTED_PROXIES or any(name in request.headers for name in _FORWARDED)
    return not through and network_of(request.META.get("REMOTE_ADDR", "")) is None


def _lags() -> Iterator[tuple[str, float]]:
    """For how many seconds each follower of events is behind."""
    for soon in events.handlers_soon():
        ready = [member.name for member in soon.members() if member.ready()]
        yield soon.name, max((followers.behind(name).total_seconds() for name in ready), default=0.0)


def doors() -> Iterator[Finding]:
    """Whether the site says where weaknesses are reported, and counts requests by the addresses that they come from."""
    if not settings.SECURITY_CONTACT:
        yield attention(
            "doors",
            (
                "没有设置漏洞报告的联系方式，/.well-known/security.txt 不存在",
                "Nothing says where weaknesses are reported",
            ),
            ("请设置 QUANXIN_SECURITY_CONTACT", "Set QUANXIN_SECURITY_CONTACT"),
        )
    if settings.SESSION_COOKIE_SECURE and not settings.TRUSTED_PROXIES:
        yield attention(
            "doors",
            (
                "QUANXIN_HTTPS=1 而 QUANXIN_PROXIES=0：看不到访问者的地址，次数限制按代理的地址计",
                "QUANXIN_HTTPS=1 and QUANXIN_PROXIES=0: requests are counted by the proxy's address, not by the visitors'",
            ),
            ("请把 QUANXIN_PROXIES 设为代理的层数", "Set QUANXIN_PROXIES to the number of proxies"),
        )
    if settings.SECURITY_CONTACT and (settings.TRUSTED_PROXIES or not settings.SESSION_COOKIE_SECURE):
        yield ok("doors", "对外的设置齐全", "What the site says to the outside is set")
