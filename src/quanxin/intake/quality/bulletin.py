"""The bulletin of a period: lines with their rates, and what falls below the standard.

Invariant: a rate is rounded once, half up, to a hundredth of a percent, from two counts that stand beside it; a
provider is named only for a figure that can be read in its own lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from quanxin.archive.display import show_date
from quanxin.calendar import now
from quanxin.intake.quality.figures import Counts, District, Line, count
from quanxin.intake.quality.period import Period
from quanxin.policy import Rules
from quanxin.policy.model import Text
from quanxin.policy.quality import QualityStandard
from quanxin.runtime.pack import current_pack

HUNDREDTH = Decimal("0.01")


def percent(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` in percent, to a hundredth; None where there is no whole."""
    return (Decimal(part) * 100 / whole).quantize(HUNDREDTH, ROUND_HALF_UP) if whole else None


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of some counts, in percent; None where nothing was counted."""

    validity: Decimal | None
    stored: Decimal | None
    completeness: Decimal | None
    accuracy: Decimal | None
    late: Decimal | None
    wrong: Decimal | None
    righted: Decimal | None


def rates(c: Counts) -> Rates:
    """The rates of some counts."""
    return Rates(
        validity=percent(c.received - c.quarantined, c.received),
        stored=percent(c.stored, c.received),
        completeness=percent(c.expected - c.missing, c.expected),
        accuracy=percent(c.records - c.corrected, c.records),
        late=percent(c.late, c.judged),
        wrong=percent(c.wrong, c.received),
        righted=percent(c.righted, c.wrong),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the bulletin: whose, its counts and rates, what falls below the standard in words."""

    title: Text
    resource: Text | None
    counts: Counts
    rates: Rates
    last: dt.date | None = None
    below: tuple[Text, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What a bulletin says of a period, as known at a moment, by the standard of its last day."""

    period: Period
    known_at: dt.datetime
    standard: QualityStandard | None
    total: Shown
    providers: tuple[Shown, ...]
    lines: tuple[Shown, ...]
    districts: tuple[Shown, ...]
    district_lines: tuple[Shown, ...]

    @property
    def named(self) -> tuple[Shown, ...]:
        """The lines that fall below the standard."""
        return tuple(line for line in self.lines if line.below)


def bulletin(
    period: Period, *, known_at: dt.datetime | None = None, providers: Iterable[str] | None = None
) -> Bulletin:
    """The bulletin of a period, of all providers or some, as known at a moment (now)."""
    moment = known_at or now()
    rules = current_pack().on(period.last)
    standard = next(iter(rules.quality.values()), None)
    lines, districts = count(period, known_at=moment, providers=providers)
    return Bulletin(
        period=period,
        known_at=moment,
        standard=standard,
        total=_shown(Text(zh="合计", en="Total"), None, _sum(lines), standard),
        providers=tuple(
            _shown(
                _provider(rules, key), None, _sum([line for line in lines if line.provider == key]), standard, key=key
            )
            for key in dict.fromkeys(line.provider for line in lines)
        ),
        lines=tuple(_line(line, rules, standard) for line in lines),
        districts=tuple(_district(one, rules, standard) for one in _by_region(districts)),
        district_lines=tuple(_district(one, rules, standard) for one in districts),
    )


def _sum(lines: Iterable[Line]) -> Counts:
    total = Counts()
    for line in lines:
        total.add(line.counts)
    return total


def _by_region(districts: Iterable[District]) -> list[District]:
    sums: dict[str, District] = {}
    for one in districts:
        sums.setdefault(one.region, District(one.region, "", Counts())).counts.add(one.counts)
    return list(sums.values())


def _line(line: Line, rules: Rules, standard: QualityStandard | None) -> Shown:
    stale = (
        (Text(zh=f"自{show_date(line.last)}起未报送", en=f"Nothing handed in since {line.last}"),) if line.stale else ()
    )
    shown = _shown(_provider(rules, line.provider), _resource(rules, line.resource), line.counts, standard)
    return Shown(
        shown.title,
        shown.resource,
        shown.counts,
        shown.rates,
        line.last,
        (*shown.below, *stale),
        f"{line.provider}/{line.resource}",
    )


def _district(one: District, rules: Rules, standard: QualityStandard | None) -> Shown:
    divisions = {c.value: c.title for s in rules.code_sets.values() if s.key.startswith("division") for c in s.codes}
    title = divisions.get(one.region) or Text(zh=one.region or "未知", en=one.region or "unknown")
    return _shown(title, _resource(rules, one.resource) if one.resource else None, one.counts, standard, key=one.region)


def _shown(
    title: Text, resource: Text | None, counts: Counts, standard: QualityStandard | None, key: str = ""
) -> Shown:
    made = rates(counts)
    return Shown(title, resource, counts, made, below=tuple(_below(made, standard)) if standard else (), key=key)


def _below(made: Rates, standard: QualityStandard) -> Iterable[Text]:
    for zh, en, rate, least in (
        ("合规率", "Validity", made.validity, standard.validity),
        ("完整率", "Completeness", made.completeness, standard.completeness),
        ("准确率", "Accuracy", made.accuracy, standard.accuracy),
    ):
        if rate is not None and rate < least:
            yield Text(zh=f"{zh} {rate}% 低于 {least}%", en=f"{en} {rate}% is below {least}%")
    if made.late is not None and made.late > standard.mostly_late:
        yield Text(
            zh=f"迟报率 {made.late}% 超过 {standard.mostly_late}%",
            en=f"{made.late}% late, over {standard.mostly_late}%",
        )


def _provider(rules: Rules, key: str) -> Text:
    return rules.providers[key].title if key in rules.providers else Text(zh=key, en=key)


def _resource(rules: Rules, key: str) -> Text:
    return rules.resources[key].title if key in rules.resources else Text(zh=key, en=key)
