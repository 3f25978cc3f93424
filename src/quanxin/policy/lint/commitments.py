"""Lints about commitments: nobody signs what no department can take, no duty is looked at by nobody's rule, and nothing
follows from a breach that its ground does not carry.

Invariant: under a pack that passes, whatever a template names is there; its texts fit the record that is made of them; what
it says to follow from a breach rests on a record of a breach.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from quanxin.policy import expressions
from quanxin.policy.commitments import (
    BREACH,
    DISCLOSURE,
    KIND_CODES,
    LONGEST,
    PUBLICITY_CODES,
    Match,
    Template,
    breakable,
)
from quanxin.policy.consequences import Measure
from quanxin.policy.model import Mode, Text
from quanxin.policy.pack import Pack

Found = Iterator[tuple[str, str]]


def commitment_unknown(pack: Pack, today: dt.date) -> Found:
    """A template that names a code, department, type of subject, list, measure, procedure, matter or resource that there is
    not."""
    for template in pack.commitments:
        where = _where(template)
        named: list[tuple[str, Iterable[str], Collection[str]]] = [
            ("kind", _uncoded(pack, KIND_CODES, template.kind), ()),
            ("publicity", _uncoded(pack, PUBLICITY_CODES, template.publicity), ()),
            ("department", template.departments, pack.providers),
            ("subject type", template.targets, pack.subject_types),
            ("procedure", [template.procedure] if template.procedure else [], _keys(pack.procedures)),
            ("excluded matter", template.excluded_matters, pack.excluded_matters),
            ("list", [key for one in template.exclusions for key in one.lists], _keys(pack.lists)),
            ("measure", [one.measure for one in template.breach_effects], _keys(pack.measures)),
            ("resource", [duty.match.resource for duty in template.duties if duty.match], _keys(pack.resources)),
            (
                "provider",
                [key for duty in template.duties if duty.match for key in duty.match.providers],
                pack.providers,
            ),
        ]
        for what, keys, known in named:
            for key in keys:
                if key not in known:
                    yield where, f"names the {what} {key}, which there is not"


def commitment_too_long(pack: Pack, today: dt.date) -> Found:
    """A text that does not fit into the record of a commitment, or one that lacks a language."""
    for template in pack.commitments:
        texts: list[tuple[str, Text]] = [("text", template.text), ("liability", template.liability)]
        texts += [(f"duties/{duty.key}", duty.text) for duty in template.duties]
        for name, text in texts:
            if len(text.zh) > LONGEST:
                yield f"{_where(template)}/{name}", f"is longer than the {LONGEST} characters of its record"
            if not text.zh.strip() or not text.en.strip():
                yield f"{_where(template)}/{name}", "is not said in both languages"


def commitment_effect_ungrounded(pack: Pack, today: dt.date) -> Found:
    """A measure said to follow from a breach whose ground the record of that breach does not make, or by no article; one that
    follows and is not said."""
    for template in pack.commitments:
        following = {one.key for one in pack.measures if _follows(pack, template, one)}
        said = {effect.measure: effect for effect in template.breach_effects}
        for key, effect in said.items():
            where = f"{_where(template)}/{key}"
            if key in _keys(pack.measures) and key not in following:
                yield where, f"is said to follow from a breach, and no record of {BREACH} that it makes grounds it"
            if not all(basis.article for basis in effect.basis):
                yield where, "names no article"
        for key in sorted(following - said.keys()):
            yield f"{_where(template)}/{key}", "follows from a breach, and is not said among its effects"


def _follows(pack: Pack, template: Template, measure: Measure) -> bool:
    """Whether the record of a breach, as the platform makes it, grounds a measure for somebody who may promise so."""
    meets = measure.in_force.overlaps(template.in_force) and set(template.targets) & set(measure.targets)
    if not meets or not breakable(pack, template):
        return False
    known = {DISCLOSURE: template.publicity}
    shown = all(
        version.publication.mode is not Mode.PUBLIC or expressions.comes_to(version.publication.when or "true", known)
        for version in pack.resource_history(BREACH)
    )
    made = (one for one in measure.triggers if one.resource == BREACH)
    return shown and any(expressions.comes_to(one.when, known) for one in made)


def commitment_duty_unusable(pack: Pack, today: dt.date) -> Found:
    """A duty matched by an expression that is not allowed, names no field, or depends on the day; an exclusion by a list
    that is of the honest."""
    for template in pack.commitments:
        for duty in template.duties:
            where = f"{_where(template)}/duties/{duty.key}"
            for problem in _match_problems(pack, duty.match) if duty.match else ():
                yield where, problem
        positive = {one.key for one in pack.lists if one.nature == "positive"}
        for exclusion in template.exclusions:
            for key in sorted(positive & set(exclusion.lists)):
                yield f"{_where(template)}/{exclusion.key}", f"excludes whoever is on {key}, a list of the honest"


def _match_problems(pack: Pack, match: Match) -> Iterator[str]:
    versions = pack.resource_history(match.resource)
    if not versions:
        return
    yield from expressions.check(match.when, set.intersection(*({f.key for f in one.fields} for one in versions)))
    if any(version.event_date is None for version in versions):
        yield f"is matched by {match.resource}, whose records have no day"
    for key in sorted((set(match.providers) & set(pack.providers)).difference(*(one.providers for one in versions))):
        yield f"is matched by what {key} hands in, which hands in no {match.resource}"


def _uncoded(pack: Pack, key: str, value: str) -> list[str]:
    """The value, unless a code set has it, or an open one lets it in."""
    found = [one for one in pack.code_sets if one.key == key]
    known = {code.value for one in found for code in one.codes}
    opened = any(one.open_prefix and value.startswith(one.open_prefix) for one in found)
    return [] if value in known or opened else [value]


def _keys(rules: Iterable[object]) -> set[str]:
    return {str(getattr(one, "key")) for one in rules}  # noqa: B009  rules of several kinds


def _where(template: Template) -> str:
    return f"commitments/{template.key}"
