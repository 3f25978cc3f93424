"""Template tags of the desk.

Invariant: a link that is shown leads somewhere that the actor may open.
"""

from __future__ import annotations

from typing import Any

from django import template

from quanxin.desk import case_words, navigation

register = template.Library()


@register.filter
def case_word(key: str) -> str:
    """The words for a kind, state or channel of a case, or the kind of a paper."""
    return case_words.word(key)


@register.filter
def paper_word(key: str) -> str:
    """The words for the kind of a paper."""
    return case_words.word(f"paper:{key}")


@register.simple_tag(takes_context=True)
def page_url(context: dict[str, Any], number: int) -> str:
    """The address of the same list at another page."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.inclusion_tag("desk/_navigation.html", takes_context=True)
def desk_navigation(context: dict[str, Any]) -> dict[str, Any]:
    """The links of the desk for whoever is signed in, with how many notices are unread."""
    request = context["request"]
    actor = getattr(request, "actor", None)
    return {"links": navigation.of(actor, request.path) if actor is not None else [], "request": request}
