"""A class as it is said: the level and what it means, what it rests on to record and article, what is combined.

Invariant: what is said is reckoned; a ground is named by its rule and its record's day, and what a record says is left to the
archive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quanxin.calendar import today
from quanxin.engine.classes import Ground
from quanxin.engine.grounds import LISTED
from quanxin.measures.told import title_of
from quanxin.policy.model import Basis, Text
from quanxin.policy.supervision import Level, Scheme
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.supervision.classing.reckoning import Class
from quanxin.supervision.classing.reviews import OF_RECORDS


@dataclass(frozen=True, slots=True)
class ToldGround:
    """A ground in words: what it is, the level that it speaks for, since and until which day, whether the class rests on it."""

    what: str
    of: Text
    level: Text
    since: dt.date | None
    until: dt.date | None
    decides: bool
    basis: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A class in words."""

    found: Class
    level: Level
    stratum: Level
    field: Text
    department: Text
    grounds: list[ToldGround]

    @property
    def scheme(self) -> Scheme:
        return self.found.scheme

    @property
    def share(self) -> str:
        """How many of the level are looked at, as a percentage."""
        return f"{self.stratum.share.ratio * 100:f}".rstrip("0").rstrip(".")


def told(found: Iterable[Class]) -> list[Told]:
    """Classes in words, by field."""
    pack = current_pack()
    order = list(pack.supervision_fields)
    made = [
        Told(
            one,
            one.scheme.level(one.level),
            one.scheme.level(one.stratum),
            pack.supervision_fields[one.scheme.field].title,
            pack.providers[str(one.scheme.department)].title,
            [_ground(one.scheme, one.level, g) for g in one.grounds if g.part in OF_RECORDS or g.decides],
        )
        for one in found
    ]
    return sorted(made, key=lambda t: (order.index(t.scheme.field), t.scheme.key))


def _ground(scheme: Scheme, level: str, ground: Ground) -> ToldGround:
    basis: tuple[Basis, ...] = ()
    if ground.part == "rated":
        what = _("部门的评定")
    elif ground.part == "holder":
        what = _("属于本领域的单位，没有其他情形")
    elif ground.part == "everyone":
        what = _("没有其他情形")
    else:
        trigger = next(
            t for t in scheme.triggers if ground.ground == f"{LISTED}{t.list}" or t.resource == ground.resource
            if t.level == ground.grounded
        )  # fmt: skip
        what = said(trigger.title)
        listed = current_pack().on(today()).lists.get(trigger.list or "")
        basis = listed.basis if listed is not None else ()
    of = title_of(ground.resource) if ground.resource else Text(zh="", en="")
    return ToldGround(
        what, of, scheme.level(ground.grounded).title, ground.since, ground.until, ground.grounded == level, basis
    )
