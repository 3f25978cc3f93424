"""Requests that are safe to send again (``Idempotency-Key``).

Invariant: what a request changed and the answer that is kept for its key are committed together: a client that sends
the same request again gets the same answer, and nothing is done twice, whatever was killed in between.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponse

from quanxin.accounts.acts import act
from quanxin.accounts.models import ApiClient
from quanxin.api.clients import client_of
from quanxin.api.models import Answer, Minute
from quanxin.api.moments import Encoder
from quanxin.api.problems import Refused
from quanxin.calendar import now
from quanxin.runtime import locks
from quanxin.runtime.group_commit import Witness

T = TypeVar("T")
LONGEST = 128


def once_among(
    request: HttpRequest,
    fingerprint: str,
    take: Callable[[Witness[T] | None], T | None],
    tell: Callable[[T], dict[str, Any]],
) -> HttpResponse:
    """As ``once``, for work that may be done with others, on another's thread and in another's transaction.

    ``take`` has it done under the witness of its key, ``tell`` makes the answer of what was made.
    """
    key = _key_of(request)
    if not key:
        made = take(None)
        assert made is not None  # noqa: S101  only a witness can say that it was answered
        return JsonResponse(tell(made), encoder=Encoder)
    client, fingerprint = client_of(request), _digest(fingerprint)
    kept = _kept(client, key, fingerprint)
    if kept is None:

        def before() -> bool:
            _lock(client, key)
            return _kept(client, key, fingerprint) is None

        def after(made: T) -> None:
            _keep(client, key, fingerprint, tell(made))

        take(Witness(locks.number(_named(client, key)), before, after))
        kept = Answer.objects.get(client=client, key=key)
    return JsonResponse(kept.body, status=kept.status)


def once(request: HttpRequest, fingerprint: str, work: Callable[[], dict[str, Any]], status: int = 200) -> HttpResponse:
    """Do ``work`` and answer with what it returns; under a key that was answered before, with that answer.

    ``fingerprint`` tells one request from another; raises ``Refused`` if the key was used for another.
    """
    key = _key_of(request)
    if not key:
        return JsonResponse(work(), status=status, encoder=Encoder)
    client, fingerprint = client_of(request), _digest(fingerprint)

    @act  # so that the line of a refusal within ``work`` outlives what is undone
    def answered() -> Answer:
        _lock(client, key)
        return _kept(client, key, fingerprint) or _keep(client, key, fingerprint, work(), status)

    kept = answered()
    return JsonResponse(kept.body, status=kept.status)


def forget() -> int:
    """Remove the answers that are older than ``QUANXIN_KEEP_ANSWERS_DAYS``, and the counts of minutes long past; return
    how many answers there were."""
    at = now()
    Minute.objects.filter(minute__lt=int(at.timestamp() // 60) - 60 * 24).delete()
    return int(Answer.objects.filter(at__lt=at - dt.timedelta(days=settings.KEEP_ANSWERS_DAYS)).delete()[0])


def _key_of(request: HttpRequest) -> str:
    """The request's key, or "" without one; raises ``Refused`` for what is no key."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST or not (key.isprintable() or not key):
        raise Refused("request-invalid")
    return key


def _named(client: ApiClient, key: str) -> str:
    return f"{client.pk} {key}"


def _lock(client: ApiClient, key: str) -> None:
    """Wait for and hold a client's key until the transaction ends."""
    locks.hold(locks.Kind.ANSWER, _named(client, key))


def _kept(client: ApiClient, key: str, fingerprint: str) -> Answer | None:
    """The answer that was given under the key; raises ``Refused`` if that was to another request."""
    kept = Answer.objects.filter(client=client, key=key).first()
    if kept is not None and kept.fingerprint != fingerprint:
        raise Refused("key-reused")
    return kept


def _keep(client: ApiClient, key: str, fingerprint: str, body: dict[str, Any], status: int = 200) -> Answer:
    return Answer.objects.create(client=client, key=key, fingerprint=fingerprint, status=status, body=body, at=now())


def _digest(fingerprint: str) -> str:
    return hashlib.sha256(fingerprint.encode()).hexdigest()
