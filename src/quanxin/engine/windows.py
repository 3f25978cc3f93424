"""Windows: from when on a record may be repaired, until when it is public, and why not now.

Invariant: the regime, and the edition of the tiers that gives the shortest time, are those of the day of application;
whether and until when a record is public follows from the day of its decision, as ``engine.publish`` has it for every
row; what a law rules otherwise on that day prevails over both. Today has no part in it. The shortest time never ends
after the longest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from quanxin.calendar import add_months
from quanxin.engine.judging import Asked, Judged, judge_of
from quanxin.policy import Pack
from quanxin.policy.model import Basis, Resource, Text
from quanxin.policy.rights import Coverage, LawOverride, RepairRegime
from quanxin.policy.ruling import PublicationTiers, Tier


class Why(StrEnum):
    """Why a record cannot be repaired here on the day asked about."""

    NO_REGIME = "no-regime"
    NOT_COVERED = "not-covered"
    ENDED = "ended"
    ELSEWHERE = "elsewhere"
    UNPUBLISHED = "unpublished"
    NO_TIER = "no-tier"
    NO_DATE = "no-date"
    TOO_EARLY = "too-early"


WORDS: Mapping[Why, Text] = {
    Why.NO_REGIME: Text(zh="申请日没有可适用的信用修复规定", en="no rules of repair are in force on the day of application"),
    Why.NOT_COVERED: Text(zh="这类信息不适用信用修复", en="information of this sort is not repaired"),
    Why.ENDED: Text(zh="公示已经到期停止，不需要修复", en="its publication has ended; there is nothing to repair"),
    Why.ELSEWHERE: Text(zh="请向认定单位申请，本平台不受理", en="apply to the authority that decided it, not here"),
    Why.UNPUBLISHED: Text(zh="这条信息没有公示，不需要修复", en="it is not published; there is nothing to repair"),
    Why.NO_TIER: Text(zh="按现有信息不能确定档次，请联系提供单位核对", en="its tier cannot be told; its provider must check it"),
    Why.NO_DATE: Text(zh="没有决定日期，不能计算期限，请联系提供单位核对", en="it has no date; its provider must check it"),
    Why.TOO_EARLY: Text(zh="还没有达到最短公示期限", en="the shortest time of publication is not over yet"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """The window of a record for an application on a day.

    ``tier``, ``edition``, ``published`` and ``public_until`` (the last day; None for no end) are those of publication,
    by the rules of the day of the event. ``repair_tier`` and ``repair_edition`` are those of the day of application,
    which give the minimum. ``override`` is the law that prevails over both, ``regime`` and ``coverage`` what governs the
    application. ``repairable_from`` is the first day on which repair may be applied for, also where ``why`` says that
    it cannot be now or here; None where there is no such day or it cannot be told.
    """

    resource: str
    event_date: dt.date | None
    on: dt.date
    tier: str | None
    edition: PublicationTiers | None
    published: bool
    public_until: dt.date | None
    override: LawOverride | None
    regime: RepairRegime | None
    coverage: Coverage | None
    repair_tier: Tier | None
    repair_edition: PublicationTiers | None
    repairable_from: dt.date | None
    why: Why | None
    basis: tuple[Basis, ...]

    @property
    def repairable(self) -> bool:
        """Whether repair may be applied for here on the day asked about."""
        return self.why is None


def window(
    pack: Pack,
    resource: str,
    payload: Mapping[str, Any],
    event_date: dt.date | None,
    on: dt.date,
    *,
    subject_type: str | None = None,
) -> Window:
    """The window of one record for an application on a day.

    ``payload`` has the values by field key as records hold them: dates as ISO text, codes as lists. ``subject_type`` is
    the type of the record's subject, where that is known. Raises ``KeyError`` for a resource that the pack lacks and
    ``ValueError`` for a value that is not of its field's type.
    """
    return windows(pack, resource, [Asked(payload, event_date, subject_type)], on)[0]


def windows(pack: Pack, resource: str, records: Iterable[Asked], on: dt.date) -> list[Window]:
    """The windows of many records of a resource, in their order; as ``window``, with one question to the engine."""
    asked = list(records)
    judged = judge_of(pack, _version(pack, resource, on)).judge(asked)
    return [_window(pack, resource, record.event_date, found, on) for record, found in zip(asked, judged, strict=True)]


def _version(pack: Pack, resource: str, on: dt.date) -> Resource:
    """The version of a resource on a day, or of one out of force the one that was in force last before or first after."""
    if found := pack.on(on).resources.get(resource):
        return found
    history = pack.resource_history(resource)
    if not history:
        raise KeyError(resource)
    return next((version for version in reversed(history) if version.in_force.from_ <= on), history[0])


def _window(pack: Pack, resource: str, event: dt.date | None, judged: Judged, on: dt.date) -> Window:
    editions = pack.tiers_of(resource)
    edition = next((e for e in editions if event and e.in_force.covers(event)), None)
    at, repair_edition = next(((n, e) for n, e in enumerate(editions) if e.in_force.covers(on)), (0, None))
    repair_tier = _tier(repair_edition, judged.tiers[at]) if repair_edition else None
    override = pack.overrides_of(resource)[judged.override] if judged.override is not None else None
    regime = pack.regime_on(resource, on)
    coverage = regime.coverage(resource) if regime else None
    least = _least(pack, resource, coverage, repair_tier, override, on)
    start = _start(event, least, judged.public_until)
    tier = _tier(edition, judged.tier)
    grounds = (regime, coverage, override, edition, tier, repair_edition, repair_tier)
    return Window(
        resource,
        event,
        on,
        judged.tier,
        edition,
        judged.published,
        judged.public_until,
        override,
        regime,
        coverage,
        repair_tier,
        repair_edition,
        start,
        _why(pack, coverage, judged, (event, least, start), on),
        tuple(dict.fromkeys(basis for ground in grounds if ground for basis in ground.basis)),
    )


def _tier(edition: PublicationTiers | None, key: str | None) -> Tier | None:
    return next((t for t in edition.tiers if t.key == key), None) if edition else None


def _least(
    pack: Pack, resource: str, coverage: Coverage | None, tier: Tier | None, override: LawOverride | None, on: dt.date
) -> int | None:
    """The shortest time in months: what a law says, or else where the coverage takes it from; None if it is not told."""
    if coverage is None:
        return None
    if override and override.minimum_months is not None:
        return override.minimum_months
    match coverage.minimum:
        case "none":
            return 0
        case "months":
            return coverage.months
        case "list":
            own = pack.list_of(resource, on)
            said = own.earliest_removal_months if own else None
            return said if said is not None else coverage.months
        case "tiers":
            # what is minor is repaired as soon as its duties are done
            if override and override.published is False:
                return 0
            return None if tier is None else tier.minimum_months or 0 if tier.published else 0


def _start(event: dt.date | None, least: int | None, until: dt.date | None) -> dt.date | None:
    """The first day on which repair may be applied for: so many calendar months after the event, clamped at its end."""
    if event is None or least is None:
        return None
    start = add_months(event, least)
    return min(start, until) if until else start


def _why(
    pack: Pack,
    coverage: Coverage | None,
    judged: Judged,
    term: tuple[dt.date | None, int | None, dt.date | None],
    on: dt.date,
) -> Why | None:
    """Why not, the reason first that nothing else could heal; None where repair may be applied for."""
    event, least, start = term
    if coverage is None:
        return Why.NOT_COVERED if pack.on(on).repair else Why.NO_REGIME
    if judged.public_until is not None and judged.public_until < on:
        return Why.ENDED
    if not coverage.here:
        return Why.ELSEWHERE
    if coverage.minimum == "tiers" and least is None:
        return Why.NO_TIER
    if not judged.published and not coverage.unpublished:
        return Why.UNPUBLISHED
    if event is None and least:
        return Why.NO_DATE
    return Why.TOO_EARLY if start is not None and on < start else None
