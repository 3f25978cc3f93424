"""What becomes of applications when something becomes of their grounds.

Invariant: a measure is lifted, suspended or goes on in the very transaction in which its ground falls, is held or is free
again; whoever applies one at that moment waits for it, or it for them, by the lock of the record, and whoever stays or lifts
one by the lock of the application, which is the last that anybody takes. The case of the measure follows after the commit,
with its step and its notices. A day on which a term ends, or a rule does, is looked at by night.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from quanxin.archive.handlers import Now, soon
from quanxin.archive.models import Event, Record, WithdrawnRecord
from quanxin.calendar import now
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.casework.procedures import procedure_of
from quanxin.measures import health
from quanxin.measures.models import Application
from quanxin.measures.standing import Stand, stands_of
from quanxin.policy.procedure import Act
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Judgement

State = Application.State
AT_ONCE = 1000
RESTRICTING = (Event.Kind.RECORDS_RESTRICTED, Event.Kind.RECORDS_RELEASED)
_log = logging.getLogger(__name__)


def _at_once(happened: Sequence[Event]) -> None:
    """Let the applications whose grounds events touch stand as those do now."""
    for event in happened:
        if event.kind in RESTRICTING:
            _wait_for(event.particulars["records"])
        if (which := _touched(event)) is not None:
            settle(Application.objects.filter(which, lifted_at=None))


def _touched(event: Event) -> Q | None:
    """The applications on which an event may bear; None for none."""
    said = event.particulars
    if event.batch_id:
        of_batch = Record.objects.filter(
            batch_id=event.batch_id,
            superseded_at=None,
            subject_id=OuterRef("subject_id"),
            resource=OuterRef("resource"),
            key_hash=OuterRef("key_hash"),
        )
        brought = Q(resource=event.batch.resource) & Q(Exists(of_batch)) if event.batch else Q()
        return brought | _withdrawn(event)
    if event.kind in RESTRICTING:
        return Q(subject_id=event.subject, resource=said["resource"])
    if "judgement" in said:
        judged = Judgement.objects.filter(pk=said["judgement"]).values_list("kept_id", "other_id")
        return Q(subject_id__in={subject for pair in judged for subject in pair})
    return _withdrawn(event) if event.subject is None else Q(subject_id=event.subject)


def _withdrawn(event: Event) -> Q:
    ended = WithdrawnRecord.objects.filter(withdrawal__event=event).values("subject_id", "key_hash")
    return Q(Exists(ended.filter(subject_id=OuterRef("subject_id"), key_hash=OuterRef("key_hash"))))


def _wait_for(records: Iterable[Sequence[int]]) -> None:
    """Wait for whoever applies a measure on these versions at this moment, as they wait for whoever holds them."""
    named = Q(pk__in=[])
    for subject, number in records:
        named |= Q(subject_id=subject, id=number)
    list(Record.objects.filter(named).select_for_update().values_list("id"))


def settle(applications: QuerySet[Application]) -> int:
    """Let applications stand as their grounds do, locked until the caller's transaction ends; return how many changed."""
    some = list(applications.select_for_update(of=("self",)).order_by("pk"))
    stands, changed = stands_of(some), []
    for one in some:
        stand = stands[one.pk]
        if (one.state, one.until) != (stand.state, stand.until):
            changed.append(_put(one, stand))
    Application.objects.bulk_update(changed, ["state", "until", "lifted_at", "cause"])
    return len(changed)


def _put(one: Application, stand: Stand) -> Application:
    one.state, one.until = stand.state, stand.until
    if stand.state is State.LIFTED:
        one.lifted_at, one.cause = now(), stand.cause
    return one


# --- the case follows --------------------------------------------------------------------------------------------

MARK = "measures.follow"  # the effect that marks the acts by which a case follows


def follow(event: Event) -> int:
    """Let the cases on which an event bore stand as their applications and grounds do; return how many acts that took."""
    which = _touched(event)
    if which is None:
        return 0
    bearing = Case.objects.filter(open=True).filter(which)
    return catch_up(bearing.filter(application__isnull=False)) + drop_groundless(bearing)


def catch_up(cases: Iterable[Case]) -> int:
    """Do in open cases what became of their applications."""
    return sum(_follow(case, case.application) for case in cases)


def drop_groundless(cases: QuerySet[Case]) -> int:
    """Close those of open cases that propose a measure which is not applied yet, and whose grounds are gone."""
    kinds = [p.key for p in current_pack().procedures if any(_marks(act) for act in p.acts)]
    waiting = list(cases.filter(kind__in=kinds, application=None))
    supposed = [_supposed(case) for case in waiting]
    stands = stands_of(supposed)
    gone = [(case, one) for case, one in zip(waiting, supposed, strict=True) if stands[one.pk].state is State.LIFTED]
    return sum(_follow(case, _put(one, stands[one.pk])) for case, one in gone)


def _supposed(case: Case) -> Application:
    """What a case proposes, as if it were applied; it is not kept."""
    ground = str(case.particulars.get("ground", ""))
    about = {"subject_id": case.subject_id, "resource": case.resource, "key_hash": case.key_hash}
    return Application(pk=case.pk, measure=case.named, ground=ground, **about)


def _follow(case: Case, one: Application) -> int:
    """Do the act of nobody's that the procedure marks for the state of an application; none is where it stands so."""
    if (act := _act_of(case, one)) is not None:
        engine.by_nobody(case.number, act.key, reason=str(one.get_cause_display()))
    return int(act is not None)


def to_come(cases: Sequence[Case]) -> dict[int, Act]:
    """The acts by which cases are about to follow what became of their applications, by the ids of these cases."""
    kinds = {p.key for p in current_pack().procedures if any(_marks(act) for act in p.acts)}
    waiting = {case.pk: case for case in cases if case.open and case.kind in kinds}
    found = Application.objects.filter(case__in=waiting) if waiting else []
    acts = {one.case_id: _act_of(waiting[one.case_id], one) for one in found}
    return {number: act for number, act in acts.items() if act is not None}


def _act_of(case: Case, one: Application) -> Act | None:
    """The act by which a case follows its application; None where it stands so already."""
    acts = (act for act in procedure_of(case).acts if act.by_nobody and case.state in act.from_)
    return next((act for act in acts if one.state in _marks(act)), None)


def _marks(act: Act) -> list[str]:
    """The states of an application that an act follows."""
    return [str(effect.given["state"]) for effect in act.effects if effect.name == MARK]


def by_night() -> None:
    """Lift what ended with the day or with a rule, and name what should not have been found."""
    for one, cause in health.groundless():
        _log.error("%s: its ground fell (%s) and it was not lifted then", one.case.number, cause)
    for numbers in _live():
        with transaction.atomic():
            settle(Application.objects.filter(pk__in=numbers, lifted_at=None))
    waiting = Case.objects.filter(open=True)
    catch_up(waiting.filter(application__isnull=False).select_related("application"))
    drop_groundless(waiting)


def _live() -> Iterable[Collection[int]]:
    numbers = list(Application.objects.filter(lifted_at=None).order_by("pk").values_list("pk", flat=True))
    return (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))


GROUNDS = Now("measures", frozenset(Event.Kind), _at_once)
CASES = soon("measures.cases", _("惩戒和激励措施的办件"), follow)
