"""A policy pack as typed, dated, immutable objects.

Invariant: an object of this module says what the law says on some day and nothing else; it never changes after it
is read, it carries the basis that allows it, and everything that a platform may do hangs from one of them.

The YAML of a pack is these models, field for field; unknown keys are errors. Legal facts (articles, terms, amounts,
deadlines) live in packs only, never in Python.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from quanxin.policy.ownership import ByProvider, Ownership
from quanxin.policy.parts import Basis as Basis
from quanxin.policy.parts import Confidence as Confidence
from quanxin.policy.parts import FieldKey as FieldKey
from quanxin.policy.parts import InForce as InForce
from quanxin.policy.parts import Key as Key
from quanxin.policy.parts import Part as Part
from quanxin.policy.parts import Text as Text
from quanxin.policy.parts import distinct as distinct


class Rule(Part):
    """A dated, justified object with a key; the base of whatever a pack rules."""

    key: Key
    title: Text
    in_force: InForce
    basis: tuple[Basis, ...] = ()
    review_by: dt.date | None = None
    note: str | None = None


class Head(Part):
    """What ``pack.yaml`` says: the pack's name, the division it rules (GB/T 2260, six digits), the key of the code set
    that lists its divisions, and its parent."""

    name: Key
    title: Text
    region: str | None = None
    divisions: Key | None = None
    extends: str | None = None


# --- subjects, providers, code sets, categories ------------------------------------------------------------------


class SubjectType(Part):
    """A type of 信用主体 and the code prefixes (first two characters, GB 32100-2015) that make it.

    ``category`` is the 行政相对人类别 of the 2018 standard that the type is reported under. ``natural`` marks natural
    persons; ``scorable`` is False for them and for sole traders, who are natural persons in business.
    """

    key: Key
    title: Text
    prefixes: tuple[str, ...] = ()
    category: Literal["法人及非法人组织", "自然人", "个体工商户"]
    natural: bool = False
    scorable: bool = True
    authority: bool = False


class Provider(Part):
    """A department or public utility that hands in rows."""

    key: Key
    title: Text
    code: str | None = None
    kind: Literal["authority", "court", "utility", "institution", "association"] = "authority"


class Code(Part):
    value: str
    title: Text
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    attributes: dict[str, str | int | bool] = {}


class CodeSet(Rule):
    """A closed list of values with its edition, e.g. the GB/T 2260 divisions of a city.

    ``open_prefix`` allows values that begin with it and name their kind, as 其他-xxx does.
    """

    edition: str
    codes: tuple[Code, ...]
    open_prefix: str | None = None


class Category(Part):
    """A category of the national catalogue (C01 …) and the chapter of the credit report it is shown under."""

    key: str
    title: Text
    chapter: str


# --- catalogue ---------------------------------------------------------------------------------------------------


class FieldType(StrEnum):
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    YEAR = "year"
    MONTH = "month"
    INTEGER = "integer"
    DECIMAL = "decimal"  # DECIMAL(18,6), exact
    MONEY_WAN = "money-wan"  # 万元, DECIMAL(18,6), exact; accepts 元 / 万元 / 亿元 written beside the number
    MONEY_YUAN = "money-yuan"  # 元, DECIMAL(18,2), exact
    CAPITAL = "capital"  # registered capital as written: "1,286.5000(万)", "26万元", "500(万美元)" → 万 + currency
    BOOLEAN = "boolean"
    CODE = "code"  # one value of a code set
    CODES = "codes"  # several values of a code set, joined by ; ； or 、
    USCC = "uscc"
    ORGANISATION_CODE = "organisation-code"
    REGISTRATION_NUMBER = "registration-number"
    IDENTITY = "identity"  # a natural person's document number: sealed, masked, never public
    DOCUMENT_NUMBER = "document-number"  # 文书号: brackets and spaces normalised for keys, text kept
    DIVISION = "division"  # a GB/T 2260 code or its name


class FieldDef(Part):
    """One data item. ``code`` is the item's name in the standard (XK_XDR_MC), ``aliases`` every other header seen.

    ``required`` is True, False, or a SQL boolean over the resource's fields (a condition). ``public`` False keeps the
    item from the public even where the record is public.
    """

    key: FieldKey
    title: Text
    type: FieldType = FieldType.TEXT
    code: str | None = None
    aliases: tuple[str, ...] = ()
    required: bool | str = False
    max_length: int | None = None
    pattern: str | None = None
    code_set: Key | None = None
    minimum: str | None = None
    maximum: str | None = None
    public: bool = True
    long_term: tuple[str, ...] = ()  # values of a date that mean "without end", e.g. 2099-12-31 or 长期
    note: str | None = None


class Check(Part):
    """A row rule: where ``when`` holds (default: always), ``assert_`` must. Both are SQL over the fields.

    A NULL ``assert`` counts as kept: whether a field may be missing is for ``required`` to say.
    """

    key: Key
    when: str | None = None
    assert_: str = Field(alias="assert")
    severity: Literal["error", "warning"] = "error"
    fields: Annotated[tuple[FieldKey, ...], Field(min_length=1)]  # the first is where the problem is shown
    message: Text
    rule: str | None = None  # V01–V30 of the checklist that it carries out
    basis: tuple[Basis, ...] = ()


class StandingOf(Part):
    """Which fields of a register say the state of a subject, since when, and what its card shows besides."""

    state: FieldKey
    since: FieldKey
    established: FieldKey | None = None
    address: FieldKey | None = None
    representative: FieldKey | None = None


class SubjectOf(Part):
    """Which fields say whom a row is about. ``category`` is the 行政相对人类别 field where there is one.

    ``stated_on`` is the day on which a register stated what the row says, where that is not the day of its event: a
    name replaces another only from a later such day.
    """

    name: FieldKey | None = None
    code: FieldKey | None = None
    registration_number: FieldKey | None = None
    organisation_code: FieldKey | None = None
    identity: FieldKey | None = None
    category: FieldKey | None = None
    stated_on: FieldKey | None = None
    standing: StandingOf | None = None
    role: Literal["enrol", "refer"] = "refer"  # enrol: the row makes or renames its subject; refer: it must exist


class Mode(StrEnum):
    PUBLIC = "public"  # 社会公开
    SHARED = "shared"  # 政务共享
    AUTHORISED = "authorised"  # 授权查询


class Publication(Part):
    """Who may see a record and for how long: ``until`` a day that it states, or else for ``months``; or by ``tiers``. Of a public
    resource those records alone for which ``when`` (SQL boolean over its fields) holds. Before its time it is over on the
    day in ``left``, an item of the record: whoever left a list is not shown on it."""

    mode: Mode
    months: int | None = None  # calendar months from the event date, clamped at month ends
    until: FieldKey | None = None  # a date field of the record
    tiers: Key | None = None  # a PublicationTiers rule (penalties)
    when: str | None = None
    left: FieldKey | None = None
    basis: tuple[Basis, ...] = ()


class Sharing(Part):
    mode: Mode
    purposes: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()


class Retention(Part):
    """How long a record may be shown at all, in years after its event; missing means permanently."""

    years: int | None = None
    note: str | None = None


class Deadline(Part):
    """Until when a row must arrive: working days after a date field, or a rhythm of delivery."""

    working_days: int | None = None
    from_: FieldKey | None = Field(default=None, alias="from")
    rhythm: Literal["daily", "weekly", "monthly", "quarterly", "yearly", "on-change"] | None = None


class Resource(Rule):
    """A catalogue entry: nothing enters the archive except through one that is in force.

    ``unique`` are the fields that, with the subject, make the natural key of a record; empty means one record a
    subject. ``ownership`` says whose a record is. ``event_date`` is the day of the decision or fact;
    ``valid_from``/``valid_until`` its own period. What is ``special-report-only`` is read by the special report and by
    nothing else: no archive, score, check, measure, feed or export knows of it.
    """

    category: str
    providers: tuple[Key, ...]
    subject_types: tuple[Key, ...]
    nature: Literal["neutral", "positive", "negative", "special-report-only"]
    subject: SubjectOf
    fields: Annotated[tuple[FieldDef, ...], AfterValidator(distinct)]
    unique: tuple[FieldKey, ...] = ()
    ownership: Ownership = ByProvider()
    event_date: FieldKey | None = None
    valid_from: FieldKey | None = None
    valid_until: FieldKey | None = None
    checks: Annotated[tuple[Check, ...], AfterValidator(distinct)] = ()
    publication: Publication
    sharing: Sharing
    retention: Retention
    deadline: Deadline
    evaluation: bool = False  # may its records enter an evaluation of enterprises
    summary: tuple[FieldKey, ...] = ()  # the fields that a list shows

    def field(self, key: str) -> FieldDef:
        return next(f for f in self.fields if f.key == key)

    @property
    def special(self) -> bool:
        """Whether nothing but the special report may read it."""
        return self.nature == "special-report-only"

    @property
    def natural_key(self) -> tuple[str, ...]:
        """The fields that, with the subject, tell one decision from another: ``unique``, and who decided where that
        says whose a record is."""
        authority = self.ownership.field if self.ownership.by == "authority" else None
        return self.unique if authority is None or authority in self.unique else (*self.unique, authority)
