"""Whether the site's doors are set as they should be, for ``quanxin doctor``.

Invariant: looking changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from quanxin.runtime.finding import Finding, attention, ok


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
