"""What the forms of items say: read, and found wrong, by the query that checks rows.

Invariant: nothing is kept that no item asks for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from quanxin.casework import forms
from quanxin.casework.errors import FormRefused
from quanxin.supervision.inspecting import published
from quanxin.supervision.inspecting.errors import InspectionError


def checked(keys: Sequence[str], sent: str, day: dt.date) -> dict[str, dict[str, Any]]:
    """The answers of items by item and field, of what a device sent as JSON. Raises ``InspectionError`` for what is wrong."""
    try:
        said = json.loads(sent or "{}")
    except ValueError:
        said = None
    if not isinstance(said, Mapping):
        raise InspectionError("answers-wrong", what="JSON")
    known, found, wrong = published.items_on(day), dict[str, dict[str, Any]](), list[str]()
    for item in (known[key] for key in keys if key in known and known[key].form):
        given = said.get(item.key)
        texts = {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
        try:
            found[item.key] = forms.read(f"item-{item.key}", item.title, item.in_force, item.form, texts)
        except FormRefused as refused:
            wrong += [one.words.zh for one in refused.found]
    if wrong:
        raise InspectionError("answers-wrong", what="；".join(wrong))
    return found
