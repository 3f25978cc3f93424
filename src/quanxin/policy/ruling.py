"""What a pack rules beside its catalogue: publication tiers, clocks, what is forbidden, the plan, cases.

Invariant: as in ``policy.model``: strict, frozen, dated and justified.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from quanxin.policy.model import Basis, Key, Part, Rule, Text, distinct


class ForbiddenItem(Part):
    """A kind of personal information that no resource may hold, and the words that give it away in a data item."""

    key: Key
    title: Text
    words: tuple[str, ...]
    basis: tuple[Basis, ...]


class Tier(Part):
    """A tier of 失信信息 and its publication window in calendar months from the decision date."""

    key: Key
    title: Text
    when: str  # SQL boolean over the resource's fields
    published: bool = True
    minimum_months: int | None = None
    maximum_months: int | None = None
    basis: tuple[Basis, ...] = ()


class PublicationTiers(Rule):
    """Tiers in force for decisions dated within ``in_force``; the heaviest (last) tier that matches counts."""

    resource: Key
    tiers: Annotated[tuple[Tier, ...], AfterValidator(distinct)]


class Clock(Rule):
    """A statutory deadline in working days or calendar months.

    ``warn`` are the working days (also half ones) before its end at which it warns; ``escalate_to`` the role that is
    called once it has lapsed.
    """

    working_days: int | None = None
    months: int | None = None
    extension_working_days: int | None = None
    warn: tuple[Annotated[Decimal, Field(gt=0)], ...] = (Decimal(1), Decimal("0.5"))
    escalate_to: str | None = None


class AgeLimit(Rule):
    """From which age, in whole years, a natural person may have or do something."""

    years: Annotated[int, Field(ge=1)]


class Clause(Part):
    """A clause of the plan, by the number that the plan gives it, and what carries it out.

    ``missing`` says honestly what does not exist yet.

    The kinds of rules that carry it out are those of ``policy.kinds`` with a ``carrier``, by their names.
    """

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,15}$")]
    title: Text
    resources: tuple[Key, ...] = ()
    lists: tuple[Key, ...] = ()
    check_items: tuple[Key, ...] = ()
    measures: tuple[Key, ...] = ()
    schemes: tuple[Key, ...] = ()
    commitments: tuple[Key, ...] = ()
    inspection_items: tuple[Key, ...] = ()
    tiers: tuple[Key, ...] = ()
    clocks: tuple[Key, ...] = ()
    models: tuple[Key, ...] = ()
    repair: tuple[Key, ...] = ()
    consents: tuple[Key, ...] = ()
    reports: tuple[Key, ...] = ()
    procedures: tuple[Key, ...] = ()
    functions: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()


class Case(Part):
    """A test in plain words: this row, received this day, ends with these codes, this tier, this window.

    With ``applied_on``, repair of it is applied for on that day: under which ``regime``, by which ``repair_tier`` and
    ``override``, whether that is ``repairable`` and else ``why`` not, and from which day on. What a case does not speak
    of is not compared.
    """

    title: str
    resource: Key
    received_on: dt.date
    row: dict[str, str | None]
    codes: tuple[str, ...] = ()
    tier: str | None = None
    public_until: dt.date | None = None
    published: bool | None = None
    applied_on: dt.date | None = None
    regime: Key | None = None
    repair_tier: Key | None = None
    override: Key | None = None
    repairable: bool | None = None
    why: str | None = None
    repairable_from: dt.date | None = None
