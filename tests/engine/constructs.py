"""Few resources, put together of those of the rules, that hold every construct of them all.

Invariant: a construct that any resource of the rules has, one of these has too, over fields of the same types; which they
are depends on the rules alone.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from quanxin.policy import Rules
from quanxin.policy.expressions import columns
from quanxin.policy.model import Check, FieldDef, Resource

WHOLE = "administrative-penalty"  # taken as it is: no other has so much
SUBJECT = ("name", "code", "registration_number", "organisation_code", "identity", "category", "stated_on")
DAYS = ("event_date", "valid_from", "valid_until")


def covering(rules: Rules) -> list[Resource]:
    """Few resources that together have every kind of field, condition, check, subject, days, key and publication."""
    of = {key: constructs(resource, rules) for key, resource in rules.resources.items()}
    chosen, missing = [rules.resources[WHOLE]], set[Hashable]().union(*of.values()) - of[WHOLE]
    while frames := {key: frame for key in sorted(of) if (frame := _frame(of[key]) & missing)}:
        chosen.append(_bare(rules.resources[max(frames, key=lambda key: len(frames[key]))]))
        missing -= constructs(chosen[-1], rules)
    parts = [(r, part) for _, r in sorted(rules.resources.items()) for part in (*r.checks, *r.fields)]
    for resource, part in sorted(parts, key=lambda p: isinstance(p[1], FieldDef)):  # a check brings fields along
        if _kind(part, resource, rules) in missing:
            least = min(range(1, len(chosen)), key=lambda n: len(chosen[n].fields))
            chosen[least] = _with(chosen[least], resource, part)
            missing -= constructs(chosen[least], rules)
    return chosen


def constructs(resource: Resource, rules: Rules) -> set[Hashable]:
    """What of the rules' language a resource uses, whatever its fields are called."""
    found = {_kind(part, resource, rules) for part in (*resource.fields, *resource.checks)}
    own, publication = resource.subject, resource.publication
    found.add(("subject", own.role, *(bool(getattr(own, part)) for part in SUBJECT)))
    ends = (bool(publication.months), bool(publication.until), bool(publication.left), publication.tiers)
    found.add(("publication", publication.mode, *ends, _shape(publication.when, resource)))
    days = [getattr(resource, name) for name in DAYS]
    found.add(("days", *(resource.field(key).long_term if key else None for key in days)))
    return found | {("key", resource.field(key).type) for key in resource.natural_key}


def _kind(part: FieldDef | Check, resource: Resource, rules: Rules) -> Hashable:
    """What makes a field or a check another than others."""
    if isinstance(part, Check):
        return ("check", _shape(part.assert_, resource), _shape(part.when, resource), part.severity)
    codes = rules.code_sets[part.code_set] if part.code_set else None
    words = codes and (any({c.title.zh, *c.aliases} - {c.value} for c in codes.codes), codes.open_prefix)
    limits = (part.pattern, part.long_term, bool(part.minimum), bool(part.maximum), bool(part.max_length))
    return ("field", part.type, words, *limits, _shape(part.required, resource))


def _shape(expression: str | bool | None, resource: Resource) -> Hashable:
    """An expression with the types of its fields for their names."""
    if not isinstance(expression, str):
        return expression
    types = {f.key: f.type for f in resource.fields}
    tree = sqlglot.parse_one(expression, dialect="duckdb")
    return tree.transform(lambda n: exp.column(types[n.name]) if isinstance(n, exp.Column) else n).sql("duckdb")


def _frame(of: Iterable[Hashable]) -> set[Hashable]:
    """The constructs that a resource has once, and no other can be given."""
    return {kind for kind in of if isinstance(kind, tuple) and kind[0] not in ("field", "check")}


def _bare(resource: Resource) -> Resource:
    """A resource with no more than its subject, days, key and publication need."""
    needed = {getattr(resource.subject, part) for part in SUBJECT} | {getattr(resource, name) for name in DAYS}
    publication = resource.publication
    needed |= {publication.until, publication.left, *_spoken_of(publication.when), *resource.natural_key}
    kept = _closed(resource, {key for key in needed if key})
    return _changed(resource, fields=tuple(f for f in resource.fields if f.key in kept), checks=())


def _with(resource: Resource, other: Resource, part: FieldDef | Check) -> Resource:
    """A resource with a field or a check of another's too, and what that speaks of, under names of their own."""
    named = {part.key} if isinstance(part, FieldDef) else {*part.fields, *_spoken_of(part.assert_, part.when)}
    mark = f"n{len(resource.fields)}_{len(resource.checks)}_"
    names = {key: mark + key for key in _closed(other, named)}
    fields = tuple(
        _changed(f, key=names[f.key], required=_renamed(f.required, names)) for f in other.fields if f.key in names
    )
    checks = resource.checks
    if isinstance(part, Check):
        own = tuple(names[key] for key in part.fields)
        said = {"assert_": _renamed(part.assert_, names), "when": _renamed(part.when, names)}
        checks += (_changed(part, key=f"n{len(checks)}-{part.key}", fields=own, **said),)
    return _changed(resource, fields=(*resource.fields, *fields), checks=checks)


def _closed(resource: Resource, keys: set[str]) -> set[str]:
    """Fields, with those that say whether they are required."""
    more = keys.union(*(_spoken_of(resource.field(key).required) for key in keys))
    return keys if more == keys else _closed(resource, more)


def _spoken_of(*expressions: str | bool | None) -> set[str]:
    return set[str]().union(*(columns(e) for e in expressions if isinstance(e, str)))


def _renamed(expression: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(expression, str):
        return expression
    return re.sub(r"'[^']*'|\w+", lambda found: names.get(found[0], found[0]), expression)


def _changed(part: Any, **values: Any) -> Any:
    return part.model_copy(update=values)
