"""How much a request may bring, and how often it may come: declared here, by the class of its address, and nowhere else.

Invariant: every address has a limit, also one that does not exist; more than a small form is taken only from whom a
session or a token lets in, and only where something so large has its place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from oauth2_provider.models import AccessToken

from quanxin.accounts.sessions import SessionStore
from quanxin.calendar import now

KB, MB = 1 << 10, 1 << 20
SMALL = 64 * KB  # whoever sends it: signing in, a token, a search, an address that is none
REPORT = 16 * KB  # what a browser reports
FORM = MB  # a form of ours, a machine's request that is no rows
ROWS = 16 * MB  # rows as one JSON text, which is parsed in memory
FILES = 5  # that one form may bring

SIGNING = frozenset({
    "account_login", "desk:sign-in", "mfa_authenticate", "mfa_login_webauthn", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "account_change_password", "openid_connect_login", "openid_connect_callback",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a minute from one address or one account; as many at once are let through after a pause."""

    name: str
    a_minute: int


# By what is asked for: a page, a look into the register, a file, a try to sign in, a token, something handed in, a report.
# What proves something is fetched by programs that follow all of it.
PAGES, SEARCHES, DOWNLOADS = Rate("pages", 1200), Rate("searches", 240), Rate("downloads", 60)
PROOFS = Rate("proofs", 12_000)
SIGN_INS, TOKENS, UPLOADS, REPORTS = (
    Rate("sign-ins", 60),
    Rate("tokens", 120),
    Rate("uploads", 120),
    Rate("reports", 60),
)


def name_of(path: str) -> tuple[str, Any]:
    """The name of an address and its view; "" and None for one that does not exist."""
    try:
        match = resolve(path)
    except Resolver404:
        return "", None
    return match.view_name, match.func


def bounds_itself(path: str) -> bool:
    """Whether the view of an address bounds what it reads, and says in its own words what is too much."""
    return bool(getattr(name_of(path)[1], "reads_its_form", False))


def largest(path: str, content_type: str, *, known: bool) -> int:
    """How many bytes a request to an address may bring; ``known``: a session or a token lets its sender in."""
    name, view = name_of(path)
    if name == "portal:csp-report":
        return REPORT
    if not known or not name or name.startswith("portal:") or name in SIGNING or name == "token":
        return SMALL
    if getattr(view, "reads_its_form", False):
        return int(FILES * max(settings.ATTACHMENT_MB.values()) * MB + FORM)
    if name == "desk:upload":
        return int(settings.UPLOAD_MB) * MB
    if name in ("api:hand_in_rows", "api:submit"):
        stream = content_type.partition(";")[0].strip().lower() == "application/x-ndjson"
        return int(settings.UPLOAD_MB) * MB if stream else ROWS
    return FORM


def for_request(request: HttpRequest) -> int:
    """How many bytes a request may bring; the database is asked who sends it only for more than a small form."""
    told, kind = request.META.get("CONTENT_LENGTH") or "", request.META.get("CONTENT_TYPE", "")
    if told.isascii() and told.isdecimal() and len(told) < 10 and int(told) <= REPORT:
        return largest(request.path_info, kind, known=False)
    return largest(request.path_info, kind, known=is_known(request))


def is_known(request: HttpRequest) -> bool:
    """Whether the sender of a request is signed in, or has a token that lets a machine in."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        checksum = hashlib.sha256(token.strip().encode()).hexdigest()
        return bool(AccessToken.objects.filter(token_checksum=checksum, expires__gt=now()).exists())
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return bool(key) and len(key) <= 64 and SESSION_KEY in SessionStore(key)


def rate(method: str, path: str) -> Rate:
    """How often an address may be asked for."""
    name, view = name_of(path)
    if name in ("portal:search", "portal:suggestions") or (name.startswith("portal:verif") and method != "POST"):
        return SEARCHES
    if name in ("portal:open-data-file", "desk:feed"):
        return DOWNLOADS
    if name in ("portal:inspection-draw-file", "portal:log-checkpoint", "portal:log-keys", "portal:log-tile"):
        return PROOFS
    if name == "portal:csp-report":
        return REPORTS
    if name == "token":
        return TOKENS
    if method == "POST":
        if name in SIGNING:
            return SIGN_INS
        if name in ("desk:upload", "portal:verify") or getattr(view, "reads_its_form", False):
            return UPLOADS
    return PAGES
