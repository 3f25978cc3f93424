"""Signing out."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView


class SignOut(LogoutView):
    """Ends the session (by POST) and returns to the page to sign in."""

    next_page = "desk:sign-in"
