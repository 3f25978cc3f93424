"""What a pack rules about the rights of subjects: repair, other terms by law, purposes of reading, consents, notices.

Invariant: as in ``policy.model``: strict, frozen, dated and justified. No condition, material, term or wording of a right
stands anywhere but in a pack.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from quanxin.policy.model import Basis, InForce, Key, Mode, Part, Rule, Text, distinct

Months = Annotated[int, Field(ge=0)]
Effect = Literal["publication", "sharing", "evaluation", "measures"]
Seer = Literal[
    "public",
    "subject",
    "agent",
    "department",
    "institution",
    "supervisor",
    "centre",
    "auditor",
    "personnel",
    "consumer",
]
# Whom a clock may call when its term is about to lapse: the roles of ``accounts``, by name.
ROLES = frozenset(
    ["intake", "decider", "window", "reviewer", "steward", "centre", "modeller", "approver", "supervisor", "inspector", "bank",
     "personnel", "auditor", "administrator"]
)  # fmt: skip
# What a notice may leave open, to be said when it is sent.
PLACEHOLDERS = frozenset(
    ["subject", "record", "document_number", "authority", "decided_on", "number", "due", "from_day", "until_day",
     "reason", "where", "what", "who", "purpose", "items", "hours", "link"]
)  # fmt: skip
# What the words of a state may leave open: who must act, and until when.
IN_STATES = frozenset(["who", "by"])
_OPEN = re.compile(r"\{([^{}]*)\}")


# --- repair ------------------------------------------------------------------------------------------------------


class Condition(Part):
    """A condition of repair. ``kind``: duties performed, the minimum reached, the public commitment, or another."""

    key: Key
    title: Text
    kind: Literal["performed", "minimum", "commitment", "other"]
    basis: tuple[Basis, ...] = ()


class Material(Part):
    """What an applicant hands in: the proof of performance, or the commitment with its text.

    ``fetchable``: the platform may fetch it from the department instead.
    """

    key: Key
    title: Text
    kind: Literal["proof", "commitment"]
    fetchable: bool = False
    text: Text | None = None
    basis: tuple[Basis, ...] = ()


class Coverage(Part):
    """Resources of one sort under a regime: from when on they can be repaired, who decides, and where one applies.

    ``minimum`` says where the shortest time of publication comes from: the ``tiers`` of the resource in force on the
    day of application; ``months`` of this coverage; the ``list`` that the resource feeds (its
    ``earliest_removal_months``, and ``months`` where the list has none); or ``none``, at once after performance.
    ``unpublished``: what is not published can be repaired too, as soon as its duties are done. Where not ``here``, the
    applicant is sent ``elsewhere``, which says where.
    """

    key: Key
    title: Text
    resources: Annotated[tuple[Key, ...], Field(min_length=1)]
    minimum: Literal["tiers", "months", "list", "none"]
    months: Months | None = None
    unpublished: bool = False
    decides: Literal["provider", "authority"]  # the provider that handed the record in, or the list's authority
    here: bool = True
    elsewhere: Text | None = None
    basis: tuple[Basis, ...] = ()


class FalseMaterial(Part):
    """What follows from false material or a broken commitment: how long the record of it is published, and what not."""

    published_months: Months
    early_end: bool = False
    without_commitment_months: Months | None = None
    basis: tuple[Basis, ...] = ()


class RepairRegime(Rule):
    """How dishonest information is repaired. ``in_force`` counts for the day of application, whatever was decided when."""

    covers: Annotated[tuple[Coverage, ...], AfterValidator(distinct)]
    conditions: Annotated[tuple[Condition, ...], AfterValidator(distinct)]
    materials: Annotated[tuple[Material, ...], AfterValidator(distinct)]
    ends: tuple[Effect, ...]
    false_material: FalseMaterial | None = None
    self_apply: bool = True  # the subject applies itself or by an agent; no department needs to ask for it

    def coverage(self, resource: str) -> Coverage | None:
        """What the regime says of a resource; None where it cannot be repaired under it."""
        return next((c for c in self.covers if resource in c.resources), None)

    def condition(self, kind: str) -> Condition | None:
        """The first condition of a kind."""
        return next((c for c in self.conditions if c.kind == kind), None)

    def material(self, kind: str) -> Material | None:
        """The material of a kind."""
        return next((m for m in self.materials if m.kind == kind), None)


class LawOverride(Rule):
    """Another term by a law or administrative regulation, which prevails over any tier (V15).

    ``in_force`` counts for the day of the decision. What it leaves out stays as the tier has it; of several that hold,
    the longest counts.
    """

    resource: Key
    when: str  # SQL boolean over the resource's fields
    minimum_months: Months | None = None
    maximum_months: Months | None = None
    published: bool | None = None

    @property
    def weight(self) -> tuple[bool, int, int]:
        """By which the longest of several is known."""
        unsaid = -1
        longest = unsaid if self.maximum_months is None else self.maximum_months
        least = unsaid if self.minimum_months is None else self.minimum_months
        return (self.published is not False, longest, least)


# --- reading -----------------------------------------------------------------------------------------------------


class Purpose(Rule):
    """A purpose for which records are read: by whom, of which mode of sharing, of which categories (none: all).

    ``persons``: natural persons may be read for it too. ``consent``: only under a live consent of the subject.
    """

    viewers: Annotated[tuple[Seer, ...], Field(min_length=1)]
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)]
    categories: tuple[str, ...] = ()
    persons: bool = False
    consent: bool = False

    def allows(self, viewer: str, mode: Mode, category: str) -> bool:
        """Whether a viewer may read a resource of that mode and category for it."""
        return viewer in self.viewers and mode in self.modes and (not self.categories or category in self.categories)


class ConsentItem(Part):
    """What one gives: a resource, or several that belong together."""

    key: Key
    title: Text
    resources: Annotated[tuple[Key, ...], Field(min_length=1)]


class ConsentText(Rule):
    """What a subject is told and agrees to; a later version is a later ``in_force``. A sensitive item stands alone."""

    purpose: Key
    body: Text
    items: Annotated[tuple[ConsentItem, ...], AfterValidator(distinct)]
    sensitive: bool = False
    longest_months: Annotated[int, Field(gt=0)]

    @property
    def resources(self) -> tuple[str, ...]:
        """Every resource of its items."""
        return tuple(dict.fromkeys(key for item in self.items for key in item.resources))

    @property
    def version(self) -> str:
        """By which a version is told apart: the key and the first day in force."""
        return f"{self.key}@{self.in_force.from_}"


# --- notices -----------------------------------------------------------------------------------------------------


class NoticeText(Rule):
    """The wording of a notice, in plain language; ``{placeholders}`` come from ``PLACEHOLDERS``."""

    body: Text

    LANGUAGES: ClassVar[tuple[Literal["zh", "en"], ...]] = ("zh", "en")

    def opened(self, language: Literal["zh", "en"]) -> frozenset[str]:
        """The placeholders of the title and the body in a language."""
        return opened_in(getattr(self.title, language) + getattr(self.body, language))

    def filled(self, language: Literal["zh", "en"], said: Mapping[str, object]) -> tuple[str, str]:
        """Title and body with everything said; raises ``KeyError`` for a placeholder that is not."""
        title, body = getattr(self.title, language), getattr(self.body, language)
        return _filled(title, said), _filled(body, said)


def opened_in(text: str) -> frozenset[str]:
    """The placeholders of a text."""
    return frozenset(_OPEN.findall(text))


def _filled(text: str, said: Mapping[str, object]) -> str:
    return _OPEN.sub(lambda found: str(said[found[1]]), text)


def adjoins(earlier: InForce, later: InForce) -> bool:
    """Whether one period begins on the day after the other ends."""
    return earlier.until is not None and earlier.until + dt.timedelta(days=1) == later.from_
