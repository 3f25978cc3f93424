"""Making accounts, organisations and clients, and whom a signed-in person or machine acts as.

Invariant: a secret is shown once, when it is made, and kept only as its hash; a password is never logged, and one
that somebody else chose opens nothing but its change, and that for a while. A person is of at most one organisation. The
limits of a role are those of the membership that gives it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Count, QuerySet

from quanxin.accounts import granting, sessions
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.acts import act
from quanxin.accounts.attempts import locked, note_sign_in
from quanxin.accounts.clients import add_client
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import ApiClient, Membership, Organisation, User, audit
from quanxin.accounts.own_matters import own_matter
from quanxin.calendar import now

__all__ = [
    "actor_of", "actor_of_client", "add_account", "add_client", "add_organisation", "deactivate", "listing",
    "locked", "note_sign_in", "one_time_password", "remove_membership", "set_password",
]  # fmt: skip


@act
def add_account(
    by: Actor,
    username: str,
    *,
    password: str,
    role: Role | None = None,
    provider: str = "",
    district: str = "",
    organisation: str = "",
    name: str = "",
    email: str = "",
) -> User:
    """Make an account, or give an existing one a further role; its password is set only when it is made, and is good for
    choosing another.

    ``provider`` is whom the role is held for, ``district`` whose subjects it may read, ``organisation`` the key of the
    institution it is held in. Without a role it opens no page of the desk: it is a representative's or an agent's. Where
    another administrator must approve the role (``granting``), it waits for that.

    Raises ``NotAllowed`` without the administrator's role, ``OwnMatter`` for a role of one's own, ``AccountError`` for a
    weak password, a district that is no division of the city, an organisation that does not exist or is of another kind
    than the role's, and a second organisation of one person.
    """
    by.require(Role.ADMINISTRATOR)
    user, made = User.objects.get_or_create(
        username=username,
        defaults={"name": name, "email": email, "one_time": True, "one_time_until": one_time_until()},
    )
    if made:
        validate_password(password, user)
        user.set_password(password)
        user.save()
        audit(by, "accounts.add", f"user:{username}")
    if role is not None:
        granting.give(by, user, role, provider=provider, district=district, organisation=organisation)
    return user


@transaction.atomic
def add_organisation(by: Actor, key: str, *, name: str, kind: str, code: str = "") -> Organisation:
    """Register an institution, or correct the name of the one of this key, or add its code.

    What its subjects consented to was for this institution: its kind and its code do not become another's. Raises
    ``NotAllowed`` without the administrator's role, ``ValidationError`` for an unknown kind, another code or kind, no name.
    """
    by.require(Role.ADMINISTRATOR)
    made = Organisation.objects.filter(key=key).first() or Organisation(key=key)
    before = (made.name, made.kind, made.code)
    if made.pk is not None and (made.kind != kind or made.code not in ("", code.strip())):
        raise AccountError("organisation-differs")
    made.name, made.kind, made.code = name.strip(), kind, code.strip()
    made.full_clean()
    if made.pk is None or before != (made.name, made.kind, made.code):
        made.save()
        audit(by, "accounts.add-organisation", f"organisation:{key}", name=made.name, kind=kind, code=made.code)
    return made


@transaction.atomic
def end_organisation(by: Actor, key: str, *, reason: str) -> Organisation:
    """End an institution now: the roles held in it are nobody's, and no consent opens to it; ended twice, it stays so.

    Raises ``NotAllowed`` without the administrator's role, ``AccountError`` without a reason or for no institution.
    """
    by.require(Role.ADMINISTRATOR)
    AccountError.reason(reason)
    found = Organisation.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise AccountError("organisation-unknown", organisation=key)
    if found.ended_at is None:
        found.ended_at = now()
        found.save(update_fields=["ended_at"])
        audit(by, "accounts.end-organisation", f"organisation:{key}", reason=reason.strip())
    return found


@transaction.atomic
def end_sessions(by: Actor, username: str, *, reason: str) -> int:
    """End every session of an account; how many there were. Raises as ``deactivate``."""
    by.require(Role.ADMINISTRATOR)
    AccountError.reason(reason)
    return sessions.end(by, account(username), why=reason.strip())


@transaction.atomic
def remove_membership(by: Actor, username: str, role: Role, *, provider: str = "", district: str = "") -> bool:
    """Take a role from an account; whether it had it. Raises as ``add_account`` and for an unknown account."""
    by.require(Role.ADMINISTRATOR)
    user = account(username)
    gone, _ = user.memberships.filter(role=role.value, provider=provider, district=district).delete()
    if gone:
        audit(by, "accounts.remove-role", f"user:{username}", role=role.value, provider=provider, district=district)
    return bool(gone)


@transaction.atomic
def deactivate(by: Actor, username: str, *, reason: str) -> User:
    """Close an account: it cannot sign in, its sessions end at once, what it did stays on record.

    Raises ``NotAllowed`` without the administrator's role, ``AccountError`` for an unknown account or no reason.
    """
    by.require(Role.ADMINISTRATOR)
    user = account(username)
    AccountError.reason(reason)
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit(by, "accounts.deactivate", f"user:{username}", reason=reason.strip())
        sessions.end(by, user, why="deactivated")
    return user


@act
def choose_language(by: Actor, user: User, language: str) -> None:
    """Have letters, notices and the calendar of an account written in ``zh`` or ``en``; chosen twice, it stays so."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
        audit(by, "accounts.choose-language", f"user:{user.username}", language=language)


@act
def set_password(by: Actor, username: str, password: str) -> User:
    """Give an account a new password, where its own was forgotten, good for choosing another; every session of it ends.

    Raises ``OwnMatter`` for one's own account, whose password is changed on its own page, ``NotAllowed`` without the
    administrator's role, ``AccountError`` for an unknown account, Django's ``ValidationError`` for a weak password.
    """
    by.require(Role.ADMINISTRATOR)
    if by.name == f"user:{username}":
        raise own_matter(by, f"user:{username}")
    user = account(username)
    validate_password(password, user)
    user.set_password(password)
    user.one_time, user.one_time_until = True, one_time_until()
    user.save(update_fields=["password", "one_time", "one_time_until"])
    audit(by, "accounts.set-password", f"user:{username}")
    sessions.end(by, user, why="password")
    return user


def one_time_password() -> str:
    """A password for handing over to somebody who will choose another."""
    return secrets.token_urlsafe(12)


def one_time_until() -> dt.datetime:
    """Until when a password that is handed over now lets in."""
    return now() + dt.timedelta(hours=settings.ONE_TIME_HOURS)


def account(username: str) -> User:
    """The account of a name, locked until the transaction ends; ``AccountError`` where there is none."""
    return account_named(username, User.objects.select_for_update())


def account_named(username: str, among: QuerySet[User] | None = None) -> User:
    """The account of a name; ``AccountError`` where there is none."""
    user = (among if among is not None else User.objects.all()).filter(username=username).first()
    if user is None:
        raise AccountError("account-unknown")
    return user


def listing() -> list[dict[str, Any]]:
    """Every account with its roles and factors, by name; no password, no session."""
    held: dict[int, list[str]] = {}
    for one in Membership.objects.select_related("organisation").order_by("role", "provider", "district"):
        place = [one.provider, one.district, one.organisation.key if one.organisation else ""]
        held.setdefault(one.user_id, []).append(":".join([one.role, *filter(None, place)]))
    factors = dict(Authenticator.objects.values_list("user").annotate(n=Count("id")))
    return [
        {
            "username": user.username,
            "name": user.name,
            "active": user.is_active,
            "roles": held.get(user.pk, []),
            "factors": factors.get(user.pk, 0),
            "last_sign_in": user.last_login and user.last_login.isoformat(),
        }
        for user in User.objects.order_by("username")
    ]


def actor_of(user: User) -> Actor:
    """Whom a signed-in person acts as."""
    held = [
        m for m in user.memberships.select_related("organisation") if not m.organisation or not m.organisation.ended_at
    ]
    return Actor(
        f"user:{user.username}",
        (Assignment(Role(m.role), m.provider, m.district, m.organisation.key if m.organisation else "") for m in held),
    )


def actor_of_client(client: ApiClient) -> Actor:
    """Whom a machine acts as: a provider's hands in for it; a consumer's acts on nothing."""
    return Actor(f"client:{client.name}", [Assignment(Role.INTAKE, client.provider)] if client.provider else [])


def decider_of_client(client: ApiClient) -> Actor:
    """Whom a machine acts as on cases: its provider's approver, where it was let decide; else nobody."""
    held = [Assignment(Role.DECIDER, client.provider)] if client.decides and client.provider else []
    return Actor(f"client:{client.name}", held)
