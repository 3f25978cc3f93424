"""Commitments: what somebody promises in writing, in the very words that are signed, and what follows where it is not kept.

Invariant: as in ``policy.model``: strict, frozen, dated and justified. A template that changes is another version of it; what
was signed stays that of the version that was signed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from quanxin.policy.consequences import GroundedCase
from quanxin.policy.model import Basis, FieldKey, Key, Part, Rule, Text, distinct

if TYPE_CHECKING:
    from quanxin.policy.pack import Pack


class ExcludedMatter(Part):
    """A kind of matters about which nothing may be decided on a commitment alone."""

    key: Key
    title: Text
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]


class Due(Part):
    """When a duty is looked at: so long after the day on which the commitment came into force, or all the time.

    What holds all the time is looked at once, at the latest ``months`` after that day.
    """

    days: Annotated[int, Field(gt=0)] | None = None
    working_days: Annotated[int, Field(gt=0)] | None = None
    months: Annotated[int, Field(gt=0)] | None = None
    continuous: bool = False

    @model_validator(mode="after")
    def _one(self) -> Due:
        if sum(one is not None for one in (self.days, self.working_days, self.months)) != 1:
            raise ValueError("has exactly one of days, working_days and months")
        return self


class Match(Part):
    """What shows by data whether a duty is kept: a record of the resource about the same subject for which ``when`` (SQL
    boolean over its fields) holds, dated on or after the day of the commitment. It ``shows`` that the duty is kept, or
    that it is not; where there is none when the duty is due, the other is found, if each of the ``providers`` has handed
    in something since."""

    resource: Key
    providers: Annotated[tuple[Key, ...], Field(min_length=1)]
    when: str = "true"
    shows: Literal["met", "not-met"] = "met"


class Duty(Part):
    """Something that is promised, by what it is shown, and when somebody looks.

    ``share`` is the part of the commitments, in per cent, of which it is checked: those are drawn.
    """

    key: Key
    title: Text
    text: Text
    evidence: Literal["document", "inspection", "data-match"]
    due: Due
    match: Match | None = None
    share: Annotated[int, Field(ge=1, le=100)] = 100

    @model_validator(mode="after")
    def _matched(self) -> Duty:
        if (self.evidence == "data-match") != (self.match is not None):
            raise ValueError("is matched by data exactly where it says by which")
        return self


class BreachEffect(Part):
    """A measure that a breach grounds, by the article that says so."""

    measure: Key
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]


class Exclusion(Part):
    """Who may not promise: whoever is on one of the ``lists`` of the dishonest, on any (``any_list``), or broke an earlier
    commitment and has not been repaired. ``way_out`` says how that ends."""

    key: Key
    title: Text
    lists: tuple[Key, ...] = ()
    any_list: bool = False
    unremedied_breach: bool = False
    way_out: Text
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _one(self) -> Exclusion:
        if sum((bool(self.lists), self.any_list, self.unremedied_breach)) != 1:
            raise ValueError("is about lists, any list, or an unremedied breach")
        return self


class Template(Rule):
    """The text of a commitment. ``kind`` and ``publicity`` are values of the code sets of commitments.

    ``item`` is the matter for which it is given, ``departments`` who offer it (empty: any), ``targets`` the types of
    subjects that may give it. ``procedure`` is that by which it is offered; without one it is recorded by ordinary intake
    alone. ``excluded_matters`` are those for which it may not be used. ``validity_months`` counts from the day on which
    it came into force; without it, it holds until it is performed.
    """

    kind: str
    item: Text
    departments: tuple[Key, ...] = ()
    targets: Annotated[tuple[Key, ...], Field(min_length=1)]
    procedure: Key | None = None
    text: Text
    liability: Text
    duties: Annotated[tuple[Duty, ...], AfterValidator(distinct), Field(min_length=1)]
    breach_effects: tuple[BreachEffect, ...] = ()
    exclusions: Annotated[tuple[Exclusion, ...], AfterValidator(distinct)] = ()
    excluded_matters: tuple[Key, ...] = ()
    validity_months: Annotated[int, Field(gt=0)] | None = None
    publicity: str

    def duty(self, key: str) -> Duty | None:
        """The duty of a key; None where there is none."""
        return next((one for one in self.duties if one.key == key), None)


def breakable(pack: Pack, template: Template) -> bool:
    """Whether a commitment can be found broken: by an act of its procedure, or, without one, by the department's own row."""
    acts = [act for one in pack.procedures if one.key == template.procedure for act in one.acts]
    return template.procedure is None or any(effect.name == BREACHES for act in acts for effect in act.effects)


# The resources that hold commitments, what came of them, and the decisions that found one broken.
COMMITMENT, PERFORMANCE, BREACH = "credit-commitment", "credit-commitment-performance", "commitment-breach"
KIND_CODES, PUBLICITY_CODES = "commitment-kind", "disclosure-kind"
NUMBER: FieldKey = "commitment_number"
DISCLOSURE: FieldKey = "disclosure"  # of a breach: the publicity of its commitment
BREACHES = "commitments.breach"  # the effect by which a case finds one broken
LONGEST = 4000  # characters of a text, and of a liability


class CommitmentCase(GroundedCase):
    """How a commitment of a template stands on a day: offered then, or, where it says ``since`` when, in force since.

    ``outcome`` of an offer, by a ``department`` (None: one that may): it is ``offered``; the subject is a ``wrong-target``, or
    somebody else's (``wrong-department``); no template is in force (``not-in-force``); it comes ``by-intake`` alone; the subject
    is ``excluded``, ``by`` an exclusion; or what would exclude it counts for nothing: it is ``not-yet`` begun, has ``expired``,
    was ``lifted`` by repair, deletion or removal, or is ``suspended``.

    Of one in force, whose text is that of the ``edition``: it is ``in-force``, has ``run-out``, or was found ``broken``, from
    which ``follows`` what these measures say; the record of the breach may be ``lifted`` or ``suspended``. Of a ``duty``, which
    somebody ``found`` to be so, or of which data ``came`` from providers: it is ``due`` by ``due_on``, ``overdue``, ``met``,
    ``not-met`` or ``cannot-check``.
    """

    template: Key
    department: Key | None = None
    since: dt.date | None = None
    supply_by: dt.date | None = None
    duty: Key | None = None
    found: Literal["met", "partly", "not-met", "cannot-check"] | None = None
    came: tuple[Key, ...] = ()
    outcome: Literal[
        "offered", "wrong-target", "wrong-department", "not-in-force", "by-intake", "excluded", "not-yet", "expired",
        "lifted", "suspended", "in-force", "run-out", "broken", "due", "overdue", "met", "partly", "not-met", "cannot-check",
    ]  # fmt: skip
    by: Key | None = None
    edition: dt.date | None = None
    follows: tuple[Key, ...] = ()
    due_on: dt.date | None = None
