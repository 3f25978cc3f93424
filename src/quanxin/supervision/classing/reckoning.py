"""Classes on a day, as known at a moment: of one subject, and why.

Invariant: an answer depends on the records as known at a moment, the rules of a day and what reviews decided, and on nothing
else; a class is the same whoever asks. Who may not see it is told nothing and leaves a line. What sole traders and persons did
counts for nobody, whoever they were merged into.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from quanxin.accounts import NotAllowed
from quanxin.archive import access, decided, restrictions, viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.models import Record
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.engine.classes import Ground, compile_schemes
from quanxin.engine.grounds import Program
from quanxin.engine.grounds_run import Known, Reckoner
from quanxin.measures.reckoning import held_for
from quanxin.policy import Pack
from quanxin.policy.supervision import Matrix, Scheme
from quanxin.runtime.pack import current_pack
from quanxin.subjects import queries as register
from quanxin.subjects.models import Subject
from quanxin.supervision.classing import grades, reviews


@dataclass(frozen=True, slots=True)
class Class:
    """A subject's class by a scheme, with all that speaks for it or was outweighed. ``case`` is the number of the review that
    set it; ``stratum`` is in which stratum a draw finds it, by the ``matrix`` and the public ``grade`` where it has one."""

    scheme: Scheme
    level: str
    grounds: tuple[Ground, ...]
    stratum: str
    grade: str = ""
    matrix: Matrix | None = None
    case: str = ""


def class_of(
    subject: Subject, scheme: str, viewer: Viewer, on: dt.date | None = None, known_at: dt.datetime | None = None
) -> Class | None:
    """The class of a subject by a scheme on a day (today), as known at a moment (now); None where it has none.

    Raises ``NoSuchSubject`` where the viewer may not know of the subject, ``NotAllowed`` where it may not see classes of the
    scheme; leaves an access line.
    """
    found = classes_of(subject, viewer, on, known_at, [scheme])
    return found.get(scheme)


def classes_of(
    subject: Subject,
    viewer: Viewer,
    on: dt.date | None = None,
    known_at: dt.datetime | None = None,
    schemes: Collection[str] | None = None,
) -> dict[str, Class]:
    """The classes of a subject by scheme, of some ``schemes`` or of all whose classes the viewer may see, as ``class_of``."""
    day, moment = on or today(), known_at or now()
    if not access.enter(viewer, subject):
        raise NoSuchSubject(subject.pk)
    resolved = register.resolve(subject)
    in_force = current_pack().on(day).schemes
    for key in schemes or ():
        if key in in_force and not may_see(viewer, in_force[key]):
            raise _refused(viewer, resolved, key)
    seen = [key for key, one in in_force.items() if key in (schemes or in_force) and may_see(viewer, one)]
    access.note_access(viewer, resolved)
    return {key: one for key, one in reckoned(resolved, day, moment, schemes or None).items() if key in seen}


def may_see(viewer: Viewer, scheme: Scheme) -> bool:
    """Whether a viewer sees classes of a scheme: its own subject, the centre and the auditor; of risk the department's own, of
    credit every department. The public, consumers and institutions see none. Whoever is told has said for what, and leaves
    a line."""
    if viewer.reads_itself or viewer.kind in ("centre", "auditor"):
        return True
    if scheme.kind == "credit":
        return viewer.kind in ("department", "supervisor")
    own = any(one.provider in ("", scheme.department) for one in viewer.by)
    return viewer.kind in ("department", "supervisor") and own


def _refused(viewer: Viewer, subject: Subject, scheme: str) -> NotAllowed:
    if viewer.actor is None:
        return NotAllowed("classes are shown to supervisors and to their subjects alone")
    return viewers.refused(viewer.actor, f"subject:{subject.pk}", "classes of the scheme are not shown", scheme=scheme)


def reckoned(
    subject: Subject, day: dt.date, moment: dt.datetime, schemes: Collection[str] | None = None
) -> dict[str, Class]:
    """The classes of a subject by all schemes or some, whoever asks."""
    pairs = decided.merged_at(moment, apart_from=unscored_merges())
    if subject.pk in pairs:
        return {}
    program, reckoner = program_of(current_pack(), day, schemes)
    records = _records(decided.clusters_of([subject.pk], pairs), program, day, moment)
    found = [Ground(*row) for row in reckoner.rows(day, {subject.pk: subject.type}, _known(records, subject.pk))]
    by_scheme: dict[str, list[Ground]] = {}
    for ground in sorted(found, key=_order):
        by_scheme.setdefault(ground.scheme, []).append(ground)
    set_by = reviews.standing([subject.pk], day, moment, by_scheme)
    rules = current_pack().on(day)
    matrices = {one.scheme: one for one in reversed(list(rules.matrices.values())) if one.scheme in by_scheme}
    grade = grades.grades_of(subject.pk, day, moment) if matrices else {}
    return {
        key: _class(rules.schemes[key], tuple(some), set_by, matrices.get(key), grade)
        for key, some in by_scheme.items()
    }


def _class(
    scheme: Scheme, grounds: tuple[Ground, ...], set_by: Mapping[tuple[str, int], reviews.Review],
    matrix: Matrix | None, grade: Mapping[str, str],
) -> Class:  # fmt: skip
    review = set_by.get((scheme.key, grounds[0].subject))
    level, case = grounds[0].level, ""
    if review is not None and review.holds(scheme, level, grounds):
        level, case = review.level, review.number
    stratum, said = level, ""
    if matrix is not None and (said := grade.get(matrix.model, "")):
        stratum = next((to for g, of, to in matrix.strata(scheme) if (g, of) == (said, level)), level)
    return Class(scheme, level, grounds, stratum, said, matrix if said else None, case)


def _order(ground: Ground) -> tuple[bool, dt.date, int]:
    """What decides first, of that the newest."""
    return (
        not ground.decides,
        dt.date.max - (ground.since - dt.date.min) if ground.since else dt.date.max,
        ground.id or 0,
    )


def unscored_merges() -> Q:
    """The judgements by which a person's or sole trader's records would count for another."""
    never = [key for key, kind in current_pack().subject_types.items() if kind.natural or not kind.scorable]
    return Q(other__natural=True) | Q(other__type__in=never)


def _records(ids: Iterable[int], program: Program, day: dt.date, moment: dt.datetime) -> list[Record]:
    """The versions known at a moment of what had happened by a day."""
    known = Record.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=moment),
        subject_id__in=sorted(ids),
        resource__in=[source.resource for source in program.sources],
        event_date__lte=day,
        recorded_at__lte=moment,
    )
    return list(known.annotate(held=restrictions.kinds(moment)))


def _known(records: Iterable[Record], subject: int) -> list[Known]:
    return [
        Known(
            subject, r.id, r.resource, r.event_date, r.valid_until, r.published, r.public_until,
            held_for(r.held), r.payload,  # type: ignore[attr-defined]
        )
        for r in records
    ]  # fmt: skip


Rules = tuple[tuple[str, str, dt.date], ...]
_kept: dict[tuple[str, Rules, frozenset[str] | None], tuple[Program, Reckoner]] = {}


def program_of(pack: Pack, day: dt.date, schemes: Collection[str] | None = None) -> tuple[Program, Reckoner]:
    """The schemes of a day, all or some, compiled, and their reckoner; made once a process for as long as they stay the same."""
    in_force = pack.on(day)
    kinds = ("lists", "schemes", "resources")
    rules = tuple((kind, one.key, one.in_force.from_) for kind in kinds for one in in_force.parts[kind].values())
    key = pack.edition, rules, None if schemes is None else frozenset(in_force.schemes.keys() & schemes)
    if key not in _kept:
        program = compile_schemes(pack, day, key[2])
        _kept[key] = program, Reckoner(program)
    return _kept[key]
