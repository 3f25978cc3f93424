"""What a representative sees: the organisation's records, its score, and who read about it.

Invariant: the organisation is told by the binding, never by the address; without a binding that stands nothing is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quanxin.accounts.binding import standing
from quanxin.accounts.people import actor_of
from quanxin.archive import viewers
from quanxin.archive.queries import archive_of, readings_of
from quanxin.archive.viewers import Viewer
from quanxin.evaluation import page
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import find

Page = Callable[[HttpRequest, Subject, Viewer], HttpResponse]
READINGS = 100  # shown of who read about the organisation, newest first


def bound(view: Page) -> Callable[[HttpRequest], HttpResponse]:
    """Open a view to a person whose binding stands; the view is given the organisation and its viewer."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        held = standing(request.user)
        subject = find(held.code) if held else None
        if subject is None:
            return render(request, "my/unbound.html", status=403)
        return view(request, subject, viewers.itself(actor_of(request.user), subject))

    return opened


@require_safe
@bound
def home(request: HttpRequest, subject: Subject, viewer: Viewer) -> HttpResponse:
    """The organisation's records, those that are not public among them, and who read them."""
    held = archive_of(subject.pk, viewer)
    return render(request, "my/home.html", {"archive": held, "readings": readings_of(subject, viewer)[:READINGS]})


@require_safe
@bound
def score(request: HttpRequest, subject: Subject, viewer: Viewer) -> HttpResponse:
    """The organisation's score and how it came about."""
    return render(request, "my/score.html", {"subject": subject, "page": page.of(subject, viewer, request.GET)})
