"""People, their organisations and machines that act, and what they may do.

Invariant: who may do what is said by memberships alone; no account is allowed anything by being an administrator's.
A binding and an agency are of exactly one principal, an organisation by its code or a natural person by the blind index of
the number, and stay on record.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from quanxin.accounts.actors import Role
from quanxin.accounts.auditing import AuditLine, audit, audit_all
from quanxin.accounts.visits import Session, SignIn
from quanxin.runtime.free_text import FreeLine, FreeText

__all__ = [
    "Agency", "ApiClient", "AuditLine", "Binding", "ClientSecret", "Grant", "Membership", "Organisation", "Session", "SignIn",
    "User",
    "audit", "audit_all",
]  # fmt: skip


class User(AbstractBaseUser):
    """A person who signs in."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64, blank=True)
    email = models.EmailField(blank=True)  # where notices go; nobody signs in by it
    is_active = models.BooleanField(default=True)
    one_time = models.BooleanField(default=False)  # whether somebody else chose the password: it opens its change alone
    one_time_until = models.DateTimeField(null=True)  # until when such a password lets in; from then on it is none
    language = models.CharField(max_length=2, default="zh")  # of what is sent to them: chosen last, while signed in
    agent_code = models.CharField(max_length=64, blank=True, default="", db_index=True)  # its digest: ``agent_codes``
    agent_code_until = models.DateTimeField(null=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.name or self.username


class Organisation(models.Model):
    """An institution that people of the platform belong to, other than a provider: a bank, a supervisor, an association."""

    class Kind(models.TextChoices):
        BANK = "bank"
        SUPERVISOR = "supervisor"
        PERSONNEL = "personnel"
        ASSOCIATION = "association"
        OTHER = "other"

    key = models.SlugField(max_length=64, unique=True)
    name = FreeLine(max_length=128)
    code = models.CharField(max_length=64, blank=True)  # 统一社会信用代码
    kind = models.CharField(max_length=16, choices=Kind.choices)
    ended_at = models.DateTimeField(
        null=True, blank=True
    )  # from then on nobody holds a role in it, and no consent opens to it

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(key="") & ~Q(name=""), name="organisation_is_named")]

    def __str__(self) -> str:
        return str(self.name)


class Membership(models.Model):
    """A role that someone holds, and what it is held for.

    ``provider`` is whom a department's clerk or approver acts for ("" means all), ``district`` (GB/T 2260) whose
    subjects the role may read ("" means all), ``organisation`` the institution that the person holds it in.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    provider = models.CharField(max_length=64, blank=True)
    district = models.CharField(max_length=6, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "provider", "district"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(district="") | Q(district__regex=r"^[0-9]{6}$"), name="membership_district_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.provider}"


class Grant(models.Model):
    """A role that an administrator asks for somebody, and what another decided about it (``approved`` null: it waits)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    provider = models.CharField(max_length=64, blank=True)
    district = models.CharField(max_length=6, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="grants")
    asked_by = models.CharField(max_length=128)
    asked_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "provider", "district"], condition=Q(approved=None), name="grant_asked_once"
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="grant_by_two"),
            models.CheckConstraint(
                condition=Q(approved=None, decided_at=None, decided_by="")
                | (Q(approved__isnull=False, decided_at__isnull=False) & ~Q(decided_by="")),
                name="grant_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.asked_by}"


class ApiClient(models.Model):
    """A machine that signs in with OAuth 2.0 client credentials, as a provider's system or as a consumer's.

    ``consumer`` is the key of a consumer of the change feed; ``rate`` is requests a minute. ``decides``: it handles the
    provider's cases as an approver does, which one administrator asked for (``decides_asked_by``) and another approved.
    """

    name = models.SlugField(max_length=64, unique=True)
    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.CASCADE, related_name="api_client"
    )
    provider = models.CharField(max_length=64, blank=True)
    consumer = models.CharField(max_length=64, blank=True)
    rate = models.PositiveIntegerField(default=600)
    active = models.BooleanField(default=True)
    decides = models.BooleanField(default=False)
    decides_asked_by = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(provider="", consumer=""), name="client_is_a_provider_or_a_consumer"),
            models.CheckConstraint(condition=Q(decides=False) | ~Q(provider=""), name="client_decides_for_a_provider"),
        ]

    def __str__(self) -> str:
        return self.name


def _ended_by_somebody() -> Q:
    return Q(ended_at=None, ended_by="", ended_reason="") | (
        Q(ended_at__isnull=False) & ~Q(ended_by="") & ~Q(ended_reason="")
    )


class ClientSecret(models.Model):
    """A secret of a client, as its SHA-256: 256 random bits need no slow hash. Of a client at most two stand at a time.

    ``until`` is the moment at which it stops standing by itself, because another was made; ended, it stays on record.
    """

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="secrets")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=128, blank=True)
    ended_reason = FreeText(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="client_secret_is_hashed"),
            models.CheckConstraint(condition=_ended_by_somebody(), name="client_secret_ended_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.pk}"


def _one_principal() -> Q:
    """Of a code and an identity, exactly one; an identity is a blind index."""
    return (Q(identity="") & ~Q(code="")) | (Q(code="") & Q(identity__regex=r"^[0-9a-f]{64}$"))


class Binding(models.Model):
    """That a person stands for the organisation of a code, or is the natural person of an identity, until a day.

    The credit centre, its window or a sign-on that vouches for the person made it, for a reason; ended, it stays on
    record. ``until`` null: until it is ended.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bindings")
    code = models.CharField(max_length=64, blank=True)
    identity = models.CharField(max_length=64, blank=True)
    from_at = models.DateTimeField()
    until = models.DateField(null=True)
    made_by = models.CharField(max_length=128)
    reason = FreeText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=128, blank=True)
    ended_reason = FreeText(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="binding_has_a_reason"),
            models.CheckConstraint(condition=_one_principal(), name="binding_of_one_principal"),
            models.CheckConstraint(condition=_ended_by_somebody(), name="binding_ended_by_somebody"),
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="binding_one_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.code or self.identity[:8]}"


class Agency(models.Model):
    """That a person may do some things for a principal, from a day until a day, by the principal's authorisation.

    ``document`` is the number of the paper, where the window took it; ended, it stays on record.
    """

    code = models.CharField(max_length=64, blank=True)
    identity = models.CharField(max_length=64, blank=True)
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="agencies")
    scope = models.JSONField()  # a sorted list of ``agency.Scope``
    from_day = models.DateField()
    until = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    reason = FreeText(blank=True)
    document = FreeLine(max_length=128, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=128, blank=True)
    ended_reason = FreeText(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=_one_principal(), name="agency_of_one_principal"),
            models.CheckConstraint(condition=~Q(reason="", document=""), name="agency_has_reason_or_document"),
            models.CheckConstraint(condition=~Q(scope=[]), name="agency_has_a_scope"),
            models.CheckConstraint(condition=Q(until__gte=F("from_day")), name="agency_ends_after_it_begins"),
            models.CheckConstraint(condition=_ended_by_somebody(), name="agency_ended_by_somebody"),
            models.UniqueConstraint(
                fields=["code", "identity", "agent"],
                condition=Q(ended_at=None),
                name="agency_one_a_principal_and_agent",
            ),
        ]
        indexes = [models.Index(fields=["code"]), models.Index(fields=["identity"])]

    def __str__(self) -> str:
        return f"{self.agent} {self.code or self.identity[:8]} {self.scope}"
