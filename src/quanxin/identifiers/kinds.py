"""Telling what stands in a code column.

Invariant: every text is exactly one kind, the same in Python and in SQL, and an old number is never taken for a code
or turned into one. A number that passes as a 统一社会信用代码 and as a 居民身份证 is decided by its layout: the
department and kind of GB 32100 in front, a province after.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from quanxin.identifiers import identity, organisation, registration, uscc
from quanxin.identifiers.normalise import normalise_code
from quanxin.identifiers.status import State, Status, invalid

# GB 32100-2015, table 1 (department and kind of institution), then a province of GB/T 2260 or 10 for the state
LAYOUT = (
    "^(1[1239]|2[19]|3[1234569]|4[19]|5[123459]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1239]|Y1)"
    "(10|1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])"
)
_LAYOUT = re.compile(LAYOUT)
_ORGANISATION = re.compile(organisation.SHAPE)
_REGISTRATION = re.compile(f"{registration.SHAPE}|{registration.LEGACY_SHAPE}")
_OLD_PERMIT = re.compile(identity.FOREIGN_SHAPE)


class Kind(StrEnum):
    """Kinds of identifier; ``unknown`` is a text that has the form of none."""

    USCC = "uscc"
    PLACEHOLDER = "placeholder"
    REGISTRATION = "registration-number"
    FOREIGN_REGISTRATION = "foreign-registration"
    ORGANISATION = "organisation-code"
    IDENTITY = "identity"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a text was found to be: its kind, its normalised value, the verdict on it, notes for the clerk."""

    kind: Kind
    value: str
    status: Status
    notes: tuple[str, ...] = ()


def classify(text: str, today: dt.date) -> Identifier:
    """Tell what stands in a code column; ``today`` is the day on which a person's number is judged."""
    code = normalise_code(text)
    kind = _kind(code, uscc.check(code))
    if kind is Kind.IDENTITY:
        return Identifier(kind, code, identity.check(code, today))
    if kind is Kind.ORGANISATION:
        return Identifier(kind, code, organisation.check(code), ("code-is-organisation-code",))
    if kind is Kind.REGISTRATION:
        return Identifier(kind, code, registration.check(code), ("code-is-registration-number",))
    if kind is Kind.FOREIGN_REGISTRATION:
        number = registration.foreign_number(code) or code
        return Identifier(kind, number, Status(State.GRANDFATHERED, "code-is-foreign-registration"))
    if kind is Kind.UNKNOWN:
        return Identifier(kind, code, invalid("uscc-length"))
    status = uscc.check(text)
    return Identifier(kind, code, status, status.notes)


def subject_type(code: str, prefixes: Mapping[str, str]) -> str | None:
    """The subject type of a code by its first two characters, from a table prefix → type; None where none fits."""
    return prefixes.get(normalise_code(code)[:2])


def _kind(code: str, status: Status) -> Kind:
    if status.code == "uscc-placeholder":
        return Kind.PLACEHOLDER
    if registration.foreign_number(code):  # may be as long as a code
        return Kind.FOREIGN_REGISTRATION
    if len(code) == uscc.LENGTH:
        return Kind.IDENTITY if _is_person(code, status.accepted) else Kind.USCC
    if _REGISTRATION.fullmatch(code):
        person = identity.has_form(code) and not registration.check(code).accepted
        return Kind.IDENTITY if person else Kind.REGISTRATION
    if _ORGANISATION.fullmatch(code):
        return Kind.ORGANISATION
    return Kind.IDENTITY if _OLD_PERMIT.fullmatch(code) else Kind.UNKNOWN


def _is_person(code: str, is_code: bool) -> bool:
    if not identity.has_form(code):
        return False
    person = identity.passes(code)
    return person if person != is_code else _LAYOUT.match(code) is None
