"""Lints about schemes of classes: complete, of organisations, and a ground of nothing.

Invariant: under a pack that passes, each scheme says by what it is allowed, which levels there are, how long and how often,
what a level means and who decides; nobody natural has a class; nothing but shares and visits follows from one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy.model import Mode
from quanxin.policy.pack import Pack
from quanxin.policy.supervision import Scheme

Found = Iterator[tuple[str, str]]


def scheme_incomplete(pack: Pack, today: dt.date) -> Found:
    """A scheme without one of the six that it owes: basis, levels, period, refresh, measures, who decides."""
    for scheme in pack.schemes:
        owed = {
            "basis": scheme.basis,
            "levels": scheme.levels,
            "period (period_months)": scheme.period_months,
            "refresh": scheme.refresh,
            "measures of each level (means)": all(level.means for level in scheme.levels),
            "department that decides": scheme.department,
        }
        for name, said in owed.items():
            if not said:
                yield _where(scheme), f"does not say its {name}: all six or none"


def scheme_of_persons(pack: Pack, today: dt.date) -> Found:
    """A scheme of natural persons or sole traders."""
    never = {key for key, kind in pack.subject_types.items() if kind.natural or not kind.scorable}
    for scheme in pack.schemes:
        for key in scheme.targets:
            if key in never:
                yield _where(scheme), f"classes {key}: natural persons, sole traders among them, have no class"


def scheme_unusable(pack: Pack, today: dt.date) -> Found:
    """A level that there is not, a value of a rating that has none, shares that fall from better to worse, two schemes of
    matrices, an exception from worst-of without a reason."""
    for scheme in pack.schemes:
        known = set(scheme.places)
        named = [trigger.level for trigger in scheme.triggers] + [
            to for r in scheme.ratings for to in r.levels.values()
        ]
        for key in dict.fromkeys([*named, *([scheme.default] if scheme.default else [])]):
            if key not in known:
                yield _where(scheme), f"names the level {key}, which it does not have"
        yield from _ratings(pack, scheme)
        if scheme.latest and scheme.reason is None:
            yield _where(scheme), "lets the newest ground decide, and not the worst, for no reason"
        for better, worse in zip(scheme.levels, scheme.levels[1:], strict=False):
            if (better.share.ratio, better.share.visits) > (worse.share.ratio, worse.share.visits):
                yield _where(scheme), f"looks at more of {better.key} than of {worse.key}, which is worse"
        for level in scheme.levels:
            if level.share.ratio == 0 and level.share.floor == 0:
                yield _where(scheme), f"exempts {level.key}: nobody is exempt"
            if level.share.ceiling is not None and level.share.ceiling < level.share.floor:
                yield _where(scheme), f"has a ceiling for {level.key} below its floor"


def _ratings(pack: Pack, scheme: Scheme) -> Found:
    for rating in scheme.ratings:
        for version in pack.resource_history(rating.resource):
            fields = {f.key: f for f in version.fields}
            if rating.item not in fields:
                yield _where(scheme), f"names the item {rating.item} of {rating.resource}, which there is not"
                continue
            for codes in (s for s in pack.code_sets if s.key == fields[rating.item].code_set):
                for value in sorted({code.value for code in codes.codes} ^ set(rating.levels)):
                    yield _where(scheme), f"{rating.resource} rates {value}: is it a value, and which level is it?"
        if scheme.kind == "risk" and any(
            version.publication.mode is Mode.PUBLIC for version in pack.resource_history(rating.resource)
        ):
            yield _where(scheme), f"is of risk, which is internal, and rests on {rating.resource}, which is public"


def scheme_endless(pack: Pack, today: dt.date) -> Found:
    """A record that puts its subject on a level for ever."""
    for scheme in pack.schemes:
        for trigger in scheme.triggers:
            shown = [version.publication for version in pack.resource_history(trigger.resource or "")]
            if trigger.resource and trigger.months is None and not all(p.months or p.until or p.tiers for p in shown):
                yield _where(scheme), f"puts on {trigger.level} by {trigger.resource} for ever: say how many months"


def matrix_unusable(pack: Pack, today: dt.date) -> Found:
    """A matrix on no article, with a grade or level that there is not, or a second one of its scheme."""
    schemes = {one.key: one for one in pack.schemes}
    models = {one.key: {band.key for band in one.bands} for one in pack.models}
    for matrix in pack.matrices:
        where = f"matrices/{matrix.key}"
        if not any(basis.article for basis in matrix.basis):
            yield where, "lets the public grade in, and names no article that does"
        if matrix.scheme not in schemes or matrix.model not in models:
            continue
        if missing := models[matrix.model] ^ set(matrix.grades):
            yield where, f"does not say of each grade of {matrix.model}: {', '.join(sorted(missing))}"
        levels = {*matrix.grades.values(), *(level for cell in matrix.cells for level in (cell.level, cell.stratum))}
        for level in sorted(levels - set(schemes[matrix.scheme].places)):
            yield where, f"names the level {level}, which {matrix.scheme} does not have"
        rivals = [m for m in pack.matrices if m.scheme == matrix.scheme and m.key != matrix.key]
        if any(matrix.in_force.overlaps(rival.in_force) for rival in rivals):
            yield where, f"is one of several matrices of {matrix.scheme}"


def class_as_ground(pack: Pack, today: dt.date) -> Found:
    """A measure that rests on what only classes subjects: any on a rating of risk, a sanction on any rating of a scheme; a list
    of the dishonest that such records feed."""
    rated = {rating.resource: scheme for scheme in pack.schemes for rating in scheme.ratings}
    for measure in pack.measures:
        feeding = {one.resource for one in pack.lists for t in measure.triggers if one.key == t.list}
        for resource in sorted(feeding | {t.resource for t in measure.triggers if t.resource}):
            scheme = rated.get(resource)
            if scheme is not None and (scheme.kind == "risk" or measure.nature == "sanction"):
                yield (
                    f"measures/{measure.key}",
                    f"rests on {resource}, by which {scheme.key} classes: no class is a ground",
                )
    for item in pack.check_items:
        for reading in item.reads:
            scheme = rated.get(reading.resource)
            if scheme is not None and scheme.kind == "risk":
                yield (
                    f"check-items/{item.key}",
                    f"reads {reading.resource}, a class of risk: it is for supervision alone",
                )


def scheme_unplayed(pack: Pack, today: dt.date) -> Found:
    """A level of a scheme that no case reaches, in a pack that has cases of schemes."""
    played = {(case.scheme, case.level) for case in pack.scheme_cases}
    for scheme in pack.schemes if pack.scheme_cases else ():
        for level in scheme.places:
            if (scheme.key, level) not in played:
                yield _where(scheme), f"has no case of the level {level}: write one in scheme-tests/"


def _where(scheme: Scheme) -> str:
    return f"schemes/{scheme.key}"
