"""What follows from a record by law: credit lists, and the incentives and sanctions that a list or a record grounds.

Invariant: as in ``policy.model``: strict, frozen, dated and justified. A measure exists where an article, a class of the
list of measures, a type of subject and a ground meet; it says nothing of how often somebody erred.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from quanxin.policy.model import Basis, Code, CodeSet, FieldKey, InForce, Key, Part, Rule, Text


class MeasureKind(Part):
    """A kind of sanction of the national list; ``class`` is I, II or III."""

    key: Annotated[str, StringConstraints(pattern=r"^P\d{2}$")]
    title: Text
    class_: Literal["I", "II", "III"] = Field(alias="class")
    basis: tuple[Basis, ...]


class MeasureClass(Part):
    """A class of measures by who may use them and on which ground.

    ``severe_only``: on membership of a list of the dishonest alone. ``any_enforcer``: whatever department has the power
    uses them. ``local``: added by a city or province, and each rests on a local regulation.
    """

    key: Key
    title: Text
    nature: Literal["incentive", "sanction"]
    severe_only: bool = False
    any_enforcer: bool = False
    local: bool = False
    basis: tuple[Basis, ...]


class Responsible(Part):
    """Who answers in person for an organisation that is listed, by the article that says so; never shown publicly."""

    key: Key
    title: Text
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]


class Leaving(Part):
    """The ``clock`` within which somebody is removed: for one of ``grounds``; without any, for every other ground."""

    clock: Key
    grounds: tuple[str, ...] = ()


class CreditList(Rule):
    """A list of the dishonest or of the honest, the resource that feeds it and how long a listing lasts.

    A listing lasts from the day of its record's event for ``term_months``, or until the day that the record states as
    the end of its own validity; on the day in ``removed``, an item of the record, it is over. ``in_force`` of the term
    counts for the day of the listing. ``earliest_removal_months``: the least time before somebody listed may ask to be
    removed; ``removal``: the terms in which who is to be removed is, the first that fits the ground. ``entered_by``: the
    procedure by which a department lists somebody; without one, rows are handed in.
    """

    resource: Key
    authority: Key
    nature: Literal["positive", "negative"]
    term_months: int | None = None
    earliest_removal_months: int | None = None
    removed: FieldKey | None = None
    removal: tuple[Leaving, ...] = ()
    entered_by: Key | None = None
    responsible: tuple[Responsible, ...] = ()

    def clock_for(self, ground: str) -> Key | None:
        """The clock within which somebody is removed for a ground; None where the list does not say."""
        return next((one.clock for one in self.removal if not one.grounds or ground in one.grounds), None)


SEVERE_LISTS, HONOUR_LISTS = "severe-lists", "honour-lists"  # code sets that a form may ask by
RESPONSIBLE = (
    "listed-responsible"  # as whom a person answers for an organisation that is listed: a list and a place in it
)


def lists_as_codes(lists: Collection[CreditList]) -> dict[str, CodeSet]:
    """The lists of a day as closed lists of values, one of each nature, and as whom persons answer by an article of one.

    A form names a list as it names any code; a row that names somebody for a list of which no article says so is held.
    """
    made = {}
    for key, zh, en, nature in (
        (SEVERE_LISTS, "严重失信主体名单", "lists of the dishonest", "negative"),
        (HONOUR_LISTS, "守信名单", "lists of the honest", "positive"),
    ):
        codes = tuple(Code(value=one.key, title=one.title) for one in lists if one.nature == nature)
        if codes:
            since = max(one.in_force.from_ for one in lists if one.nature == nature)
            made[key] = _computed(key, Text(zh=zh, en=en), since, codes)
    if persons := [(one, role) for one in lists for role in one.responsible]:
        codes = tuple(Code(value=f"{one.key}:{role.key}", title=_of(one.title, role.title)) for one, role in persons)
        title = Text(zh="列入名单的责任人员", en="those who answer for somebody listed")
        made[RESPONSIBLE] = _computed(RESPONSIBLE, title, max(one.in_force.from_ for one, _ in persons), codes)
    return made


def _computed(key: str, title: Text, since: dt.date, codes: tuple[Code, ...]) -> CodeSet:
    period = InForce.model_validate({"from": since})
    return CodeSet(key=key, title=title, in_force=period, basis=(), edition="", codes=codes)


def _of(a_list: Text, role: Text) -> Text:
    return Text(zh=f"{a_list.zh}：{role.zh}", en=f"{a_list.en}: {role.en}")


class Trigger(Part):
    """The ground of a measure: membership of a ``list``, or a record of a ``resource`` for which ``when`` (SQL boolean over
    its fields) holds."""

    list: Key | None = None
    resource: Key | None = None
    when: str = "true"

    @model_validator(mode="after")
    def _one(self) -> Trigger:
        if (self.list is None) == (self.resource is None):
            raise ValueError("is either a list or a resource")
        return self


def _trigger(value: Any) -> Any:
    """A bare key is a list's."""
    return {"list": value} if isinstance(value, str) else value


def _triggers(value: Any) -> Any:
    return [_trigger(one) for one in value] if isinstance(value, list | tuple) else [_trigger(value)]


Triggers = Annotated[tuple[Trigger, ...], BeforeValidator(_triggers), Field(min_length=1)]


class Measure(Rule):
    """An incentive or a sanction.

    ``kind`` is that of the national list for a sanction (P01 … P14), a word for an incentive; ``class`` is of
    ``measure_classes``. ``targets`` are types of subjects. ``enforcers`` apply it; empty, where the class lets any
    department. ``must``: the law leaves no choice. It ends with its ground, or ``term_months`` after the ground began
    where that is earlier. ``talk``: the talk with the subject that precedes it. ``review_by``: when somebody looks
    whether it is still needed.
    """

    kind: str
    class_: Key = Field(alias="class")
    nature: Literal["incentive", "sanction"]
    targets: Annotated[tuple[Key, ...], Field(min_length=1)]
    triggers: Triggers
    enforcers: tuple[Key, ...] = ()
    must: bool = False
    term_months: int | None = None
    talk: Literal["reminder", "warning"] | None = None
    content: Text | None = None


# --- cases in plain words ----------------------------------------------------------------------------------------


class Grounding(Part):
    """A record of a case: its items as the archive holds them, and what a decision ``held`` for it."""

    resource: Key
    row: dict[str, Any]
    held: Literal["repaired", "deleted", "shielded", "disputed"] | None = None


class GroundedCase(Part):
    """A case in plain words: a subject of this type with these records, asked about as of a day."""

    title: str
    subject_type: Key
    as_of: dt.date
    records: tuple[Grounding, ...] = ()


class MeasureCase(GroundedCase):
    """How such a case ends by a measure.

    ``outcome`` says of the measure: it ``applies``; there is ``no-ground``; the subject is a ``wrong-target``; the rule is
    ``not-in-force``; the listing is ``not-yet`` begun, is ``expired``, was ``lifted`` by repair, deletion or removal; or it
    stands and is ``suspended``. ``until`` is the last day, compared where it is said.
    """

    measure: Key
    outcome: Literal[
        "applies", "no-ground", "wrong-target", "not-in-force", "not-yet", "expired", "lifted", "suspended"
    ]
    until: dt.date | None = None


class ListCase(GroundedCase):
    """How such a case ends by a list.

    ``outcome``: the subject is ``listed``, until the last day ``until`` where the case says it; it is a ``wrong-target``; the
    list is ``not-in-force``; there is ``no-entry``; or the entry is ``not-yet`` begun, has ``expired``, was ``removed`` before
    its end or ``lifted`` by repair or deletion, or is ``suspended``.
    """

    list: Key
    outcome: Literal[
        "listed", "wrong-target", "not-in-force", "no-entry", "not-yet", "expired", "removed", "lifted", "suspended"
    ]
    until: dt.date | None = None
