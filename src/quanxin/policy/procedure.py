"""Procedures: what the law lets somebody ask, or makes somebody do in time, as states and acts.

Invariant: as in ``policy.model``: strict, frozen, dated and justified. A procedure says who may do what in which state,
what is asked, what must hold, which term runs and who is told; it holds no loop, no script and no other procedure. What
it cannot say is an effect, which the pack names and a room of the platform registers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from quanxin.policy.model import Basis, FieldDef, FieldKey, Key, Part, Rule, Text, distinct

# What an expression may say of a matter (办件): ``matter.state``. CASE is a word of SQL, so a case is a matter here.
MATTER: Mapping[str, Literal["text", "number", "truth", "day"]] = MappingProxyType({
    "number": "text", "state": "text", "channel": "text", "provider": "text", "about": "text", "filed_on": "day",
    "version": "number", "stands": "truth", "record_version": "number", "corrected": "truth", "withdrawn": "truth",
    "claimed": "truth", "papers": "number", "extended": "number", "nature": "text",
})  # fmt: skip


def _many(value: Any) -> Any:
    """One thing where several may stand."""
    return value if isinstance(value, list | tuple) else [value]


def _keyed(value: Any) -> Any:
    """A mapping by key as a list of objects that know their key."""
    if not isinstance(value, Mapping):
        return value
    return [part if isinstance(part, Part) else {"key": key, **(part or {})} for key, part in value.items()]


def _actor(value: Any) -> Any:
    return {"nobody": True} if value == "nobody" else {"claimant": True} if value == "claimant" else value


def _effect(value: Any) -> Any:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, Mapping) and len(value) == 1 and "name" not in value:
        ((name, given),) = value.items()
        return {"name": name, "given": given}
    return value


Keys = Annotated[tuple[Key, ...], BeforeValidator(_many)]


class Who(Part):
    """Who may act: the holder of a ``role`` whose district holds the subject, a ``party`` of the case, whoever claimed it,
    or nobody: a day or a lapse.

    ``of`` the ``provider`` whose case it is, or of the credit ``centre`` where the case has no provider. ``unless``
    ``judged``: not who judged, in any step, the case that this one looks at.
    """

    role: str | None = None
    of: Literal["provider", "centre"] | None = None
    party: Literal["subject"] | None = None
    claimant: bool = False
    nobody: bool = False
    unless: Literal["judged"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Who:
        if sum((self.role is not None, self.party is not None, self.claimant, self.nobody)) != 1:
            raise ValueError("names exactly one of role, party, claimant and nobody")
        return self


Whose = Annotated[tuple[Annotated[Who, BeforeValidator(_actor)], ...], BeforeValidator(_many), Field(min_length=1)]


class StateClock(Part):
    """The term of a state: a statutory clock by its ``key``, or ``until`` a day (SQL over record and matter).
    ``ground``: an item of the beginning; where the list that the record is of has a clock for what it says, that one runs.

    ``who`` must act in it: the first that fits the case; ``warn`` and ``escalate_to`` are those of the clock, or given
    here where it runs until a day. ``lapse`` is the act of nobody that its end does; ``extensions`` how often it may be
    put off.
    """

    key: Key | None = None
    until: str | None = None
    ground: FieldKey | None = None
    who: Whose
    warn: tuple[Annotated[Decimal, Field(ge=0)], ...] = ()
    escalate_to: str | None = None
    lapse: Key | None = None
    extensions: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one(self) -> StateClock:
        if (self.key is None) == (self.until is None):
            raise ValueError("has either a key or until")
        if self.ground is not None and self.key is None:
            raise ValueError("has a key for lists that state no clock")
        return self


class State(Part):
    """A state. ``title`` is what the desk calls it, ``told`` what the party reads. ``next`` says to the desk
    what comes, ``says`` to the party what it means for it: with ``{who}`` and ``{by}``, the last day.

    ``unseen``: the party does not see a case that stands in it. ``ends``: the case is closed in it, ``negative``: with a
    negative record, listing or measure. ``again``: the party may file anew. ``pauses``: the term that runs stands still.
    ``tone`` is how it is marked.
    """

    key: Key
    title: Text
    told: Text | None = None
    says: Text | None = None
    next: Text | None = None
    clock: StateClock | None = None
    pauses: bool = False
    unseen: bool = False
    ends: bool = False
    negative: bool = False
    again: bool = False
    tone: Literal["good", "bad", "wait", "plain"] = "plain"


class Reason(Part):
    """What is asked for in words, which the party reads."""

    title: Text
    required: bool = True


class Requirement(Part):
    """What must hold (SQL over record, matter and form), and what is said where it does not: a wording of the platform by
    its ``code``, or ``says``."""

    that: str
    code: Key = "act-not-now"
    says: Text | None = None


class Told(Part):
    """A notice that an act sends: its wording by key, to whom, and ``what`` fills the wording's hole of that name."""

    key: Key
    to: Whose = (Who(party="subject"),)
    joined: bool = False  # also those whose case was joined to this one
    what: Text | None = None


class Effect(Part):
    """A named function of the platform with what it is given."""

    name: Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z]+(-[a-z]+)*)$")]
    given: dict[str, Any] = {}


Effects = Annotated[tuple[Annotated[Effect, BeforeValidator(_effect)], ...], BeforeValidator(_many)]


class Act(Part):
    """Something that may be done with a case.

    ``from_`` is empty for the act that begins one; begun into an end, it is done at once. ``to`` may also be
    ``same``, or ``back``: the state before a pause. ``title`` and ``about`` stand at the button, ``done`` and
    ``told`` in the history for the desk and for the party; ``offered`` (SQL over record and matter) says when it is
    shown. ``claims``: who acts has claimed the case, or does by acting; ``releases``: the claim ends. ``judges``: it
    bars from a second look. ``decides``: it gives the decision its number, ``document`` the wording of the document
    that may be made of it. ``internal``: the party does not see it. ``without_hearing`` cites the rule by which harm
    may follow though nobody was heard.
    """

    SAME: ClassVar[str] = "same"
    BACK: ClassVar[str] = "back"

    key: Key
    title: Text
    about: Text | None = None
    done: Text | None = None
    told: Text | None = None
    step: Key | None = None
    from_: Keys = Field(default=(), alias="from")
    to: Key
    who: Whose
    asks: Annotated[tuple[FieldDef, ...], BeforeValidator(_keyed), AfterValidator(distinct)] = ()
    reason: Reason | None = None
    papers: tuple[Key, ...] = ()
    requires: tuple[Requirement, ...] = ()
    offered: str | None = None
    claims: bool = False
    releases: bool = False
    judges: bool = False
    extends: bool = False
    decides: bool = False
    document: Key | None = None
    clock: StateClock | None = None
    notices: tuple[Told, ...] = ()
    changes: dict[FieldKey, str] = {}
    effects: Effects = ()
    internal: bool = False
    plain: bool = False
    grave: bool = False
    without_hearing: tuple[Basis, ...] = ()
    basis: tuple[Basis, ...] = ()

    @property
    def name(self) -> str:
        """How the history calls it."""
        return self.step or self.key

    @property
    def begins(self) -> bool:
        """Whether it begins a case."""
        return not self.from_

    @property
    def by_nobody(self) -> bool:
        """Whether a day or a lapse does it, and no one else."""
        return all(who.nobody for who in self.who)

    def target(self, state: str, paused_in: str) -> str:
        """The state in which it leaves a case that stands in ``state`` and was paused in ``paused_in``."""
        return state if self.to == self.SAME else paused_in if self.to == self.BACK else self.to


class About(Part):
    """What a case is about: a record (of one ``resource``, of any that feeds a ``list`` which is left on a day, or any), a
    score, a subject, a case of another procedure that stands in a state ``in_``, or nothing yet.

    ``of`` the ``filer``: the case is of the department for which whoever begins it acts; it reads the record, which may be
    another's, for a ``purpose`` of the pack. Otherwise it is of the record's provider, and of the credit centre where
    there is no record.
    """

    record: bool = False
    resource: Key | None = None
    list: bool = False
    score: bool = False
    subject: bool = False
    case: Key | None = None
    centre: bool = False  # the credit centre decides it, whoever's record it is
    of: Literal["filer"] | None = None
    purpose: Key | None = None
    in_: Keys = Field(default=(), alias="in")
    nothing: bool = False

    @property
    def of_records(self) -> bool:
        """Whether a case is about a record, of whatever resource."""
        return self.record or self.list or self.resource is not None

    @model_validator(mode="after")
    def _whose(self) -> About:
        if self.of is not None and (self.score or self.case):
            raise ValueError("is of its filer only where it is about no score or other case")
        return self


class Procedure(Rule):
    """A procedure. ``number`` are the letters before a case's number. ``in_force`` counts for the day of filing.

    ``exclusive``: about one thing, one case is open at a time; filed again, the open one is answered, or what is said is
    joined to it by the act ``joins``, its case being in the state ``joined``. ``named_by``: the item of the beginning act
    by which several about the same subject are told apart, as the number of a ruling. ``once``: there is one case ever about one
    thing. ``scope`` is what an agent's authorisation must name; without one, no agent acts. ``marks`` are effects that hold
    while a case is open. ``begun_at``: the page of the desk (by the name of its address) where it is begun, instead of the
    general form.
    """

    about: About
    number: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    scope: Literal["repair", "objection"] | None = None
    exclusive: bool = False
    once: bool = False
    joins: Key | None = None
    joined: Key | None = None
    named_by: FieldKey | None = None
    marks: Effects = ()
    begun_at: str | None = None
    states: Annotated[tuple[State, ...], BeforeValidator(_keyed), AfterValidator(distinct), Field(min_length=1)]
    acts: Annotated[tuple[Act, ...], BeforeValidator(_keyed), AfterValidator(distinct), Field(min_length=1)]

    @cached_property
    def state_of(self) -> Mapping[str, State]:
        """The states by key."""
        return {state.key: state for state in self.states}

    @cached_property
    def act_of(self) -> Mapping[str, Act]:
        """The acts by key."""
        return {act.key: act for act in self.acts}

    @property
    def files(self) -> Act:
        """The act that begins a case."""
        return next(act for act in self.acts if act.begins)

    @cached_property
    def deciders(self) -> tuple[Who, ...]:
        """Who decides its cases: whoever may do what claims one; where nothing does, whoever acts in them by a role."""
        claiming = [act for act in self.acts if act.claims] or [act for act in self.acts if not act.begins]
        return tuple(dict.fromkeys(who for act in claiming for who in act.who if who.role or act.claims))

    def open_states(self) -> tuple[str, ...]:
        """The states in which a case is open."""
        return tuple(state.key for state in self.states if not state.ends)

    def moves(self) -> Iterator[tuple[str, Act, str]]:
        """Each way from a state by an act to a state; a filing begins at "", a pause ends in each state it began in."""
        paused = {key for act in self.acts if self.pauses(act.to) for key in act.from_}
        for act in self.acts:
            for state in act.from_ or ("",):
                for target in sorted(paused) if act.to == Act.BACK else [act.target(state, "")]:
                    yield state, act, target

    def pauses(self, state: str) -> bool:
        """Whether a term stands still in a state."""
        found = self.state_of.get(state)
        return found is not None and found.pauses
