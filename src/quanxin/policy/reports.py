"""Credit reports: what a report of a kind says, in which order and words, about whom, and to whom it is given.

Invariant: as in ``policy.model``. A report says what records say: it has no place for a score, a grade or a rank; what it
shows of a record are items of the catalogue under their own titles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from quanxin.policy.model import Basis, Code, CodeSet, FieldKey, InForce, Key, Part, Rule, Text, distinct

# The words that every report has, by their keys: ``empty`` of a chapter without records, ``dash`` of an item without a
# value, ``suggestion`` and ``statement`` at its end, the channels, and what it says of its own limits.
WORDS = ("empty", "dash", "suggestion", "statement", "objection", "repair", "limits")


class Shown(Part):
    """How records of a resource are shown: as ``cards`` (an item after the other) or as lines of a ``table`` with these items.

    Without ``fields``: as cards every item that may be seen, as a table those that the catalogue's lists show.
    """

    key: Key  # of the resource
    layout: Literal["cards", "table"] = "table"
    fields: tuple[FieldKey, ...] = ()


class Chapter(Part):
    """A chapter: the records of its ``categories``, resource by resource, those named by ``shows`` first and as it says.

    ``ratings``: what it holds are ratings by authorities, which nobody has who may not be rated.
    """

    key: Key
    title: Text
    categories: Annotated[tuple[str, ...], Field(min_length=1)]
    shows: Annotated[tuple[Shown, ...], AfterValidator(distinct)] = ()
    ratings: bool = False


class Section(Part):
    """A kind of facts that a special report answers for: the records of its ``resources``."""

    key: Key
    title: Text
    resources: Annotated[tuple[Key, ...], Field(min_length=1)]
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]


class Domain(Part):
    """A field of administration of a special report: what its ``providers`` handed in."""

    key: Key
    title: Text
    providers: Annotated[tuple[Key, ...], Field(min_length=1)]


class Use(Part):
    """For what a report may be asked for, by a word of the code set that is made of these."""

    key: Key
    title: Text


class Report(Rule):
    """A kind of report. ``kind``: ``public`` shows what the public may see, ``own`` all that its reader may, ``special``
    answers whether there is anything in ``domains`` within a period, ``check`` what a department may read for a purpose.

    ``subject_types`` is whom it is about, ``readers`` to whom it is given. A special one has ``sections``, ``domains``
    and a ``longest_years``; any other has ``chapters``. ``document`` is the kind of document that it is issued as, which says
    how it is numbered and how long it may be relied on.
    """

    kind: Literal["public", "own", "special", "check"]
    document: Key
    version: Annotated[str, Field(min_length=1, max_length=16)]
    issuer: Text
    subject_types: Annotated[tuple[Key, ...], Field(min_length=1)]
    readers: Annotated[tuple[Literal["subject", "agent", "window", "department", "public"], ...], Field(min_length=1)]
    words: dict[str, Text]
    uses: Annotated[tuple[Use, ...], AfterValidator(distinct)] = ()
    chapters: Annotated[tuple[Chapter, ...], AfterValidator(distinct)] = ()
    sections: Annotated[tuple[Section, ...], AfterValidator(distinct)] = ()
    domains: Annotated[tuple[Domain, ...], AfterValidator(distinct)] = ()
    longest_years: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Report:
        special = self.kind == "special"
        if special != bool(self.sections and self.domains and self.longest_years) or special == bool(self.chapters):
            raise ValueError(
                "has sections, domains and longest_years where it is special, and chapters where it is not"
            )
        if missing := [key for key in WORDS if key not in self.words]:
            raise ValueError(f"lacks the words {', '.join(missing)}")
        if unknown := sorted(set(self.words) - set(WORDS)):
            raise ValueError(f"has words that nothing says: {', '.join(unknown)}")
        return self

    def domain(self, key: str) -> Domain | None:
        """The domain of a key; None where there is none."""
        return next((one for one in self.domains if one.key == key), None)

    def use(self, key: str) -> Use | None:
        """The use of a key; None where there is none."""
        return next((one for one in self.uses if one.key == key), None)


# Code sets by which a form asks for a report: those that its subject is given, their uses, and the domains of special ones.
REPORTS, USES, DOMAINS, LANGUAGES = "credit-reports", "report-uses", "report-domains", "report-languages"


def reports_as_codes(reports: Collection[Report]) -> dict[str, CodeSet]:
    """The reports of a day as closed lists of values: a form names one, what it is for, and its domains, as it names any code."""
    given = [one for one in reports if "subject" in one.readers]
    if not given:
        return {}
    since = max(one.in_force.from_ for one in given)
    languages = (("zh", Text(zh="中文", en="Chinese")), ("en", Text(zh="英文", en="English")))
    return {
        REPORTS: _codes(REPORTS, "信用报告", "credit reports", since, ((one.key, one.title) for one in given)),
        USES: _codes(USES, "用途", "uses", since, ((use.key, use.title) for one in given for use in one.uses)),
        DOMAINS: _codes(DOMAINS, "领域", "domains", since, ((d.key, d.title) for one in given for d in one.domains)),
        LANGUAGES: _codes(LANGUAGES, "报告语言", "languages of reports", since, languages),
    }


def _codes(key: str, zh: str, en: str, since: dt.date, said: Iterable[tuple[str, Text]]) -> CodeSet:
    codes: dict[str, Code] = {}
    for value, title in said:
        codes.setdefault(value, Code(value=value, title=title))
    period = InForce.model_validate({"from": since})
    title = Text(zh=zh, en=en)
    return CodeSet(key=key, title=title, in_force=period, basis=(), edition="", codes=tuple(codes.values()))
