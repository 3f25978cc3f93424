"""Counting how well was handed in.

Invariant: a row is counted in the period in which its file was first received, whatever became of it by a replay
later; a row whose day of receipt cannot be judged yet, for the calendar is provisional, is counted as unjudged.

What is counted, by provider and resource (definitions as published bulletins give them):

- received; the five buckets of the first receipt; ``stored``, the rows in the archive by now, replays included;
- validity (合规率): rows not quarantined at their first receipt ÷ received;
- completeness (完整率): required items supplied ÷ required items of all rows received;
- accuracy (准确率): records that were not replaced by a correction of the same event or withdrawn as mistaken ÷ records;
- lateness (迟报率, V06): records that came later than the resource's working days after their decision ÷ those judged;
- wrong codes (重错码率) and those of them put right (纠正率);
- freshness: days since the last hand-in, and whether the resource's rhythm allows as many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from quanxin.calendar import day_of, now
from quanxin.intake.quality.period import Period
from quanxin.policy.model import Resource
from quanxin.policy.quality import QualityStandard
from quanxin.runtime.bridge import pg_cursor
from quanxin.runtime.pack import current_pack

# The hand-ins of the period with their replays: each batch, and the hand-in that its rows first came by.
FAMILY = """
WITH RECURSIVE family AS (
    SELECT id, id AS root, provider, resource, received_on, recorded_at FROM archive_batch
    WHERE replay_of_id IS NULL AND received_on BETWEEN %(first)s AND %(last)s AND recorded_at <= %(known)s
    UNION ALL
    SELECT b.id, f.root, f.provider, f.resource, f.received_on, b.recorded_at
    FROM archive_batch b JOIN family f ON b.replay_of_id = f.id WHERE b.recorded_at <= %(known)s
)
"""
BATCHES = f"""{FAMILY}
SELECT f.provider, f.resource, sum(b.received) FILTER (WHERE f.id = f.root),
       sum(b.accepted) FILTER (WHERE f.id = f.root), sum(b.updated) FILTER (WHERE f.id = f.root),
       sum(b.duplicate) FILTER (WHERE f.id = f.root), sum(b.quarantined) FILTER (WHERE f.id = f.root),
       sum(b.unlinked) FILTER (WHERE f.id = f.root), sum(b.accepted + b.updated + b.duplicate),
       count(*) FILTER (WHERE f.id = f.root)
FROM family f JOIN archive_batch b ON b.id = f.id GROUP BY 1, 2 ORDER BY 1, 2
"""
HELD = f"""{FAMILY}
SELECT f.provider, f.resource,
       sum((SELECT count(*) FROM jsonb_array_elements(h.issues) i WHERE i ->> 'code' = 'missing-required')),
       count(*) FILTER (WHERE wrong), count(*) FILTER (WHERE wrong AND r.recorded_at <= %(known)s)
FROM family f JOIN intake_held h ON h.batch_id = f.root
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT 1 FROM jsonb_array_elements(h.issues) i WHERE i ->> 'code' = ANY(%(wrong)s)) AS wrong) w
LEFT JOIN archive_batch r ON r.id = h.released_by_id
WHERE f.id = f.root AND r.id IS DISTINCT FROM f.root GROUP BY 1, 2
"""
# Records by the day that their term runs from and the day they came, for each district: few rows out of many. What
# stands no more is looked up by CASE, for AND looks at both of its sides where one is NULL.
RECORDS = f"""{FAMILY}
SELECT f.provider, f.resource, s.region, CASE WHEN r.version = 1 THEN d.day END, f.received_on, count(*),
       count(*) FILTER (WHERE replaced OR withdrawn)
FROM family f
JOIN archive_record r ON r.batch_id = f.id AND r.recorded_at = f.recorded_at
JOIN subjects_subject s ON s.id = r.subject_id
LEFT JOIN unnest(%(resources)s::text[], %(fields)s::text[]) t(resource, field) ON t.resource = f.resource
CROSS JOIN LATERAL (SELECT (r.payload ->> t.field)::date AS day) d
CROSS JOIN LATERAL (SELECT CASE WHEN r.superseded_at <= %(known)s THEN EXISTS (
    SELECT 1 FROM archive_record n WHERE n.subject_id = r.subject_id AND n.resource = r.resource
    AND n.key_hash = r.key_hash AND n.version = r.version + 1 AND n.provider = r.provider
    AND n.event_date IS NOT DISTINCT FROM r.event_date AND n.recorded_at <= %(known)s) END AS replaced) n
CROSS JOIN LATERAL (SELECT CASE WHEN r.superseded_at <= %(known)s THEN EXISTS (
    SELECT 1 FROM archive_withdrawnrecord x JOIN archive_withdrawal w ON w.id = x.withdrawal_id
    WHERE x.record_id = r.id AND w.kind IN ('mistaken', 'taken-back') AND w.at <= %(known)s) END AS withdrawn) w
GROUP BY 1, 2, 3, 4, 5
"""
LAST = """
SELECT provider, resource, max(received_on) FROM archive_batch
WHERE replay_of_id IS NULL AND recorded_at <= %(known)s GROUP BY 1, 2
"""


@dataclass(slots=True)
class Counts:
    """Counts that add up over lines. ``received`` = the five buckets; ``judged`` + ``unjudged`` = first versions that
    have a term; ``expected`` and ``missing`` are required items."""

    batches: int = 0
    received: int = 0
    accepted: int = 0
    updated: int = 0
    duplicate: int = 0
    quarantined: int = 0
    unlinked: int = 0
    stored: int = 0
    expected: int = 0
    missing: int = 0
    records: int = 0
    corrected: int = 0
    judged: int = 0
    late: int = 0
    unjudged: int = 0
    wrong: int = 0
    righted: int = 0

    def add(self, other: Counts) -> None:
        """Add another's counts to these."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(slots=True)
class Line:
    """The counts of a provider and a resource; ``last`` is the day of the latest hand-in, ``stale`` whether the rhythm
    of the resource allows no such silence (None: it has none)."""

    provider: str
    resource: str
    counts: Counts
    last: dt.date | None = None
    stale: bool | None = None


@dataclass(slots=True)
class District:
    """Records of a district by division code (empty: unknown) and resource: entered, judged, late, corrected."""

    region: str
    resource: str
    counts: Counts


def count(
    period: Period, *, known_at: dt.datetime | None = None, providers: Iterable[str] | None = None
) -> tuple[list[Line], list[District]]:
    """The lines of a period, by provider and resource, and by district and resource, each in order.

    ``known_at`` is the moment whose knowledge counts (now); ``providers`` narrows to some providers' hand-ins.
    """
    rules = current_pack().on(period.last)
    only = None if providers is None else set(providers)
    asked = _question(period, known_at or now(), rules.resources.values(), rules.quality.values())
    lines: dict[tuple[str, str], Line] = {}
    districts: dict[tuple[str, str], District] = {}

    def line(provider: str, resource: str) -> Counts:
        return lines.setdefault((provider, resource), Line(provider, resource, Counts())).counts

    for provider, resource, *numbers in _ask(BATCHES, asked, only):
        _count_batches(line(provider, resource), numbers, rules.resources.get(resource))
    for provider, resource, missing, wrong, righted in _ask(HELD, asked, only):
        line(provider, resource).add(Counts(missing=int(missing), wrong=wrong, righted=righted))
    for provider, resource, region, day, arrived, records, corrected in _ask(RECORDS, asked, only):
        made = _judged(rules.resources.get(resource), day, arrived, records)
        made.records, made.corrected = records, corrected
        line(provider, resource).add(made)
        districts.setdefault((region, resource), District(region, resource, Counts())).counts.add(made)
    until = min(period.last, day_of(asked["known"]))
    _freshness(lines, asked, only, until, rules.resources, rules.quality.values())
    return [lines[key] for key in sorted(lines)], [districts[key] for key in sorted(districts)]


def _question(
    period: Period, known: dt.datetime, resources: Iterable[Resource], standards: Iterable[QualityStandard]
) -> dict[str, Any]:
    terms = [(r.key, r.deadline.from_) for r in resources if r.deadline.working_days is not None and r.deadline.from_]
    return {
        "first": period.first,
        "last": period.last,
        "known": known,
        "resources": [key for key, _ in terms],
        "fields": [field for _, field in terms],
        "wrong": [code for s in standards for code in s.wrong_code],
    }


def _ask(query: str, asked: dict[str, Any], only: set[str] | None) -> list[Sequence[Any]]:
    with pg_cursor() as cursor:
        cursor.execute(query, asked)
        return [row for row in cursor.fetchall() if only is None or row[0] in only]


def _count_batches(counts: Counts, numbers: Sequence[Any], resource: Resource | None) -> None:
    received, accepted, updated, duplicate, quarantined, unlinked, stored, batches = (int(n or 0) for n in numbers)
    required = sum(1 for f in resource.fields if f.required is True) if resource else 0
    counts.add(
        Counts(
            batches=batches,
            received=received,
            accepted=accepted,
            updated=updated,
            duplicate=duplicate,
            quarantined=quarantined,
            unlinked=unlinked,
            stored=stored,
            expected=received * required,
        )
    )


def _judged(resource: Resource | None, day: dt.date | None, arrived: dt.date, records: int) -> Counts:
    """Whether so many records came in time, by the calendar of the pack."""
    allowed = resource.deadline.working_days if resource else None
    if allowed is None or day is None:
        return Counts()
    late = current_pack().calendar.lateness(day, arrived, allowed).late
    if late is None:
        return Counts(unjudged=records)
    return Counts(judged=records, late=records if late else 0)


def _freshness(
    lines: dict[tuple[str, str], Line],
    asked: dict[str, Any],
    only: set[str] | None,
    until: dt.date,
    resources: Any,
    standards: Iterable[QualityStandard],
) -> None:
    """Say of each line, and of each that was silent, when the last hand-in was, and whether that is too long ago."""
    allowed: dict[str, int] = {rhythm: days for s in standards for rhythm, days in s.silent_days.items()}
    for provider, resource, last in _ask(LAST, asked, only):
        if resource not in resources:
            continue
        line = lines.setdefault((provider, resource), Line(provider, resource, Counts()))
        line.last = last
        days = allowed.get(resources[resource].deadline.rhythm or "")
        line.stale = None if days is None else (until - last).days > days
