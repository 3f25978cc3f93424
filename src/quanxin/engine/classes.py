"""Compiling schemes of classes to SQL: what puts subjects on which level on a day.

Invariant: a class is made of the grounds of ``engine.grounds`` and nothing else: of ratings the newest that holds, of lists
and records whatever holds, of all of them the worst, or the newest where the scheme says so. What a decision holds grounds
nothing, nor does what has ended; what began since the scheme's last refresh does not count yet. The text answers for one
subject, for a city and on Spark.

A ground of a level is named ``class/SCHEME/LEVEL`` (a record), ``list/KEY`` (a list) or ``rating/SCHEME/LEVEL``; what makes a
subject one of the scheme's ``holder/SCHEME``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import NamedTuple

from quanxin.engine.days import DAY
from quanxin.engine.grounds import LISTED, Program, Wanted, sources_of
from quanxin.engine.normalise import literal, quoted
from quanxin.policy import Pack
from quanxin.policy.expressions import columns
from quanxin.policy.supervision import Rating, Scheme

CLASS, RATED, HOLDER = "class/", "rating/", "holder/"  # how a ground is named
EVERYONE = "everyone/"  # no ground: the level of whoever has none
# ``place`` of the level, the best 0; -1 for what only makes a subject one of the scheme's. ``part``: how it counts;
# what is ``triggered`` counts for whoever is of the scheme, what is ``open`` for everyone.
COLUMNS = {
    "ground": "VARCHAR",
    "scheme": "VARCHAR",
    "type": "VARCHAR",
    "level": "VARCHAR",
    "place": "INTEGER",
    "part": "VARCHAR",
    "refresh": "VARCHAR",
    "latest": "BOOLEAN",
}
_REFRESHED = f"CASE r.refresh WHEN 'monthly' THEN CAST(date_trunc('month', {DAY}) AS DATE) "
_REFRESHED += f"WHEN 'quarterly' THEN CAST(date_trunc('quarter', {DAY}) AS DATE) ELSE {DAY} END"
# whose a ground is comes before its rules: by the ground alone it would meet those of every type of subject
_TYPED = (
    "SELECT g.subject_id, g.id, g.resource, g.ground, g.since, g.until, p.type "
    "FROM grounds AS g JOIN population AS p ON p.subject_id = g.subject_id "
    f"WHERE g.held IS NULL AND (g.until IS NULL OR g.until >= {DAY})"
)
_LIVE = (
    "SELECT t.subject_id, t.id, t.resource, t.ground, t.since, t.until, r.scheme, r.level, r.place, r.part, r.latest "
    "FROM typed AS t JOIN rules AS r ON r.ground = t.ground AND r.type = t.type "
    f"WHERE t.since <= CASE WHEN r.part = 'holder' THEN {DAY} ELSE {_REFRESHED} END"
)
# the worst counts for most; where the newest decides, the day does before the place
_DAY_OF = "((year(since) * 100 + month(since)) * 100 + day(since))"
_RANK = f"CASE WHEN latest AND place >= 0 THEN {_DAY_OF} * 100 + place ELSE place END"
_KEPT = "subject_id, id, resource, ground, since, until, scheme, level, place, part, latest"
# of several ratings of a resource the newest; a subject that neither holds nor is rated is not one of a holders' scheme
ANSWER = (
    f"WITH typed AS MATERIALIZED ({_TYPED}), live AS ({_LIVE}), counted AS MATERIALIZED ("
    f"SELECT {_KEPT} FROM live WHERE part <> 'rated' UNION ALL "
    f"SELECT {_KEPT} FROM (SELECT *, row_number() OVER (PARTITION BY subject_id, scheme, resource "
    "ORDER BY since DESC, place DESC, id DESC) AS n FROM live WHERE part = 'rated') AS rated WHERE n = 1 UNION ALL "
    "SELECT p.subject_id, CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR), r.ground, CAST(NULL AS DATE), CAST(NULL AS DATE), "
    "r.scheme, r.level, r.place, r.part, r.latest "
    "FROM population AS p JOIN rules AS r ON r.type = p.type AND r.part = 'everyone'), "
    f"decided AS (SELECT subject_id, scheme, arg_max(level, {_RANK}) AS decides FROM counted "
    "GROUP BY subject_id, scheme HAVING max(CASE WHEN part = 'triggered' THEN 0 ELSE 1 END) = 1) "
    "SELECT c.subject_id, c.scheme, d.decides AS level, c.level AS grounded, c.part, c.ground, c.resource, c.id, c.since, "
    "c.until FROM counted AS c JOIN decided AS d ON d.subject_id = c.subject_id AND d.scheme = c.scheme "
    "WHERE d.decides IS NOT NULL AND c.level IS NOT NULL"
)


class Ground(NamedTuple):
    """What a subject's class by a scheme rests on, or was outweighed: ``level`` is the class, ``grounded`` the level that this
    ground speaks for; no record (None) where it is the level of whoever has no ground."""

    subject: int
    scheme: str
    level: str
    grounded: str
    part: str
    ground: str
    resource: str | None
    id: int | None
    since: dt.date | None
    until: dt.date | None

    @property
    def decides(self) -> bool:
        """Whether the class rests on it."""
        return self.level == self.grounded


def compile_schemes(pack: Pack, day: dt.date, only: Collection[str] | None = None) -> Program:
    """Compile the schemes that are in force on a day, or ``only`` those of some keys."""
    in_force = pack.on(day)
    schemes = [one for key, one in in_force.schemes.items() if only is None or key in only]
    named = {trigger.list for scheme in schemes for trigger in scheme.triggers if trigger.list}
    lists = [one for one in in_force.lists.values() if one.key in named]
    sources = sources_of(pack, day, lists, [wanted for scheme in schemes for wanted in _wanted(scheme)])
    rules = sorted({row for scheme in schemes for row in _rows(scheme)}, key=str)
    return Program(sources, tuple(rules), ANSWER, COLUMNS)


def _wanted(scheme: Scheme) -> Iterator[Wanted]:
    for rating in scheme.ratings:
        yield _rated(scheme, rating)
    for trigger in (one for one in scheme.triggers if one.resource):
        needs = frozenset(columns(trigger.when))
        name = literal(f"{CLASS}{scheme.key}/{trigger.level}")
        yield Wanted(str(trigger.resource), name, trigger.when, needs, trigger.months, "too")
    for held in scheme.holders:
        needs = frozenset(columns(held.when))
        yield Wanted(held.resource, literal(HOLDER + scheme.key), held.when, needs, stated="instead", shown=False)


def _rated(scheme: Scheme, rating: Rating) -> Wanted:
    item = f"r.{quoted(rating.item)}"
    values = " ".join(
        f"WHEN {literal(value)} THEN {literal(f'{RATED}{scheme.key}/{level}')}"
        for value, level in rating.levels.items()
    )
    among = ", ".join(map(literal, rating.levels))
    name, when = f"CASE {item} {values} END", f"{item} IN ({among})"
    return Wanted(rating.resource, name, when, frozenset({rating.item}), scheme.period_months, stated="instead")


def _rows(scheme: Scheme) -> Iterator[tuple[object, ...]]:
    """The rows of ``rules`` that a scheme makes."""
    for kind in scheme.targets:
        for ground, level, place, part in _grounds(scheme):
            yield ground, scheme.key, kind, level, place, part, scheme.refresh or "", scheme.latest


def _grounds(scheme: Scheme) -> Iterator[tuple[str, str | None, int, str]]:
    for rating in scheme.ratings:
        for level in rating.levels.values():
            yield f"{RATED}{scheme.key}/{level}", level, scheme.places[level], "rated"
    for one in scheme.triggers:
        ground = f"{LISTED}{one.list}" if one.list else f"{CLASS}{scheme.key}/{one.level}"
        yield ground, one.level, scheme.places[one.level], "triggered" if scheme.holders else "open"
    if scheme.holders:
        yield HOLDER + scheme.key, scheme.default, -1, "holder"
    elif scheme.default:
        yield EVERYONE + scheme.key, scheme.default, -1, "everyone"
