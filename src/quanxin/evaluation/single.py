"""One subject's score: how it came about, what would change it, and when it changes by itself.

Invariant: the queries are those of the city's runs, over the records that this subject had at the moment asked about;
a what-if reads the same records with some of them left out, added or put otherwise, and writes nothing. Nobody reads a
score but those whom the accessor lets, and each reading leaves its line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from django.db.models import Q

from quanxin.archive import access, restrictions
from quanxin.archive.models import Record
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now, today
from quanxin.engine.scoring import compile_model
from quanxin.engine.scoring_one import Reckoned, Reckoner
from quanxin.engine.scoring_run import Row
from quanxin.evaluation.editions import in_order, model_in_use, with_foundations
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.incremental import last_run
from quanxin.evaluation.sources import clusters_of, never_scored
from quanxin.policy.evaluation import Model
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

Records = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is supposed of a subject's records: ``repaired`` ones no longer count; the others by record id.

    ``expired`` ones count no longer from a day on; ``added`` are (resource, items); ``corrected`` have other items.
    """

    repaired: frozenset[int] = frozenset()
    expired: Mapping[int, dt.date] = field(default_factory=dict)
    added: Sequence[tuple[str, Mapping[str, Any]]] = ()
    corrected: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """A subject's result by a model as of a day; ``reckoned.row`` is None for one that the model excludes."""

    model: Model
    as_of: dt.date
    known_at: dt.datetime
    reckoned: Reckoned
    records: Mapping[str, list[Row]]


def explain(
    subject: Subject, viewer: Viewer, key: str, *, as_of: dt.date | None = None, known_at: dt.datetime | None = None
) -> Scored:
    """The result of a subject by a model and all that it follows from; leaves the reading's access line.

    Without ``as_of`` it is as of the day that the city's scores stand by. Raises ``EvaluationError`` for whom the model
    does not evaluate, natural persons and sole traders above all, and ``NotAllowed`` for who may not see scores.
    """
    return whatif(subject, viewer, key, Changes(), as_of=as_of, known_at=known_at)


def whatif(
    subject: Subject,
    viewer: Viewer,
    key: str,
    changes: Changes,
    *,
    as_of: dt.date | None = None,
    known_at: dt.datetime | None = None,
) -> Scored:
    """As ``explain``, were the subject's records as ``changes`` suppose; nothing is changed by asking."""
    access.require_scores(viewer, subject)
    model, moment = admitted(subject, key), known_at or now()
    access.note_access(viewer, subject)
    return score(model, records_of(subject, model, moment), as_of or standing_day(key), moment, changes)


def admitted(subject: Subject, key: str) -> Model:
    """The model in use of that key, if it evaluates subjects of this one's type; raises ``EvaluationError``."""
    model, _ = model_in_use(key)
    if never(subject):
        raise EvaluationError("person-unscored")
    if subject.type not in model.subject_types:
        kind = current_pack().subject_types[subject.type]
        raise EvaluationError("type-not-evaluated", title=model.title.zh, model=key, type=kind.title)
    return model


def never(subject: Subject) -> bool:
    """Whether a subject is one that nobody scores: a natural person or a sole trader."""
    return subject.natural or subject.type in never_scored() or subject.type not in current_pack().subject_types


def standing_day(key: str) -> dt.date:
    """The day as of which the scores of a model stand; today where the city was not evaluated yet."""
    run = last_run(key)
    return run.as_of if run else today()


def models_for(subject: Subject) -> list[Model]:
    """The models that evaluate subjects of this one's type, those that others build on first.

    There are none for natural persons and sole traders.
    """
    if never(subject):
        return []
    keys = sorted(current_pack().on(today()).models)
    return in_order([model for key in keys if subject.type in (model := model_in_use(key)[0]).subject_types])


def records_of(subject: Subject, model: Model, moment: dt.datetime) -> Records:
    """The subject's records that a model, or one it builds on, reads, as known at a moment; by resource."""
    wanted = {r for each in with_foundations([model]) for r in each.resources}
    ids = clusters_of([subject.pk], moment)
    known = Record.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=moment),
        subject_id__in=ids,
        recorded_at__lte=moment,
        resource__in=wanted,
    ).exclude(restrictions.hidden(moment))
    found: Records = {}
    for r in known.order_by("id").values_list("resource", "subject_id", "id", "event_date", "payload"):
        found.setdefault(r[0], []).append((r[1], r[2], r[3], r[4]))
    return found


def score(model: Model, records: Records, as_of: dt.date, moment: dt.datetime, changes: Changes) -> Scored:
    """Score records as of a day, with changes supposed."""
    *foundations, _ = with_foundations([model])
    rows = _changed(records, changes, as_of, {r for each in (*foundations, model) for r in each.resources})
    grades: dict[str, str | None] = {}
    try:
        for foundation in foundations:
            row = _reckoner(foundation).ask(as_of, rows, grades).row
            grades[foundation.key] = row["grade"] if row else None
        return Scored(model, as_of, moment, _reckoner(model).ask(as_of, rows, grades), rows)
    except duckdb.ConversionException as error:
        said = str(error).splitlines()[0]
        raise EvaluationError("supposed-unreadable", said=said) from error


_reckoners: dict[str, Reckoner] = {}


def _reckoner(model: Model) -> Reckoner:
    """The reckoner of an edition, made once a process."""
    if model.edition not in _reckoners:
        _reckoners[model.edition] = Reckoner(compile_model(model, current_pack()))
    return _reckoners[model.edition]


def _changed(records: Records, changes: Changes, as_of: dt.date, read: Collection[str]) -> Records:
    known = {row[1] for rows in records.values() for row in rows}
    if strange := sorted({*changes.repaired, *changes.expired, *changes.corrected} - known):
        raise EvaluationError("record-not-evaluated", record=strange[0])
    ended = {number for number, day in changes.expired.items() if day <= as_of} | changes.repaired
    made = {
        resource: [_corrected(resource, row, changes) for row in rows if row[1] not in ended]
        for resource, rows in records.items()
    }
    for n, (resource, items) in enumerate(changes.added):
        if resource not in read:
            raise EvaluationError("resource-not-read", resource=resource, known="、".join(sorted(read)))
        made.setdefault(resource, []).append((0, -1 - n, _event_date(resource, items), items))
    return made


def _corrected(resource: str, row: Row, changes: Changes) -> Row:
    if row[1] not in changes.corrected:
        return row
    items = {**row[3], **changes.corrected[row[1]]}
    return row[0], row[1], _event_date(resource, items), items


def _event_date(resource: str, items: Mapping[str, Any]) -> dt.date | None:
    latest = current_pack().resource_history(resource)[-1]
    if strange := sorted(set(items) - {field.key for field in latest.fields}):
        raise EvaluationError("item-unknown", resource=resource, item=strange[0])
    text = items.get(latest.event_date) if latest.event_date else None
    try:
        return dt.date.fromisoformat(str(text)) if text else None
    except ValueError as error:
        raise EvaluationError("date-unreadable", text=text) from error
