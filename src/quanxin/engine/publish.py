"""Whether and until when a record is public, from its resource and the publication tiers of its day.

Invariant: a natural person's record is never public. The tiers in force on the day of the decision decide, not those
of today; of several that fit the last and heaviest counts; what a law rules otherwise prevails over any tier, and of
several such laws the longest counts; months are calendar months and clamp at their ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from quanxin.calendar.sql import add_months
from quanxin.engine.dates import sentinels
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.subject import Subjects
from quanxin.policy.model import InForce, Mode, Resource
from quanxin.policy.rights import LawOverride
from quanxin.policy.ruling import PublicationTiers

NO_DATE = "CAST(NULL AS DATE)"


def dates(resource: Resource) -> list[str]:
    """The columns ``_event_date``, ``_stated_on``, ``_valid_from``, ``_valid_until``; what has no end has no last day."""
    made = []
    for name, key in (
        ("_event_date", resource.event_date),
        ("_valid_from", resource.valid_from),
        ("_valid_until", resource.valid_until),
    ):
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
    editions = [f"WHEN {_in_force(edition.in_force)} THEN {heaviest(edition)}" for edition in tiers]
    return f"CASE {' '.join(editions)} END" if editions else "CAST(NULL AS VARCHAR)"


def override(overrides: Sequence[LawOverride]) -> str:
    """The place among ``overrides`` of the law that rules otherwise for the row, in force on the day of its event.

    They are given the longest first, as ``Pack.overrides_of`` does.
    """
    laws = [f"WHEN {_in_force(law.in_force)} AND ({law.when}) THEN {n}" for n, law in enumerate(overrides)]
    return f"CASE {' '.join(laws)} END" if laws else "CAST(NULL AS INTEGER)"


def published(
    resource: Resource, tiers: Sequence[PublicationTiers], subjects: Subjects, overrides: Sequence[LawOverride] = ()
) -> str:
    """Whether the record is public at all; with ``overrides``, ``_override`` is the column of the one that holds."""
    if resource.publication.mode is not Mode.PUBLIC:
        return "false"
    natural = ", ".join(literal(k) for k in subjects.natural)
    persons = any(subjects.types[k].natural for k in resource.subject_types)
    # where a row may be a person's, one whose type is not known stays out of sight
    organisation = f"coalesce(_subject_type NOT IN ({natural}), false)" if persons else "true"
    if resource.publication.when:
        organisation = f"({organisation} AND coalesce(({resource.publication.when}), false))"
    ruled = "".join(
        f" WHEN {n} THEN {organisation if law.published else 'false'}"
        for n, law in enumerate(overrides)
        if law.published is not None
    )
    usual = _by_tier(tiers, organisation)
    return f"CASE _override{ruled} ELSE {usual} END" if ruled else usual


def _by_tier(tiers: Sequence[PublicationTiers], organisation: str) -> str:
    if not tiers:
        return organisation
    hidden = [
        f"WHEN {_in_force(edition.in_force)} AND _tier = {literal(t.key)} THEN false"
        for edition in tiers
        for t in edition.tiers
        if not t.published
    ]
    # a decision that no tier covers stays out of sight: deny first
    return f"CASE {' '.join(hidden)} WHEN _tier IS NULL THEN false ELSE {organisation} END"


def public_until(resource: Resource, tiers: Sequence[PublicationTiers], overrides: Sequence[LawOverride] = ()) -> str:
    """The last day on which a public record is public; NULL for one without end. ``overrides`` as for ``published``."""
    if resource.publication.mode is not Mode.PUBLIC:
        return NO_DATE
    ruled = "".join(f" WHEN {n} THEN {end}" for n, law in enumerate(overrides) if (end := _ruled_end(law)))
    usual = _usual_end(resource, tiers)
    end = f"CASE _override{ruled} ELSE {usual} END" if ruled else usual
    left = resource.publication.left
    return f"least({end}, CAST({quoted(left)} - INTERVAL '1' DAY AS DATE))" if left else end


def _ruled_end(law: LawOverride) -> str | None:
    """The last day that a law rules; None where it leaves that to the tier."""
    if law.published is False:
        return NO_DATE
    return None if law.maximum_months is None else add_months("_event_date", law.maximum_months)


def _usual_end(resource: Resource, tiers: Sequence[PublicationTiers]) -> str:
    rule = resource.publication
    term = add_months("_event_date", rule.months) if rule.months is not None else None
    if rule.until is not None:
        stated = "_valid_until" if rule.until == resource.valid_until else quoted(rule.until)
        return f"coalesce({stated}, {term})" if term else stated
    if term:
        return term
    ends = [
        f"WHEN {_in_force(edition.in_force)} AND _tier = {literal(t.key)} THEN {add_months('_event_date', t.maximum_months)}"
        for edition in tiers
        for t in edition.tiers
        if t.published and t.maximum_months is not None
    ]
    return f"CASE {' '.join(ends)} END" if ends else NO_DATE


def _in_force(period: InForce) -> str:
    first, last = period.from_, period.until
    until = f" AND _event_date <= DATE '{last}'" if last else ""
    return f"_event_date >= DATE '{first}'{until}"


def heaviest(edition: PublicationTiers) -> str:
    """The heaviest tier whose condition holds: tiers stand in the pack from light to heavy."""
    cases = (f"WHEN ({t.when}) THEN {literal(t.key)}" for t in reversed(edition.tiers))
    return f"CASE {' '.join(cases)} END"
