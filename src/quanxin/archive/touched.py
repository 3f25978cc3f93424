"""Whom events touched: for followers that look at subjects anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quanxin.archive.handlers import Unit
from quanxin.archive.models import Event, Record, WithdrawnRecord
from quanxin.subjects.models import Judgement


def subjects_of(happened: Iterable[Event]) -> set[int]:
    """The subjects that events are about."""
    found: set[int] = set()
    for event in happened:
        if event.subject is not None:
            found.add(event.subject)
        if event.batch_id:
            found |= set(Record.objects.filter(batch_id=event.batch_id).values_list("subject_id", flat=True).distinct())
        ended = WithdrawnRecord.objects.filter(withdrawal__event=event)
        found |= set(ended.values_list("subject_id", flat=True))
        judged = Judgement.objects.filter(pk=event.particulars.get("judgement"))
        found |= {subject for pair in judged.values_list("kept_id", "other_id") for subject in pair}
    return found


def units_of(happened: Sequence[Event]) -> list[Unit]:
    """Each subject that events touched, with the last of them."""
    touched = {subject: event for event in happened for subject in subjects_of([event])}
    return [Unit(event, subject) for subject, event in sorted(touched.items(), key=lambda pair: pair[0])]
