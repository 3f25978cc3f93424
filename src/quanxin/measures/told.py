"""What follows from a record, as it is said beside it: who may do what, until when, by which article, and what ends it.

Invariant: what is said is reckoned from the record as it stands; nobody is told of a measure that nothing grounds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.casework.notices import authority
from quanxin.engine.grounds import LISTED
from quanxin.measures import words
from quanxin.measures.models import Application
from quanxin.measures.reckoning import Consequence, of_known, of_records, standing
from quanxin.policy.consequences import Measure
from quanxin.policy.model import Text
from quanxin.runtime.language import listed, said
from quanxin.runtime.pack import current_pack

ANYBODY = Text(zh="依法有权的部门", en="any department within its power")


@dataclass(frozen=True, slots=True)
class Follows:
    """A measure that follows from a record, with the applications of it that are not lifted."""

    rule: Measure
    ground: Text
    reference: str
    since: dt.date
    until: dt.date | None
    suspended: bool
    applied: tuple[Application, ...] = ()

    @property
    def applications(self) -> list[tuple[Text, Application, str]]:
        """Who applies it, how that stands, and in which words."""
        return [(authority(one.enforcer), one, words.state(one.state)) for one in self.applied]

    @property
    def by(self) -> str:
        """Who applies it, in the language of whoever reads."""
        titles = [current_pack().providers[key].title for key in self.rule.enforcers] or [ANYBODY]
        return listed(map(said, titles))


def beside(records: Sequence[tuple[int, int]]) -> dict[int, list[Follows]]:
    """What follows today from versions that stand (subject and id of each), by their ids."""
    named = Q(pk__in=[])
    for subject, number in records:
        named |= Q(subject_id=subject, id=number)
    found = standing(named) if records else []
    said: dict[int, list[Follows]] = {}
    for one in told(of_records(found, today()), found):
        said.setdefault(int(one.reference.partition("-")[2]), []).append(one)
    return said


def beside_own(record: Record, marks: Collection[str], kind: str) -> list[Follows]:
    """What follows today from a version that stands, whose decisions (``marks``) and subject's type are known already."""
    return told(of_known(record, marks, kind, today()), [record])


def told(found: Sequence[Consequence], records: Sequence[Record] = ()) -> list[Follows]:
    """Consequences as they are said, restraints that the law commands first; with what is applied of them on ``records``."""
    applied = _applied(records)
    made = [
        Follows(
            one.rule,
            _ground(one),
            f"{one.subject}-{one.record}",
            one.since,
            one.until,
            one.suspended,
            tuple(a for a in applied.get(one.record, ()) if a.measure == one.measure),
        )
        for one in found
    ]
    return sorted(made, key=lambda f: (f.rule.nature, not f.rule.must, f.rule.key, f.reference))


def _applied(records: Sequence[Record]) -> dict[int, list[Application]]:
    """The applications on records that are not lifted, by the ids of these."""
    keys = {(r.subject_id, r.resource, str(r.key_hash)): r.id for r in records}
    live = Application.objects.filter(subject_id__in={r.subject_id for r in records}, lifted_at=None)
    made: dict[int, list[Application]] = {}
    for one in live.select_related("case") if records else ():
        if (number := keys.get((one.subject_id, one.resource, str(one.key_hash)))) is not None:
            made.setdefault(number, []).append(one)
    return made


def _ground(one: Consequence) -> Text:
    """What a ground is called: its list, or the resource of its record."""
    if one.ground.startswith(LISTED) and one.list is not None:
        return one.list.title
    return title_of(one.resource)


def title_of(resource: str) -> Text:
    """What a resource is called today."""
    history = current_pack().resource_history(resource)
    return current_pack().on(today()).resources.get(resource, history[-1]).title
