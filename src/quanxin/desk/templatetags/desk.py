"""Template tags of the desk: words.

Invariant: they say what they are given, and ask the database nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from quanxin.desk import case_words

register = template.Library()


@register.filter
def case_word(key: str) -> str:
    """The words for a kind, state or channel of a case, or the kind of a paper."""
    return case_words.word(key)


@register.filter
def paper_word(key: str) -> str:
    """The words for the kind of a paper."""
    return case_words.word(f"paper:{key}")


@register.filter
def item(of: Mapping[str, Any], key: str) -> Any:
    """What a mapping has for a key; nothing where it has none."""
    return of.get(key, "")
