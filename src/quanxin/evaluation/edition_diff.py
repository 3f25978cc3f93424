"""In what two editions of a model differ.

Invariant: every part that one edition has and the other has not, or has otherwise, is named; editions of the same content
differ in nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quanxin.policy.evaluation import Model
from quanxin.policy.model import Text

KINDS = ("dimensions", "indicators", "vetoes", "exclusions", "bands")
RULES = ("title", "subject_types", "cycle", "base", "minimum", "maximum", "in_force", "basis", "note", "review_by")


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of a model (its ``kind`` one of ``KINDS``, or ``model``) that was added, removed or changed, and in what."""

    kind: str
    key: str
    title: Text | None
    how: str
    items: tuple[str, ...] = ()


def differences(before: Model, after: Model) -> list[Difference]:
    """What makes the later edition of the earlier one."""
    changed = tuple(name for name in RULES if getattr(before, name) != getattr(after, name))
    found = [Difference("model", after.key, after.title, "changed", changed)] if changed else []
    for kind in KINDS:
        found += _of(kind, before, after)
    return found


def _of(kind: str, before: Model, after: Model) -> Iterator[Difference]:
    old, new = ({part.key: part for part in getattr(model, kind)} for model in (before, after))
    for key in dict.fromkeys([*new, *old]):
        part = new.get(key) or old[key]
        if key not in old or key not in new:
            yield Difference(kind, key, part.title, "added" if key in new else "removed")
        elif old[key] != new[key]:
            items = tuple(
                name for name in type(part).model_fields if getattr(old[key], name) != getattr(new[key], name)
            )
            yield Difference(kind, key, part.title, "changed", items)
    if list(old) != list(new) and set(old) == set(new):
        yield Difference(kind, "", None, "moved")
