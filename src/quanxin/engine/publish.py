"""Whether and until when a record is public, from its resource and the publication tiers of its day.

Invariant: a natural person's record is never public. The tiers in force on the day of the decision decide, not those
of today; of several that fit the last and heaviest counts; months are calendar months and clamp at their ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from quanxin.calendar.sql import add_months
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.subject import Subjects
from quanxin.engine.values import sentinels
from quanxin.policy.model import Mode, Resource
from quanxin.policy.ruling import PublicationTiers

NO_DATE = "CAST(NULL AS DATE)"


def dates(resource: Resource) -> list[str]:
    """The columns ``_event_date``, ``_stated_on``, ``_valid_from``, ``_valid_until``; what has no end has no last day."""
    made = []
    for name, key in (
        ("_event_date", resource.event_date), ("_valid_from", resource.valid_from), ("_valid_until", resource.valid_until)
    ):  # fmt: skip
        column = quoted(key) if key else NO_DATE
        if key and (endless := sentinels(resource.field(key).long_term)):
            column = f"CASE WHEN {column} NOT IN ({', '.join(f'DATE {literal(s)}' for s in endless)}) THEN {column} END"
        made.append(f"{column} AS {name}")
    event = quoted(resource.event_date) if resource.event_date else NO_DATE
    stated = resource.subject.stated_on
    made.append(f"{f'coalesce({quoted(stated)}, {event})' if stated else event} AS _stated_on")
    return made


def tier(tiers: Sequence[PublicationTiers]) -> str:
    """The key of the tier that the row falls in, by the edition in force on the day of its event."""
    editions = [f"WHEN {_in_force(edition)} THEN {_heaviest(edition)}" for edition in tiers]
    return f"CASE {' '.join(editions)} END" if editions else "CAST(NULL AS VARCHAR)"


def published(resource: Resource, tiers: Sequence[PublicationTiers], subjects: Subjects) -> str:
    """Whether the record is public at all."""
    if resource.publication.mode is not Mode.PUBLIC:
        return "false"
    natural = ", ".join(literal(k) for k in subjects.natural)
    persons = any(subjects.types[k].natural for k in resource.subject_types)
    # where a row may be a person's, one whose type is not known stays out of sight
    organisation = f"coalesce(_subject_type NOT IN ({natural}), false)" if persons else "true"
    if not tiers:
        return organisation
    hidden = [
        f"WHEN {_in_force(edition)} AND _tier = {literal(t.key)} THEN false"
        for edition in tiers
        for t in edition.tiers
        if not t.published
    ]
    # a decision that no tier covers stays out of sight: deny first
    return f"CASE {' '.join(hidden)} WHEN _tier IS NULL THEN false ELSE {organisation} END"


def public_until(resource: Resource, tiers: Sequence[PublicationTiers]) -> str:
    """The last day on which a public record is public; NULL for one without end."""
    rule = resource.publication
    if rule.mode is not Mode.PUBLIC:
        return NO_DATE
    if rule.months is not None:
        return add_months("_event_date", rule.months)
    if rule.until is not None:
        return "_valid_until" if rule.until == resource.valid_until else quoted(rule.until)
    ends = [
        f"WHEN {_in_force(edition)} AND _tier = {literal(t.key)} THEN {add_months('_event_date', t.maximum_months)}"
        for edition in tiers
        for t in edition.tiers
        if t.published and t.maximum_months is not None
    ]
    return f"CASE {' '.join(ends)} END" if ends else NO_DATE


def _in_force(edition: PublicationTiers) -> str:
    first, last = edition.in_force.from_, edition.in_force.until
    until = f" AND _event_date <= DATE '{last}'" if last else ""
    return f"_event_date >= DATE '{first}'{until}"


def _heaviest(edition: PublicationTiers) -> str:
    """The heaviest tier whose condition holds: tiers stand in the pack from light to heavy."""
    cases = (f"WHEN ({t.when}) THEN {literal(t.key)}" for t in reversed(edition.tiers))
    return f"CASE {' '.join(cases)} END"
