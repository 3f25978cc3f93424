"""Clients of the interface: made, given new secrets, ended.

Invariant: a secret is shown once, when it is made, and kept as its digest; a client has at most two that stand, so that it
can change from one to the other without a pause. What is ended opens nothing from that moment, nor do the tokens that
were had by it. A client that is refused leaves a line without its secret, and is refused the same way whatever was wrong.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from oauth2_provider.models import AccessToken, Application

from quanxin.accounts import granting
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.acts import act
from quanxin.accounts.attempts import note_sign_in
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import ApiClient, ClientSecret, audit
from quanxin.calendar import now

MOST = 2  # secrets of one client that stand at a time
OVERLAP = dt.timedelta(days=7)  # for which the earlier secret stands on beside a new one


@act
def add_client(
    by: Actor, name: str, *, provider: str = "", consumer: str = "", rate: int = 600
) -> tuple[ApiClient, str]:
    """Make a machine's client and return it with its secret, which is not kept.

    Raises ``NotAllowed`` without the administrator's role.
    """
    by.require(Role.ADMINISTRATOR)
    application = Application.objects.create(
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        client_secret=secrets.token_urlsafe(32),
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    client = ApiClient.objects.create(
        name=name, application=application, provider=provider, consumer=consumer, rate=rate
    )
    audit(by, "accounts.add-client", f"client:{name}", provider=provider, consumer=consumer)
    return client, _make(by, client)


@act
def let_decide(by: Actor, name: str) -> ApiClient:
    """Ask that a provider's client handle the provider's cases, or approve what another administrator asked; asked twice by
    one, it waits.

    Raises ``NotAllowed`` without the administrator's role, ``AccountError`` for a client that is not there or ended, or is
    no provider's.
    """
    by.require(Role.ADMINISTRATOR)
    client = _client(name)
    if not client.active:
        raise AccountError("client-ended")
    if not client.provider:
        raise AccountError("client-no-provider")
    if client.decides:
        return client
    alone = granting.alone(by)
    client.decides = alone or client.decides_asked_by not in ("", by.name)
    if not client.decides:
        client.decides_asked_by = by.name
    client.save(update_fields=["decides", "decides_asked_by"])
    audit(
        by,
        "accounts.client-decides" if client.decides else "accounts.ask-client-decides",
        f"client:{name}",
        provider=client.provider,
        asked_by=client.decides_asked_by,
        alone=alone,
    )
    return client


@act
def new_secret(by: Actor, name: str, *, overlap: dt.timedelta = OVERLAP) -> tuple[ClientSecret, str]:
    """Give a client another secret; the one it has stands on for ``overlap``. Return it with its text, which is not kept.

    Raises ``NotAllowed`` without the administrator's role, ``AccountError`` for a client that is not there or ended,
    and where two secrets stand already.
    """
    by.require(Role.ADMINISTRATOR)
    client = _client(name)
    if not client.active:
        raise AccountError("client-ended")
    standing = list(_standing(client))
    if len(standing) >= MOST:
        raise AccountError("secrets-stand")
    at = now()
    for one in standing:
        one.until = min(filter(None, [one.until, at + overlap]))
        one.save(update_fields=["until"])
    secret = _make(by, client)
    made = ClientSecret.objects.get(digest=_digest(secret))
    audit(
        by, "accounts.new-secret", f"client:{name}", secret=made.pk, overlap_hours=int(overlap.total_seconds() // 3600)
    )
    return made, secret


@act
def end_secret(by: Actor, number: int, *, reason: str) -> ClientSecret:
    """End a secret now, and every token of its client; ended twice, it stays so.

    Raises ``NotAllowed`` without the administrator's role, ``AccountError`` without a reason or for no secret.
    """
    by.require(Role.ADMINISTRATOR)
    why = _reason(reason)
    found = ClientSecret.objects.select_for_update(of=("self",)).select_related("client").filter(pk=number).first()
    if found is None:
        raise AccountError("secret-unknown")
    if found.ended_at is None:
        _end(by, found, why)
        tokens = _forget_tokens(found.client)
        audit(by, "accounts.end-secret", f"client:{found.client.name}", secret=number, reason=why, tokens=tokens)
    return found


@act
def end_client(by: Actor, name: str, *, reason: str) -> ApiClient:
    """End a client now, with its secrets and tokens; ended twice, it stays so. Raises as ``end_secret``."""
    by.require(Role.ADMINISTRATOR)
    why = _reason(reason)
    client = _client(name)
    if client.active:
        client.active = False
        client.save(update_fields=["active"])
        for one in client.secrets.filter(ended_at=None):
            _end(by, one, why)
        tokens = _forget_tokens(client)
        audit(by, "accounts.end-client", f"client:{name}", reason=why, tokens=tokens)
    return client


def authenticated(client_id: str, secret: str, request: HttpRequest | None) -> ApiClient | None:
    """The client of an id and a secret that stands, or None; either leaves its line.

    The same work is done whether the id is unknown, the secret wrong or the client ended.
    """
    digest, at = _digest(secret), now()
    found = ApiClient.objects.filter(application__client_id=client_id).select_related("application").first()
    standing = Q(ended_at=None) & (Q(until=None) | Q(until__gt=at))
    kept = list(
        ClientSecret.objects.filter(standing, client_id=found.pk if found else 0).values_list("digest", flat=True)
    )
    right = sum(constant_time_compare(one, digest) for one in [*kept, "", ""][:MOST]) == 1
    let_in = found if found is not None and found.active and right else None
    why = "unknown" if found is None else "ended" if not found.active else "secret"
    name = f"client:{found.name if found else client_id}"
    note_sign_in(name, let_in is not None, request, "client" if let_in else f"client {why}")
    return let_in


def listing() -> list[dict[str, Any]]:
    """Every client with its secrets that stand, by name; no secret's text or digest."""
    at = now()
    return [
        {
            "client": one.name,
            "client_id": one.application.client_id,
            "provider": one.provider,
            "consumer": one.consumer,
            "rate": one.rate,
            "active": one.active,
            "decides": one.decides,
            "secrets": [
                {
                    "secret": s.pk,
                    "made": s.made_at.isoformat(timespec="seconds"),
                    "until": s.until and s.until.isoformat(timespec="seconds"),
                }
                for s in one.secrets.all()
                if s.ended_at is None and (s.until is None or s.until > at)
            ],
        }
        for one in ApiClient.objects.select_related("application").prefetch_related("secrets").order_by("name")
    ]


def forget_expired() -> int:
    """Remove the tokens that are over; return how many."""
    return int(AccessToken.objects.filter(expires__lte=now()).delete()[0])


def _client(name: str) -> ApiClient:
    found = ApiClient.objects.select_for_update(of=("self",)).filter(name=name).first()
    if found is None:
        raise AccountError("client-unknown")
    return found


def _standing(client: ApiClient) -> QuerySet[ClientSecret]:
    return client.secrets.filter(Q(until=None) | Q(until__gt=now()), ended_at=None)


def _make(by: Actor, client: ApiClient) -> str:
    secret = secrets.token_urlsafe(32)
    ClientSecret.objects.create(client=client, digest=_digest(secret), made_at=now(), made_by=by.name)
    return secret


def _end(by: Actor, found: ClientSecret, reason: str) -> None:
    found.ended_at, found.ended_by, found.ended_reason = now(), by.name, reason
    found.save(update_fields=["ended_at", "ended_by", "ended_reason"])


def _forget_tokens(client: ApiClient) -> int:
    return int(AccessToken.objects.filter(application_id=client.application_id).delete()[0])


def _reason(text: str) -> str:
    return AccountError.reason(text)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
