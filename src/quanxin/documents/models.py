"""Issued documents as the database knows them, and the certificates that they are signed under.

Invariant: what was issued never changes (triggers refuse it); it is superseded once, revoked once. The bodies are sealed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from quanxin.runtime.free_text import FreeLine


class Certificate(models.Model):
    """A certificate under which documents were signed, by the SHA-256 of its DER. ``revoked_from`` is the moment from which
    its signatures say nothing; what was signed before holds."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    der = models.BinaryField()
    chain = models.BinaryField()  # the certificates above it, in PEM
    since = models.DateTimeField()
    revoked_from = models.DateTimeField(null=True)
    revoked_reason = FreeLine(max_length=200, blank=True)

    class Meta:
        ordering = ["since"]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class Document(models.Model):
    """One issued document. ``key`` is that of the act that issued it: once, whoever repeats it. ``about`` is how the platform
    finds it again, e.g. ``repair:123``; ``cut_off`` the moment up to which it says what was known."""

    number = models.CharField(max_length=32, unique=True)
    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    about = models.CharField(max_length=160)
    subject_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=2)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    cut_off = models.DateTimeField()
    edition = models.CharField(max_length=64)
    applicant = FreeLine(max_length=200, blank=True)
    purpose = FreeLine(max_length=400, blank=True)
    valid_until = models.DateField(null=True)
    content = models.CharField(max_length=64)  # SHA-256 of what it says, in canonical JSON
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT)
    public_key = models.CharField(max_length=64)  # Ed25519, of the credential's proof
    leaf = models.BigIntegerField()
    superseded_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="supersedes")
    superseded_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=128, blank=True)
    revoked_reason = models.CharField(max_length=32, blank=True)
    revoked_words = FreeLine(max_length=400, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(fields=["about"], name="document_about"),
            models.Index(fields=["subject_id", "kind"], name="document_subject", condition=~Q(subject_id=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=("zh", "en")), name="document_language"),
            models.CheckConstraint(
                condition=Q(superseded_by=None, superseded_at=None)
                | Q(superseded_by__isnull=False, superseded_at__isnull=False),
                name="document_superseded_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="", revoked_reason="", revoked_words="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="") & ~Q(revoked_reason="")),
                name="document_revoked_by_someone_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Body(models.Model):
    """The bytes of a document in one form, sealed; ``sha256`` is that of what they open to."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="bodies")
    form = models.CharField(max_length=4, choices=[("pdf", "PDF"), ("json", "JSON")])
    sha256 = models.CharField(max_length=64, db_index=True)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "form"], name="body_once_a_form")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.form}"
