"""The navigation of a face, from what slices declare.

Invariant: a link that is shown leads somewhere that whoever sees it may open.
"""

from __future__ import annotations

from typing import Any

from django import template

from quanxin.runtime.navigation import of
from quanxin.runtime.slices import Face

register = template.Library()


@register.inclusion_tag("accounts/_navigation.html", takes_context=True)
def navigation(context: dict[str, Any], face: str) -> dict[str, Any]:
    """The links of a face for whoever sees the page: at the desk its actor, in ``my`` the standing, which both may lack."""
    request = context.get("request")
    path = request.path if request is not None else ""
    actor = getattr(request, "actor", None)
    who = {Face.DESK: actor, Face.MY: context.get("me")}.get(Face(face))
    links = of(Face(face), path, roles=frozenset(actor.roles) if actor else frozenset(), who=who)
    return {"links": list(links) if who is not None or face == Face.PORTAL else [], "desk": face == Face.DESK}
