"""Making accounts and clients, and whom a signed-in person or machine acts as.

Invariant: a secret is shown once, when it is made, and kept only as its hash; a password is never logged.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from oauth2_provider.models import Application

from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import ApiClient, Membership, SignIn, User, audit
from quanxin.calendar import now

LOCKED_AFTER = 5  # attempts that failed, in a row, within
LOCKED_FOR = dt.timedelta(minutes=15)


@transaction.atomic
def add_account(
    by: Actor, username: str, *, password: str, role: Role | None = None, provider: str = "", name: str = ""
) -> User:
    """Make an account, or give an existing one a further role; its password is set only when it is made.

    Without a role it opens no page of the desk: it is a representative's, whom ``binding.bind`` lets read one organisation.

    Raises ``NotAllowed`` without the administrator's role and ``ValidationError`` for a weak password.
    """
    by.require(Role.ADMINISTRATOR)
    user, made = User.objects.get_or_create(username=username, defaults={"name": name})
    if made:
        validate_password(password, user)
        user.set_password(password)
        user.save()
    if role is not None:
        Membership.objects.get_or_create(user=user, role=role.value, provider=provider)
    audit(by, "accounts.add", f"user:{username}", role=role and role.value, provider=provider)
    return user


@transaction.atomic
def add_client(
    by: Actor, name: str, *, provider: str = "", consumer: str = "", rate: int = 600
) -> tuple[ApiClient, str]:
    """Make a machine's client and return it with its secret, which is not kept. Raises as ``add_account``."""
    by.require(Role.ADMINISTRATOR)
    secret = secrets.token_urlsafe(32)
    application = Application.objects.create(
        name=name, client_type=Application.CLIENT_CONFIDENTIAL, client_secret=secret,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )  # fmt: skip
    client = ApiClient.objects.create(
        name=name, application=application, provider=provider, consumer=consumer, rate=rate
    )
    audit(by, "accounts.add-client", f"client:{name}", provider=provider, consumer=consumer)
    return client, secret


def actor_of(user: User) -> Actor:
    """Whom a signed-in person acts as."""
    held = list(user.memberships.all())
    intake = {m.provider for m in held if m.role == Role.INTAKE}
    return Actor(
        name=f"user:{user.username}",
        roles=frozenset(Role(m.role) for m in held),
        providers=None if "" in intake else frozenset(intake),
    )


def actor_of_client(client: ApiClient) -> Actor:
    """Whom a machine acts as: a provider's hands in for it; a consumer's acts on nothing."""
    roles = frozenset({Role.INTAKE}) if client.provider else frozenset[Role]()
    return Actor(name=f"client:{client.name}", roles=roles, providers=frozenset({client.provider} - {""}))


def locked(username: str) -> bool:
    """Whether too many attempts under this name failed lately, and none has succeeded since."""
    since = now() - LOCKED_FOR
    latest = SignIn.objects.filter(username=username, at__gte=since).order_by("-id")[:LOCKED_AFTER]
    return len(latest) == LOCKED_AFTER and not any(attempt.succeeded for attempt in latest)


def note_sign_in(username: str, succeeded: bool) -> None:
    """Keep the attempt, let in or not."""
    SignIn.objects.create(username=username[:64], succeeded=succeeded, at=now())
