"""The objects of a line of a plan, from the archive: who and what may be drawn, in which stratum, under which name.

Invariant: no natural person is an object, and none that is no more; sole traders and whoever has no class are in the stratum
without class. A class is never public: where a frame has strata by class, or its resource is not public, objects stand in it
under names that only the draw's key gives; each subject can be shown its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quanxin.archive.models import Record
from quanxin.draws import Label
from quanxin.policy.inspections import NO_CLASS, ObjectKind
from quanxin.policy.model import Mode
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import within
from quanxin.supervision.classing.strata import put_strata
from quanxin.supervision.models import PlanLine
from quanxin.supervision.planning import published

NAME = 24  # hexadecimal digits of another name
_OF_RECORD = 12  # hexadecimal digits that tell the records of a subject apart
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Object:
    """An object: its label in the frame, and the subject that it is or belongs to."""

    label: Label
    subject: int


def objects_of(line: PlanLine, day: dt.date, moment: dt.datetime, key: bytes) -> tuple[set[int], list[Object]]:
    """The objects of a line as of a day, as known at a moment, after the subjects that are left out because they are no
    more; ``key`` gives them their names where these are not open."""
    kind = current_pack().object_kinds[line.objects_kind]
    codes = _subjects(line, day)
    no_more, gone = closed(list(codes), day), set[int]()
    levels = _levels(line, day, moment)
    open_names = open_to_all(line, kind)
    item = line.items[0]
    made = []
    for subject, own in held(kind, codes, day):
        if subject in no_more:
            gone.add(subject)
            continue
        name = own if open_names else other_name(key, own)
        made.append(Object(Label(levels.get(subject, NO_CLASS), name, item), subject))
    return gone, made


def open_to_all(line: PlanLine, kind: ObjectKind) -> bool:
    """Whether the frame of a line may name its objects: it tells no class, and nothing that is not public."""
    if line.scheme:
        return False
    history = current_pack().resource_history(kind.resource) if kind.resource else ()
    return all(one.publication.mode is Mode.PUBLIC for one in history)


def other_name(key: bytes, own: str) -> str:
    """The name of an object under a key: SHA-256 over the object's own salt and the object."""
    return hashlib.sha256(salt_of(key, own) + own.encode()).hexdigest()[:NAME]


def salt_of(key: bytes, own: str) -> bytes:
    """What a subject is shown, to find its own name: it tells nothing of any other."""
    return hmac.digest(key, own.encode(), "sha256")


def closed(subjects: list[int], day: dt.date) -> set[int]:
    """Those of the subjects who are no more, by what the pack says shows it."""
    found: set[int] = set()
    for one in published.draw_rules(day).closed:
        standing = Record.objects.filter(resource=one.resource, superseded_at=None)
        if one.field is not None:
            standing = standing.filter(**{f"payload__{one.field}__in": list(one.values)})
        for start in range(0, len(subjects), CHUNK):
            among = subjects[start : start + CHUNK]
            merged = Subject.objects.filter(merged_into__in=among).values_list("pk", "merged_into")
            absorbed = {one: into for one, into in merged if into is not None}
            rows = standing.filter(subject_id__in=[*among, *absorbed]).values_list("subject_id", flat=True)
            found |= {absorbed.get(subject, subject) for subject in rows}
    return found


def _subjects(line: PlanLine, day: dt.date) -> dict[int, str]:
    """The codes of the subjects among which the objects of a line are, in the district of its authority."""
    targets = set.intersection(*(set(published.item(key, day).targets) for key in line.items))
    found = within([line.case.subject.region]).filter(type__in=targets, natural=False, merged_into=None)
    return dict(found.exclude(code="").values_list("pk", "code").iterator(CHUNK))


def held(kind: ObjectKind, codes: Mapping[int, str], day: dt.date) -> Iterator[tuple[int, str]]:
    """Each object with its subject, and what it is called: the subject's code, with the record's mark where it is one of
    several of its own."""
    if kind.resource is None:
        yield from codes.items()
        return
    standing = Record.objects.filter(resource=kind.resource, superseded_at=None).order_by("subject_id", "id")
    seen: set[str] = set()
    rows = standing.values_list("subject_id", "key_hash", f"payload__{kind.ended or 'none'}")
    for subject, key_hash, ended in rows.iterator(CHUNK):
        if subject not in codes or (kind.ended and ended and str(ended) <= day.isoformat()):
            continue
        mark = f"~{hashlib.sha256(key_hash.bytes).hexdigest()[:_OF_RECORD]}" if kind.number else ""
        if (own := codes[subject] + mark) not in seen:
            seen.add(own)
            yield subject, own


def _levels(line: PlanLine, day: dt.date, moment: dt.datetime) -> dict[int, str]:
    if not line.scheme:
        return {}
    with workshop() as (con, workdir):
        put_strata(con, line.scheme, day, moment, workdir)
        return dict(con.execute("SELECT subject_id, level FROM strata").fetchall())
