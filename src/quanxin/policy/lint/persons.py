"""Lints that protect persons: never scored, never published, nothing forbidden about them.

Invariant: a sole trader is a natural person in business, and is treated as one wherever something is scored.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator

from quanxin.policy.model import FieldDef, Mode
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]


def person_in_model(pack: Pack, today: dt.date) -> Found:
    """A model that evaluates natural persons or sole traders."""
    never = {key for key, kind in pack.subject_types.items() if kind.natural or not kind.scorable}
    for model in pack.models:
        for key in model.subject_types:
            if key in never:
                message = f"evaluates {key}: natural persons, sole traders among them, are never scored"
                yield f"models/{model.key}", message


def forbidden_personal_item(pack: Pack, today: dt.date) -> Found:
    """A data item that the pack forbids, told by its key, titles, code and aliases; a resource's own title is free.

    It is looked for in every resource: a row about an enterprise can hold what may not be kept of its people.
    """
    for resource in pack.resources:
        for field in resource.fields:
            names = _names(field)
            for item in pack.forbidden.values():
                if word := next((word for word in item.words if _says(names, word)), None):
                    yield f"resources/{resource.key}/{field.key}", f"may not be kept: {item.title.zh} ({word})"


def _names(field: FieldDef) -> str:
    return " | ".join(map(_folded, (field.key, field.title.zh, field.title.en, field.code or "", *field.aliases)))


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", text).casefold())


def _says(names: str, word: str) -> bool:
    """Whether names hold a word: Latin ones as whole words (also in the plural), Chinese ones anywhere."""
    folded = _folded(word)
    if folded.isascii():
        return re.search(rf"\b{re.escape(folded)}(e?s)?\b", names) is not None
    return folded in names


def person_made_public(pack: Pack, today: dt.date) -> Found:
    """A public resource about natural persons alone."""
    natural = {key for key, kind in pack.subject_types.items() if kind.natural}
    for resource in pack.resources:
        if resource.publication.mode is Mode.PUBLIC and set(resource.subject_types) <= natural:
            yield f"resources/{resource.key}", "is about natural persons and may not be public"
