"""People and machines that act, what they may do, and the audit, a table that only grows.

Invariant: who may do what is said by memberships alone; no account is allowed anything by being an administrator's.
The audit is never changed and never deleted from (a trigger refuses it).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from quanxin.accounts.actors import Actor, Role
from quanxin.calendar import now


class User(AbstractBaseUser):
    """A person who signs in."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.name or self.username


class Membership(models.Model):
    """A role that someone holds; for a department's clerk, with the provider it is held for ("" means all)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    provider = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "provider"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.provider}"


class ApiClient(models.Model):
    """A machine that signs in with OAuth 2.0 client credentials, as a provider's system or as a consumer's.

    ``consumer`` is the key of a consumer of the change feed; ``rate`` is requests a minute.
    """

    name = models.SlugField(max_length=64, unique=True)
    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.CASCADE, related_name="api_client"
    )
    provider = models.CharField(max_length=64, blank=True)
    consumer = models.CharField(max_length=64, blank=True)
    rate = models.PositiveIntegerField(default=600)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(provider="", consumer=""), name="client_is_a_provider_or_a_consumer"),
        ]

    def __str__(self) -> str:
        return self.name


class Binding(models.Model):
    """That a person stands for the organisation of a code, from a moment until a day (null: until it is ended).

    The credit centre made it, for a reason; ended, it stays on record.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bindings")
    code = models.CharField(max_length=64)
    from_at = models.DateTimeField()
    until = models.DateField(null=True)
    made_by = models.CharField(max_length=128)
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=128, blank=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(code=""), name="binding_has_code_and_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="", ended_reason="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="") & ~Q(ended_reason="")),
                name="binding_ended_by_somebody",
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="binding_one_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.code}"


class SignIn(models.Model):
    """One attempt to sign in: under which name, whether it was let in, when."""

    username = models.CharField(max_length=64)
    succeeded = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["username", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.username} {self.succeeded}"


class AuditLine(models.Model):
    """One act by one actor: what was done, to what, when, with which particulars."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=128)
    act = models.CharField(max_length=64)
    target = models.CharField(max_length=128, db_index=True)
    particulars = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor} {self.act} {self.target}"


def audit(actor: Actor, act: str, target: str, **particulars: Any) -> AuditLine:
    """Write the audit line of an act; call it inside the act's transaction."""
    return audit_all([(actor, act, target, particulars)])[0]


def audit_all(acts: Iterable[tuple[Actor, str, str, dict[str, Any]]]) -> list[AuditLine]:
    """Write the audit lines of several acts, each (actor, act, target, particulars), inside their transaction."""
    at = now()
    return AuditLine.objects.bulk_create(
        AuditLine(at=at, actor=actor.name, act=act, target=target, particulars=particulars)
        for actor, act, target, particulars in acts
    )
