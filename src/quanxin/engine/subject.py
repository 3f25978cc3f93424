"""Whom a row says that it is about.

Invariant: what stands in a code column is used as what it is (a code, an old number, an organisation code), never as
what it should have been; a natural person is found by an identity number alone and a person's number in a code column
is refused; the type of a subject comes from the prefix of its code before anything that a department wrote.
"""

from __future__ import annotations

from dataclasses import dataclass

from quanxin.engine.days import DAY
from quanxin.engine.normalise import comparable, literal, quoted
from quanxin.identifiers import sql
from quanxin.identifiers.kinds import LAYOUT
from quanxin.policy import Rules
from quanxin.policy.model import FieldType, Resource, SubjectType

NULL = "CAST(NULL AS VARCHAR)"
_PLACES = {name: f"_places_{name}" for name in sql.places()}


@dataclass(frozen=True, slots=True)
class Subjects:
    """What the pack says of subject types, as one resource needs it."""

    types: dict[str, SubjectType]
    allowed: tuple[str, ...]

    @property
    def prefixes(self) -> dict[str, str]:
        return {prefix: key for key, kind in self.types.items() for prefix in kind.prefixes}

    @property
    def fallback(self) -> str | None:
        """The type of codes whose prefix is no other's."""
        return next((k for k, t in self.types.items() if not t.prefixes and not t.natural), None)

    @property
    def natural(self) -> tuple[str, ...]:
        return tuple(k for k, t in self.types.items() if t.natural)


def subjects_of(resource: Resource, rules: Rules) -> Subjects:
    """The subject types of the pack and those that the resource may be about."""
    return Subjects(dict(rules.subject_types), resource.subject_types)


def code_columns(resource: Resource) -> tuple[str, ...]:
    """The fields that hold a 统一社会信用代码."""
    return tuple(f.key for f in resource.fields if f.type is FieldType.USCC)


def words(resource: Resource) -> list[str]:
    """Columns of the characters of each code as integers, and of the tables by which they are weighed."""
    made = [
        f"{word} AS {name}"
        for k in code_columns(resource)
        for word, name in zip(sql.uscc_words(quoted(k)), _words(k), strict=True)
    ]
    return made + [f"{table} AS {_PLACES[name]}" for name, table in sql.places().items()] if made else []


def _words(key: str) -> list[str]:
    return [quoted(f"_u{n}_{key}") for n in range(len(sql.uscc_words("")))]


def remainders(resource: Resource) -> list[str]:
    """Columns of the weighted sums of each code, from ``words``; one SELECT computes them side by side."""
    made = []
    for key in code_columns(resource):
        made.append(f"{sql.uscc_remainder(quoted(key), _words(key), _PLACES)} AS {quoted('_r_' + key)}")
        if key == resource.subject.code:
            made.append(
                f"{sql.uscc_organisation_remainder(quoted(key), _words(key), _PLACES)} AS {quoted('_o_' + key)}"
            )
    return made


def statuses(resource: Resource) -> list[str]:
    """Columns with the verdict on each identifier: of codes ``_s_<field>``, of identity numbers ``_i_<field>``."""
    made = [f"{sql.uscc_status(quoted(k), quoted('_r_' + k))} AS {quoted('_s_' + k)}" for k in code_columns(resource)]
    made += [
        f"{sql.identity_status(quoted(f.key), DAY)} AS {quoted('_i_' + f.key)}"
        for f in resource.fields
        if f.type is FieldType.IDENTITY
    ]
    return made


def kind(resource: Resource) -> list[str]:
    """The column ``_kind``: what stands in the subject's code column."""
    code = resource.subject.code
    if code is None:
        return [f"{NULL} AS _kind"]
    status, column = quoted("_s_" + code), quoted(code)
    sure = f"{status} = 'valid' AND regexp_matches({column}, '{LAYOUT}')"
    return [f"CASE WHEN {sure} THEN 'uscc' ELSE {sql.classify(column, status)} END AS _kind"]


def identification(resource: Resource, subjects: Subjects) -> list[str]:
    """The columns that say whom the row is about, from the columns that came before."""
    own = resource.subject
    code = quoted(own.code) if own.code else NULL
    status = quoted("_s_" + own.code) if own.code else NULL
    registration = quoted(own.registration_number) if own.registration_number else NULL
    organisation = quoted(own.organisation_code) if own.organisation_code else NULL
    name = quoted(own.name) if own.name else NULL
    right = f"_kind = 'uscc' AND {status} IN ('valid', 'uscc-grandfathered')"
    old = (
        f"CASE WHEN _kind = 'registration-number' THEN {code} "
        f"WHEN _kind = 'foreign-registration' THEN {sql.foreign_number(code)} END"
        if own.code
        else NULL
    )
    loose = f"CASE WHEN _kind = 'organisation-code' THEN {code} END"
    return [
        f"CASE WHEN {right} THEN {code} END AS _code",
        f"coalesce({old}, {registration}) AS _registration_number",
        f"coalesce({loose}, {organisation}) AS _organisation_raw",
        f"{name} AS _name_text",
        f"{comparable(name)} AS _name",
        f"{stated_type(resource, subjects)} AS _stated_type",
    ]


def settled(resource: Resource, subjects: Subjects) -> list[str]:
    """The columns that need those of ``identification``: type, identity number, sound organisation code."""
    natural = ", ".join(literal(k) for k in subjects.natural) or "''"
    person = f"_code IS NULL AND _stated_type IN ({natural})"
    identity = resource.subject.identity
    number = f"CASE WHEN {person} THEN {quoted(identity)} END" if identity else NULL
    by_prefix = sql.subject_type("_code", subjects.prefixes)
    fallback = literal(subjects.fallback) if subjects.fallback else NULL
    return [
        f"CASE WHEN _code IS NOT NULL THEN coalesce({by_prefix}, {fallback}) ELSE _stated_type END AS _subject_type",
        f"{number} AS _identity",
        f"CASE WHEN {sql.organisation_ok('_organisation_raw')} THEN _organisation_raw END AS _organisation_code",
    ]


def stated_type(resource: Resource, subjects: Subjects) -> str:
    """The subject type that a row without a code states: by its category, or the resource's only type."""
    if len(resource.subject_types) == 1:
        return literal(resource.subject_types[0])
    if resource.subject.category is None:
        return NULL
    cases = ""
    for category in {t.category for t in subjects.types.values()}:
        fitting = [k for k, t in subjects.types.items() if t.category == category]
        if len(fitting) == 1:
            cases += f" WHEN {literal(category)} THEN {literal(fitting[0])}"
    return f"CASE {quoted(resource.subject.category)}{cases} END" if cases else NULL
