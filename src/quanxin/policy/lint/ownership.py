"""Lints about whose a record is.

Invariant: where several providers hand in the same resource, the pack says whose its records are; of a common register it
says who prevails on every day on which the resource is in force, and which article says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from quanxin.policy.model import FieldType, Resource
from quanxin.policy.ownership import CommonRegister
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]
# What can name an authority so that two spellings of one name are not two authorities.
_NAMING = (FieldType.USCC, FieldType.ORGANISATION_CODE, FieldType.CODE, FieldType.DIVISION)


def ownership_undeclared(pack: Pack, today: dt.date) -> Found:
    """A resource of several providers that does not say whose its records are."""
    for resource in pack.resources:
        if len(resource.providers) > 1 and "ownership" not in resource.model_fields_set:
            yield f"resources/{resource.key}", "is shared by several providers: say in ownership whose its records are"


def ownership_unusable(pack: Pack, today: dt.date) -> Found:
    """An authority without a code field that names it, or a common register without precedence, basis or days for it."""
    for resource in pack.resources:
        where, own = f"resources/{resource.key}/ownership", resource.ownership
        if own.by == "authority":
            field = next((f for f in resource.fields if f.key == own.field), None)
            if field is None:
                yield where, f"names the field {own.field}, which there is not"
            elif field.type not in _NAMING:
                yield where, f"tells authorities by {own.field}, which is a {field.type}: name a field with their code"
        elif own.by == "register":
            yield from ((where, problem) for problem in _register(resource, own))


def _register(resource: Resource, own: CommonRegister) -> Iterator[str]:
    if len(resource.providers) < 2:
        yield "is a common register of one provider"
    for one in own.precedence:
        if not one.basis:
            yield f"says who prevails from {one.in_force.from_} without a basis: name the title and article"
        if one.in_force.until and one.in_force.until < one.in_force.from_:
            yield f"has a precedence from {one.in_force.from_} that ends before it begins"
        if unknown := [key for key in one.prevails if key not in resource.providers]:
            yield f"lets {', '.join(unknown)} prevail, which hand nothing in here"
        if len(set(one.prevails)) < len(one.prevails):
            yield f"names a provider twice in the precedence from {one.in_force.from_}"
    yield from _days(resource, own)


def _days(resource: Resource, own: CommonRegister) -> Iterator[str]:
    """Days on which the resource is in force and nobody, or more than one order, prevails."""
    periods = sorted((one.in_force for one in own.precedence), key=lambda period: period.from_)
    if periods[0].from_ > resource.in_force.from_:
        yield f"does not say who prevails before {periods[0].from_}"
    for one, following in pairwise(periods):
        if one.overlaps(following):
            yield f"has two precedences in force, from {one.from_} and {following.from_}"
        elif one.until and one.until + dt.timedelta(days=1) < following.from_:
            yield f"does not say who prevails between {one.until} and {following.from_}"
    last, end = periods[-1].until, resource.in_force.until
    if last and (end is None or last < end):
        yield f"does not say who prevails after {last}"
