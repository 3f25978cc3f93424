"""A pack and the rule set of a day.

Invariant: a pack never changes after it is read; ``on`` answers for a day with the rules in force then and no others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from quanxin.calendar import WorkingCalendar
from quanxin.calendar import load as load_calendar
from quanxin.policy.consequences import CreditList, lists_as_codes
from quanxin.policy.kinds import DATED, KEYED, KINDS, OfADay, OfAPack
from quanxin.policy.model import Code, Resource, Text
from quanxin.policy.procedure import Procedure
from quanxin.policy.reports import reports_as_codes
from quanxin.policy.rights import LawOverride, RepairRegime
from quanxin.policy.ruling import PublicationTiers
from quanxin.policy.supervision import schemes_as_codes


@dataclass(frozen=True, eq=False)
class Rules(OfADay):
    """The rule set of one day: what is in force, by key; ``parts`` by the name of their kind."""

    day: dt.date
    parts: Mapping[str, Mapping[str, Any]] = field(repr=False)
    divided_by: str | None = None

    @cached_property
    def divisions(self) -> tuple[Code, ...]:
        """The divisions of the pack's city, as the code set that it declares lists them; none where none is declared."""
        found = self.code_sets.get(self.divided_by) if self.divided_by else None
        return found.codes if found else ()


@dataclass(frozen=True, eq=False)
class Pack(OfAPack):
    """The law as one city has it: everything its files and those of the packs it extends say.

    ``parts`` holds it by the name of its kind (``policy.kinds``); each kind is an attribute of that name.
    """

    name: str
    title: Text
    region: str
    divisions: str | None
    calendar_file: Path | None
    mark: Path | None
    parts: Mapping[str, Any] = field(repr=False)
    _days: dict[dt.date, Rules] = field(default_factory=dict, repr=False)

    def replacing(self, **parts: Any) -> Pack:
        """Return the pack with other parts of some kinds, by their names."""
        if unknown := parts.keys() - self.parts.keys():
            raise TypeError(f"a pack has no {', '.join(sorted(unknown))}")
        return replace(self, parts={**self.parts, **parts}, _days={})

    def on(self, day: dt.date) -> Rules:
        """The rule set of a day."""
        if day not in self._days:
            in_force = {kind.name: kind.on(self.parts[kind.name], day) for kind in DATED}
            made = lists_as_codes(in_force["lists"].values()) | schemes_as_codes(in_force["schemes"].values())
            made |= reports_as_codes(in_force["reports"].values())
            in_force["code_sets"] = {**in_force["code_sets"], **made}
            self._days[day] = Rules(
                day, in_force | {kind.name: self.parts[kind.name] for kind in KEYED}, self.divisions
            )
        return self._days[day]

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working days, with the holidays and overrides that the pack rules."""
        return load_calendar(self.calendar_file) if self.calendar_file else WorkingCalendar()

    def resource_history(self, key: str) -> tuple[Resource, ...]:
        """All versions of a resource, oldest first; empty for an unknown one."""
        return tuple(sorted((r for r in self.resources if r.key == key), key=lambda r: r.in_force.from_))

    def tiers_of(self, resource: str) -> tuple[PublicationTiers, ...]:
        """All publication tiers ever ruled for a resource, oldest first: a decision is judged by those of its day."""
        return tuple(sorted((t for t in self.tiers if t.resource == resource), key=lambda t: t.in_force.from_))

    def overrides_of(self, resource: str) -> tuple[LawOverride, ...]:
        """All other terms by law ever ruled for a resource, the longest first: of several that hold, the first counts."""
        found = sorted((o for o in self.overrides if o.resource == resource), key=lambda o: (o.key, o.in_force.from_))
        return tuple(sorted(found, key=lambda o: o.weight, reverse=True))

    def regime_on(self, resource: str, day: dt.date) -> RepairRegime | None:
        """The repair regime for an application made on a day about a record of a resource; None where there is none."""
        found = (r for r in self.on(day).repair.values() if r.coverage(resource))
        return next(found, None)

    def procedure_on(self, key: str, day: dt.date) -> Procedure:
        """The procedure of a key for a case filed on a day; out of force, its nearest edition. Raises ``KeyError``."""
        if (found := self.on(day).procedures.get(key)) is not None:
            return found
        editions = [p for p in self.procedures if p.key == key]
        if not editions:
            raise KeyError(key)
        return min(editions, key=lambda p: abs((p.in_force.from_ - day).days))

    def list_of(self, resource: str, day: dt.date) -> CreditList | None:
        """The list in force on a day that a resource feeds."""
        return next((item for item in self.on(day).lists.values() if item.resource == resource), None)

    @cached_property
    def edition(self) -> str:
        """SHA-256 of everything the pack says, in hexadecimal: the same content is the same edition.

        In which file a rule stands does not count; the order of subject types, categories and the like does, as they
        are shown in it.
        """
        said: dict[str, Any] = {"name": self.name, "title": self.title.model_dump()}
        said |= {"region": self.region, "divisions": self.divisions}
        said |= {kind.name: kind.canonical(self.parts[kind.name]) for kind in KINDS}
        said["mark"] = self.mark.read_text(encoding="utf-8") if self.mark else ""
        said["calendar"] = self.calendar_file.read_text(encoding="utf-8") if self.calendar_file else ""
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
