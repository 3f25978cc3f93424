"""What follows from records on a day: for one subject, for a city, by the same queries.

Invariant: an answer depends on the records as known at a moment and the rules of a day, and on nothing else. Whoever asks
about a subject sees what follows from the records that the accessor shows, and leaves the reading's line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from quanxin.archive import queries, restrictions
from quanxin.archive.models import Record, Restriction
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.engine.grounds import LIFTED, LISTED, SUSPENDED, Program, compile_rules
from quanxin.engine.grounds_run import Found, Ground, Known, Reckoner
from quanxin.policy import Pack
from quanxin.policy.consequences import CreditList, Measure
from quanxin.runtime.pack import current_pack
from quanxin.subjects import queries as register
from quanxin.subjects.models import Subject

Kind = Restriction.Kind
LIFTING = frozenset({Kind.REPAIRED, Kind.DELETED})
SUSPENDING = frozenset({Kind.SHIELDED, Kind.DISPUTED})


@dataclass(frozen=True, slots=True)
class Consequence:
    """A measure that may or must be applied: on which record, since and until which day (None for no end).

    ``subject`` and ``record`` name the record; ``ground`` is ``list/KEY`` or ``record/MEASURE``. ``suspended``: the record
    is disputed or shielded, and nothing follows from it until that ends.
    """

    rule: Measure
    ground: str
    resource: str
    subject: int
    record: int
    since: dt.date
    until: dt.date | None
    suspended: bool

    @property
    def measure(self) -> str:
        return self.rule.key

    @property
    def list(self) -> CreditList | None:
        """The list whose membership is the ground, as it stands today."""
        key = self.ground.removeprefix(LISTED)
        return current_pack().on(today()).lists.get(key) if key != self.ground else None


def consequences_of(
    subject: Subject, viewer: Viewer, on: dt.date | None = None, known_at: dt.datetime | None = None
) -> list[Consequence]:
    """What may or must be applied to a subject on a day (today), as known at a moment (now), by measure and record.

    Raises ``NoSuchSubject`` where the viewer may not know of the subject; leaves an access line.
    """
    day, moment = on or today(), known_at or now()
    program, reckoner = program_of(current_pack(), day)
    records = queries.versions_about(
        subject, viewer, resources=[s.resource for s in program.sources], on=day, known_at=moment
    )
    resolved = register.resolve(subject)
    known = [as_known(record, record.held) for record in records]  # type: ignore[attr-defined]
    kinds = dict.fromkeys({record.subject for record in known}, resolved.type)
    return _with_rules(day, reckoner.ask(day, kinds, known))


def standing(which: Q) -> list[Record]:
    """The versions that stand of some records, each with what decisions ``held`` for it: for acts that check their ground."""
    return list(Record.objects.filter(which, superseded_at=None).annotate(held=restrictions.kinds()).order_by("id"))


def of_records(records: Sequence[Record], day: dt.date) -> list[Consequence]:
    """What follows on a day from such versions, whoever asks."""
    known = [as_known(record, record.held) for record in records]  # type: ignore[attr-defined]
    _, reckoner = program_of(current_pack(), day)
    return _with_rules(day, reckoner.ask(day, types_of({record.subject for record in known}), known))


def of_known(record: Record, held: Collection[str], kind: str, day: dt.date) -> list[Consequence]:
    """What follows on a day from a version, held so, of a subject of a type; the database is not asked."""
    known = as_known(record, held)
    _, reckoner = program_of(current_pack(), day)
    return _with_rules(day, reckoner.ask(day, {known.subject: kind}, [known]))


def grounds_of(records: Sequence[Record], day: dt.date) -> list[Ground]:
    """The grounds that such versions are by the rules of a day, whether they last on it or not."""
    _, reckoner = program_of(current_pack(), day)
    return reckoner.grounds(as_known(record, record.held) for record in records)  # type: ignore[attr-defined]


def both_of(records: Sequence[Record], day: dt.date, kinds: dict[int, str]) -> tuple[list[Ground], list[Consequence]]:
    """The grounds that such versions are, and what follows from them on a day, as ``grounds_of`` and ``of_records``."""
    _, reckoner = program_of(current_pack(), day)
    about = {record.subject_id: kinds[record.subject_id] for record in records}
    grounds, found = reckoner.both(day, about, (as_known(record, record.held) for record in records))  # type: ignore[attr-defined]
    return grounds, _with_rules(day, found)


def _with_rules(day: dt.date, found: Iterable[Found]) -> list[Consequence]:
    """What was found, with the rules of the day."""
    rules = current_pack().on(day).measures
    return [
        Consequence(rules[f.measure], f.ground, f.resource, f.subject, f.id, f.since, f.until, f.suspended)
        for f in found
    ]


def types_of(subjects: Collection[int]) -> dict[int, str]:
    """The types of subjects; of one that was merged, that of the one it was merged into."""
    rows = Subject.objects.filter(pk__in=subjects).values_list("pk", "type", "merged_into__type")
    return {pk: merged or kind for pk, kind, merged in rows}


_kept: dict[tuple[str, tuple[tuple[str, str, dt.date], ...]], tuple[Program, Reckoner]] = {}


def program_of(pack: Pack, day: dt.date) -> tuple[Program, Reckoner]:
    """The rules of a day, compiled, and their reckoner; made once a process for as long as they stay the same."""
    in_force = pack.on(day)
    kinds = ("lists", "measures", "resources")
    rules = tuple((kind, one.key, one.in_force.from_) for kind in kinds for one in in_force.parts[kind].values())
    if (pack.edition, rules) not in _kept:
        program = compile_rules(pack, day)
        _kept[pack.edition, rules] = program, Reckoner(program)
    return _kept[pack.edition, rules]


def as_known(record: Record, kinds: Collection[str]) -> Known:
    """A version, held so, as the compiled rules read it."""
    return Known(
        record.subject_id,
        record.id,
        record.resource,
        record.event_date,
        record.valid_until,
        record.published,
        record.public_until,
        held_for(kinds),
        record.payload,
    )


def held_for(kinds: Collection[str]) -> str | None:
    """What decisions of these kinds do to what follows from a record."""
    if LIFTING & set(kinds):
        return LIFTED
    return SUSPENDED if SUSPENDING & set(kinds) else None
