"""Lints about references: whatever a pack refers to by key is there.

Invariant: a pack that passes can be compiled: no field, code set, provider or category is missing when a row arrives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from quanxin.policy.kinds import BY_NAME, CARRIERS
from quanxin.policy.model import FieldType, Resource
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]


def unknown_reference(pack: Pack, today: dt.date) -> Found:
    """A provider, category, field, list, measure, tier, clock, model, purpose or resource, say, that is not there."""
    for resource in pack.resources:
        yield from _of_resource(pack, resource)
    resources = _keys(pack, "resources")
    yield from _of_rights(pack)
    for kind in ("lists", "tiers"):
        for rule in getattr(pack, kind):
            yield from _missing(f"{kind}/{rule.key}", "resource", (rule.resource,), resources)
    yield from _of_consequences(pack)
    yield from _of_checks(pack)
    yield from _of_schemes(pack)
    yield from _of_cases(pack)
    for model in pack.models:
        yield from _missing(f"models/{model.key}", "subject type", model.subject_types, pack.subject_types)
        for part in model.parts:
            yield from _missing(model.place(part), "resource", (part.resource,), resources)
        for indicator in model.indicators:
            where = model.place(indicator)
            yield from _missing(where, "model", (indicator.model,), _keys(pack, "models"))
            yield from _missing(where, "dimension", (indicator.dimension,), [d.key for d in model.dimensions])
    for case in pack.model_cases:
        where = f"model-tests/{case.title}"
        yield from _missing(where, "model", (case.model, *case.grades), _keys(pack, "models"))
        yield from _missing(where, "resource", [r.resource for r in case.records], resources)
    for clause in pack.clauses:
        for kind in CARRIERS:
            yield from _missing(f"plan/{clause.key}", kind, getattr(clause, kind), _keys(pack, kind))


def _of_consequences(pack: Pack) -> Found:
    for procedure in pack.procedures:
        where = f"procedures/{procedure.key}"
        yield from _missing(where, "purpose", (procedure.about.purpose,), _keys(pack, "purposes"))
    for one in pack.lists:
        where = f"lists/{one.key}"
        yield from _missing(where, "authority", (one.authority,), pack.providers)
        yield from _missing(where, "clock", [leaving.clock for leaving in one.removal], _keys(pack, "clocks"))
        yield from _missing(where, "procedure", (one.entered_by,), _keys(pack, "procedures"))
        for resource in pack.resource_history(one.resource):
            yield from _missing(where, "item", (one.removed,), [f.key for f in resource.fields])
    for measure in pack.measures:
        where = f"measures/{measure.key}"
        yield from _missing(where, "class", (measure.class_,), pack.measure_classes)
        yield from _missing(where, "list", [t.list for t in measure.triggers], _keys(pack, "lists"))
        yield from _missing(where, "resource", [t.resource for t in measure.triggers], _keys(pack, "resources"))
        yield from _missing(where, "enforcer", measure.enforcers, pack.providers)
        yield from _missing(where, "subject type", measure.targets, pack.subject_types)


def _of_cases(pack: Pack) -> Found:
    """The cases of what a subject with records comes to."""
    for kind, of, name in (
        ("measure", "measures", "measure_cases"),
        ("check item", "check_items", "check_cases"),
        ("scheme", "schemes", "scheme_cases"),
        ("list", "lists", "list_cases"),
        ("template", "commitments", "commitment_cases"),
    ):
        for case in pack.parts[name]:
            where = f"{BY_NAME[name].stem}/{case.title}"
            yield from _missing(where, kind, (getattr(case, kind.split()[-1]),), _keys(pack, of))
            yield from _missing(where, "subject type", (case.subject_type,), pack.subject_types)
            yield from _missing(where, "resource", [r.resource for r in case.records], _keys(pack, "resources"))


def _of_checks(pack: Pack) -> Found:
    for item in pack.check_items:
        where = f"check-items/{item.key}"
        yield from _missing(where, "department", (item.department,), pack.providers)
        yield from _missing(where, "situation", (item.situation,), pack.check_situations)
        yield from _missing(where, "purpose", (item.purpose,), _keys(pack, "purposes"))
        yield from _missing(where, "subject type", item.targets, pack.subject_types)
        yield from _missing(where, "resource", [r.resource for r in item.reads], _keys(pack, "resources"))
        yield from _missing(where, "list", item.lists, _keys(pack, "lists"))
        yield from _missing(where, "measure", item.measures, _keys(pack, "measures"))


def _of_schemes(pack: Pack) -> Found:
    for scheme in pack.schemes:
        where = f"schemes/{scheme.key}"
        yield from _missing(where, "field", (scheme.field,), pack.supervision_fields)
        yield from _missing(where, "department", (scheme.department,), pack.providers)
        yield from _missing(where, "subject type", scheme.targets, pack.subject_types)
        yield from _missing(where, "list", [t.list for t in scheme.triggers], _keys(pack, "lists"))
        named = [r.resource for r in scheme.ratings] + [r.resource for r in scheme.looked_at]
        yield from _missing(where, "resource", named, _keys(pack, "resources"))
    for matrix in pack.matrices:
        where = f"matrices/{matrix.key}"
        yield from _missing(where, "scheme", (matrix.scheme,), _keys(pack, "schemes"))
        yield from _missing(where, "model", (matrix.model,), _keys(pack, "models"))


def _of_rights(pack: Pack) -> Found:
    resources = _keys(pack, "resources")
    for regime in pack.repair:
        for coverage in regime.covers:
            yield from _missing(f"repair/{regime.key}/{coverage.key}", "resource", coverage.resources, resources)
    for rule in pack.overrides:
        yield from _missing(f"overrides/{rule.key}", "resource", (rule.resource,), resources)
    for purpose in pack.purposes:
        yield from _missing(f"purposes/{purpose.key}", "category", purpose.categories, pack.categories)
    for text in pack.consents:
        where = f"consents/{text.key}"
        yield from _missing(where, "resource", text.resources, resources)
        yield from _missing(where, "purpose", (text.purpose,), _keys(pack, "purposes"))


def _of_resource(pack: Pack, resource: Resource) -> Found:
    where = f"resources/{resource.key}"
    yield from _missing(where, "category", (resource.category,), pack.categories)
    yield from _missing(where, "provider", resource.providers, pack.providers)
    yield from _missing(where, "subject type", resource.subject_types, pack.subject_types)
    yield from _missing(where, "field", _fields_named(resource), [f.key for f in resource.fields])
    own = {edition.key for edition in pack.tiers_of(resource.key)}
    yield from _missing(where, "tiers of its own", (resource.publication.tiers,), own)


def _fields_named(resource: Resource) -> list[str | None]:
    own, checks = resource.subject, resource.checks
    return [
        own.name,
        own.code,
        own.registration_number,
        own.organisation_code,
        own.identity,
        own.category,
        own.stated_on,
        *(own.standing.model_dump().values() if own.standing else ()),
        resource.event_date,
        resource.valid_from,
        resource.valid_until,
        resource.publication.until,
        resource.publication.left,
        resource.deadline.from_,
        *resource.unique,
        *resource.summary,
        *(field for c in checks for field in c.fields),
    ]


def _keys(pack: Pack, kind: str) -> set[str]:
    return {rule.key for rule in getattr(pack, kind)}


def _missing(where: str, name: str, keys: Collection[str | None], known: Collection[str]) -> Found:
    for key in dict.fromkeys(keys):
        if key is not None and key not in known:
            yield where, f"names the {name} {key}, which there is not"


def code_set_missing(pack: Pack, today: dt.date) -> Found:
    """A coded field without a code set, or any with one that is not in force while the resource is.

    A division may go without: it is then kept as it is written.
    """
    for resource in pack.resources:
        for field in resource.fields:
            where = f"resources/{resource.key}/{field.key}"
            if field.code_set is None:
                if field.type in (FieldType.CODE, FieldType.CODES):
                    yield where, "has no code set"
                continue
            sets = [s for s in pack.code_sets if s.key == field.code_set]
            computed = field.code_set in pack.on(today).code_sets and not sets
            if not computed and not any(s.in_force.overlaps(resource.in_force) for s in sets):
                yield where, f"has no code set in force ({field.code_set})"
