"""What the forms of items say: read, and found wrong, by the query that checks rows.

Invariant: nothing is kept that no item asks for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from quanxin.calendar import day_of, today
from quanxin.casework import forms
from quanxin.casework.errors import FormRefused
from quanxin.policy.model import FieldDef
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.supervision.inspecting import published
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.models import Inspection


def shown(one: Inspection) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the forms of an inspection say, item by item, in the language of the page; what was not answered is left out."""
    known = published.items_on(day_of(one.case.filed_at))
    return [
        (
            said(item.title),
            [(said(f.title), _words(f, given[f.key])) for f in item.form if given.get(f.key) is not None],
        )
        for item in (known[key] for key in one.items if key in known)
        if (given := one.answers.get(item.key))
    ]


def _words(field: FieldDef, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    codes = current_pack().on(today()).code_sets.get(field.code_set) if field.code_set else None
    return next((said(code.title) for code in codes.codes if code.value == value), str(value)) if codes else str(value)


def checked(keys: Sequence[str], sent: str, day: dt.date) -> dict[str, dict[str, Any]]:
    """The answers of items by item and field, of what a device sent as JSON. Raises ``InspectionError`` for what is wrong."""
    try:
        told = json.loads(sent or "{}")
    except ValueError:
        told = None
    if not isinstance(told, Mapping):
        raise InspectionError("answers-wrong", what="JSON")
    known, found, wrong = published.items_on(day), dict[str, dict[str, Any]](), list[str]()
    for item in (known[key] for key in keys if key in known and known[key].form):
        given = told.get(item.key)
        texts = {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
        try:
            found[item.key] = forms.read(f"item-{item.key}", item.title, item.in_force, item.form, texts)
        except FormRefused as refused:
            wrong += [one.words.zh for one in refused.found]
    if wrong:
        raise InspectionError("answers-wrong", what="；".join(wrong))
    return found
