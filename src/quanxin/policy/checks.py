"""Credit checks (信用核查): in which statutory situation a department may look, at what, how far back, and what may follow.

Invariant: as in ``policy.model``. A check reads what its item names and nothing else, under one purpose; what it finds is a
ground only for the measures that the item names, and otherwise a hint.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from quanxin.policy.consequences import GroundedCase
from quanxin.policy.model import Basis, Key, Part, Rule, Text


class Situation(Part):
    """A situation in which the law lets a department look up and use credit information."""

    key: Key
    title: Text
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]


class Reading(Part):
    """Records of a resource that a check reads: those that hold on its day, or whose event lies within ``years`` of it.

    ``when`` (SQL boolean over the resource's fields) narrows them.
    """

    resource: Key
    years: Annotated[int, Field(gt=0)] | None = None
    when: str = "true"


class Validity(Part):
    """Until when a result may be used for its case: calendar ``days`` (0: the same day), or ``working_days``."""

    days: Annotated[int, Field(ge=0)] | None = None
    working_days: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Validity:
        if (self.days is None) == (self.working_days is None):
            raise ValueError("is either days or working days")
        return self


class CheckItem(Rule):
    """Something for which a department checks, and must.

    ``reads`` and ``lists`` are all that is looked at, under ``purpose``; ``measures`` all that a finding may lead to.
    ``targets`` are types of subjects. ``persons``: natural persons are checked, by a personnel authority and after
    another's approval.
    """

    department: Key
    situation: Key
    kind: Literal["licence", "procurement", "funds", "staff", "honour", "other"]
    purpose: Key
    targets: Annotated[tuple[Key, ...], Field(min_length=1)]
    reads: tuple[Reading, ...] = ()
    lists: tuple[Key, ...] = ()
    measures: tuple[Key, ...] = ()
    valid: Validity
    persons: bool = False

    @model_validator(mode="after")
    def _looks(self) -> CheckItem:
        if not self.reads and not self.lists:
            raise ValueError("looks at nothing: name resources or lists")
        return self


class CheckCase(GroundedCase):
    """How such a case ends in a check by an item.

    ``outcome``: ``restricted`` by a measure of the item; a ``hint`` and no more; ``clear``, as nothing that it looks at is there;
    the subject is a ``wrong-target``; the item is ``not-in-force``; or what is there counts for nothing on that day: it is
    ``not-yet`` begun, has ``expired``, was ``lifted`` by repair, deletion or removal, or is ``suspended``.
    """

    item: Key
    outcome: Literal[
        "restricted", "hint", "clear", "wrong-target", "not-in-force", "not-yet", "expired", "lifted", "suspended"
    ]
