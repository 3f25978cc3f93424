"""Choosing a language: that of the pages one sees, and of what is sent to one.

Invariant: what was chosen while signed in is kept with the account; who is not signed in has a cookie and nothing else.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from quanxin.accounts import people
from quanxin.accounts.models import User


@csrf_exempt
def choose(request: HttpRequest) -> HttpResponseBase:
    """Keep the language of pages in the chooser's cookie, and, of one who is signed in, that of what is sent to them.

    The form needs no token, so that no page of the portal sets a cookie until someone chooses; from another site it comes
    without the session.
    """
    answer = set_language(request)
    chosen, user = request.POST.get("language"), request.user
    if chosen in dict(settings.LANGUAGES) and isinstance(user, User):
        people.choose_language(people.actor_of(user), user, chosen[:2])
    return answer
