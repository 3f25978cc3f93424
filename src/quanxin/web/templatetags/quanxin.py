"""Template filters of the portal: thin names for what ``pages.display`` does."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from django import template
from django.http import QueryDict
from django.utils.safestring import SafeString

from quanxin.pages import display
from quanxin.policy.model import FieldDef, FieldType, Text
from quanxin.runtime.language import said

register = template.Library()


class Pending(Protocol):
    """Something that somebody must do by a day."""

    @property
    def authority(self) -> Text: ...

    @property
    def due(self) -> dt.date | None: ...


@register.filter
def label(text: Text) -> str:
    """The pack's label in the page's language."""
    return said(text)


@register.filter
def day(value: dt.date | None) -> str:
    """A day in words, or a dash where there is none, as the national report writes it."""
    return "— —" if value is None else display.day(value)


@register.filter
def filled(text: Text, about: Pending) -> str:
    """A text of the pack with who acts in it, and by when."""
    return said(text).format(who=said(about.authority), by=day(about.due))


@register.filter
def moment(value: dt.datetime) -> str:
    """A moment to the minute."""
    return display.moment(value)


@register.filter
def number(value: int) -> str:
    """A number with grouped thousands."""
    return display.number(value)


@register.filter
def shown(pair: tuple[FieldDef, str]) -> str:
    """A record's field and its text, written by the field's type."""
    return display.field_value(*pair)


@register.filter
def code_groups(code: str) -> SafeString:
    """A code in the groups of its standard."""
    return display.code_groups(code)


@register.filter
def highlight(name: str, query: str) -> SafeString:
    """A name with the query marked in it."""
    return display.highlighted(name, query)


@register.filter
def field_type(key: str) -> str:
    """The name of a field's type."""
    return str(display.FIELD_TYPES[FieldType(key)])


@register.filter
def chapter_number(ordinal: int) -> str:
    """The ordinal of a chapter as a report numbers it: 一、二、三、 or 1. 2. 3."""
    return display.chapter_number(ordinal)


@register.simple_tag
def query_string(**changes: Any) -> str:
    """Build ``?a=b&c=d`` from the keywords that have a value."""
    query = QueryDict(mutable=True)
    for key, value in changes.items():
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else ""
