"""From where somebody signs in, as far as it is kept.

Invariant: an address is kept shortened, so that it tells a network and not a machine; a browser is told by its family
and system, never by the whole text it sends.
"""

from __future__ import annotations

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

# Order counts: what a browser calls itself besides its own name comes later.
_FAMILIES = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"), ("WeChat", r"MicroMessenger/(\d+)"), ("Opera", r"OPR/(\d+)"),
    ("UC", r"UCBrowser/(\d+)"), ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"), ("Chrome", r"(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[.\d]* .*Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"), ("Android", r"Android"), ("iOS", r"iPhone|iPad"),
    ("Windows", r"Windows"), ("macOS", r"Macintosh"), ("Linux", r"Linux|X11"),
)  # fmt: skip


def origin_of(request: HttpRequest) -> str:
    """The whole address that a request comes from, to be looked at and not kept.

    Behind ``QUANXIN_PROXIES`` proxies of one's own it is what the outermost of them saw.
    """
    seen: str = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        handed_on = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        seen = handed_on[-proxies] if len(handed_on) >= proxies else seen
    return seen


def address_of(request: HttpRequest) -> str:
    """The network that a request comes from: 203.0.113.* or 2001:db8:1::*, or nothing where it cannot be told."""
    try:
        address = ipaddress.ip_address(origin_of(request))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, ipaddress.IPv4Address):
        return ".".join(str(address).split(".")[:3]) + ".*"
    return str(ipaddress.IPv6Network((address, 48), strict=False).network_address) + "*"


def browser_of(request: HttpRequest) -> str:
    """The browser's family, version and system, as "Firefox 143 · Linux"; nothing where neither is known."""
    sent = request.headers.get("User-Agent", "")[:512]
    family = next((f"{name} {found[1]}" for name, mark in _FAMILIES if (found := re.search(mark, sent))), "")
    system = next((name for name, mark in _SYSTEMS if re.search(mark, sent)), "")
    return " · ".join(part for part in (family, system) if part)[:64]
