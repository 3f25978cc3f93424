"""Signing out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse


class SignOut(LogoutView):
    """Ends the session (by POST), returns to the page to sign in, and lets the device forget what pages kept on it."""

    next_page = "desk:sign-in"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The answer, which tells a browser to keep nothing of the inspector's page."""
        answer = super().post(request, *args, **kwargs)
        answer.headers["Clear-Site-Data"] = '"storage"'
        return answer
