"""Which resources hold every construct of the rules between them.

Invariant: a construct that any resource of the rules has, one of the chosen has too; which are chosen depends on the
rules alone.
"""

from __future__ import annotations

from collections.abc import Hashable

import sqlglot
from sqlglot import exp

from quanxin.policy import Rules
from quanxin.policy.model import Resource

SUBJECT = ("name", "code", "registration_number", "organisation_code", "identity", "category", "stated_on")


def covering(rules: Rules) -> list[str]:
    """Few resources that together have every kind of field, condition, check, subject and publication."""
    of = {key: constructs(resource) for key, resource in rules.resources.items()}
    missing, chosen = set[Hashable]().union(*of.values()), []
    while missing:
        key = max(sorted(of), key=lambda k: len(of[k] & missing))
        chosen.append(key)
        missing -= of[key]
    return sorted(chosen)


def constructs(resource: Resource) -> set[Hashable]:
    """What of the rules' language a resource uses, whatever its fields are called."""
    found: set[Hashable] = {
        (f.type, bool(f.code_set), f.pattern, f.long_term, bool(f.minimum), bool(f.maximum), _shape(f.required))
        for f in resource.fields
    }
    found |= {(_shape(c.assert_), _shape(c.when), c.severity) for c in resource.checks}
    found.add((resource.subject.role, *(bool(getattr(resource.subject, part)) for part in SUBJECT)))
    publication = resource.publication
    found.add((publication.mode, bool(publication.months), bool(publication.until), publication.tiers))
    return found


def _shape(expression: str | bool | None) -> Hashable:
    """An expression without the names of its fields."""
    if not isinstance(expression, str):
        return expression
    tree = sqlglot.parse_one(expression, dialect="duckdb")
    return tree.transform(lambda n: exp.column("x") if isinstance(n, exp.Column) else n).sql("duckdb")
