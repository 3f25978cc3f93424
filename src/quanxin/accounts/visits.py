"""Where and how people sign in: attempts, and the sessions that are open.

Invariant: an attempt is kept whether or not there is such an account, and shows its address shortened. A session row
is the session: without the row there is none, so ending one is deleting it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from quanxin.runtime.free_text import FreeLine


class SignIn(models.Model):
    """One attempt to sign in: under which name, how, whether it was let in, when, from where."""

    username = FreeLine(max_length=64)  # as it was typed, by whomever
    succeeded = models.BooleanField()
    at = models.DateTimeField()
    how = models.CharField(max_length=64, blank=True)  # "password", "password totp", "passkey", "code", "sign-on:KEY"
    address = models.CharField(max_length=64, blank=True)
    browser = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "accounts"
        ordering = ["-id"]
        indexes = [models.Index(fields=["username", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.username} {self.succeeded}"


class Session(AbstractBaseSession):
    """An open session; ``user`` null before anybody signed in by it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True)
    browser = models.CharField(max_length=64, blank=True)

    class Meta(AbstractBaseSession.Meta):
        app_label = "accounts"
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that reads and writes this model (Django asks for it by this name)."""
        from quanxin.accounts.sessions import SessionStore

        return SessionStore
