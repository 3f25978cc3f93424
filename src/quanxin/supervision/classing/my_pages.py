"""An organisation's own classes: what each rests on, what it means for visits, and how to contest it.

Invariant: an organisation sees its own alone, those of risk among them; nobody natural has any.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from quanxin.accounts.agency import Scope
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.supervision.classing.reckoning import classes_of
from quanxin.supervision.classing.told import told


@require_safe
@requires_scope(Scope.ARCHIVE)
def classes(request: HttpRequest, me: Representation) -> HttpResponse:
    """The classes of the organisation today."""
    found = classes_of(me.subject, me.party.viewer).values() if me.scorable else ()
    return shown(request, me, "supervision/my_classes.html", {"classes": told(found)})


PAGES: list[URLPattern] = [path("classes", classes, name="classes")]
