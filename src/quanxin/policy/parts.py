"""The smallest parts of a pack: keys, labels, bases and days in force.

Invariant: they know nothing of what is made of them; each is frozen, and strict about unknown keys.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


def distinct(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Parts of one object are told apart by their keys; raises ``ValueError`` for a key given twice."""
    seen: set[str] = set()
    for part in parts:
        if part.key in seen:
            raise ValueError(f"the key “{part.key}” stands twice")
        seen.add(part.key)
    return parts


class Part(BaseModel):
    """Base of every pack object: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Part):
    """A label in both languages of the interface; Chinese is the language of the law."""

    zh: str
    en: str


class Confidence(StrEnum):
    """How sure the pack is of a fact: gazette read, well known, plausible, or a guess to be confirmed."""

    CONFIRMED = "confirmed"
    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


class Basis(Part):
    """The article that allows something: title, article, and the number or place to find it by."""

    title: str
    article: str | None = None
    reference: str | None = None
    confidence: Confidence = Confidence.HIGH
    note: str | None = None


class InForce(Part):
    """Days on which a rule holds, both ends included; ``until`` missing means until further notice."""

    from_: dt.date = Field(alias="from")
    until: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)

    def overlaps(self, other: InForce) -> bool:
        starts_before_other_ends = other.until is None or self.from_ <= other.until
        return starts_before_other_ends and (self.until is None or other.from_ <= self.until)
