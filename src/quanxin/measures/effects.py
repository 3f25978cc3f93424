"""The effects of measures: proposed, applied, stayed, lifted, each on a ground that is looked at anew.

Invariant: whoever applies a measure holds the locks of the subject and of the record that grounds it, so that what takes
the ground away either comes before, and is seen, or after, and lifts it. What becomes of a ground comes from ``following``;
here people act.
"""

from __future__ import annotations

from django.db.models import Q

from quanxin.archive.models import Record
from quanxin.calendar import day_of
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.models import Case
from quanxin.measures.errors import MeasureError
from quanxin.measures.models import Application
from quanxin.measures.reckoning import Consequence, of_records, standing
from quanxin.measures.standing import named_by, stands_of
from quanxin.policy.consequences import Measure
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

State, Cause = Application.State, Application.Cause
TALKS = {"reminder": Text(zh="提示约谈", en="a reminder"), "warning": Text(zh="警示约谈", en="a warning")}


@effect("measures.propose")
def propose(performing: Performing, given: Given) -> None:
    """Keep what is proposed: the ``measure`` of the form, of a ``nature``, on the record of the case.

    Raises ``MeasureError`` where it does not follow from the record now, is another's to apply, or was lifted before.
    """
    case = performing.case
    rule = _rule(performing, str(performing.fields.get("measure") or case.named))
    if rule.nature != given["nature"]:
        raise MeasureError("measure-other-procedure", title=rule.title)
    if rule.enforcers and case.provider not in rule.enforcers:
        providers = current_pack().providers
        raise MeasureError(
            "measure-not-enforcer", title=rule.title, who="、".join(providers[key].title.zh for key in rule.enforcers)
        )
    found = grounded(performing, rule)
    case.particulars |= {
        "measure": rule.title.model_dump(),
        "ground": found.ground,
        "since": found.since.isoformat(),
        "until": found.until.isoformat() if found.until else None,
        "basis": [basis.model_dump(mode="json", exclude_none=True) for basis in rule.basis],
    }


@effect("measures.expect-talk")
def expect_talk(performing: Performing, given: Given) -> None:
    """Raise ``MeasureError`` where the measure asks for a talk and no step of the case, ``act``, holds one."""
    rule = _rule(performing, performing.case.named)
    if rule.talk and not performing.case.steps.filter(act=str(given["act"])).exists():
        raise MeasureError("talk-missing", title=rule.title, talk=TALKS[rule.talk])


@effect("measures.apply", harms=True)
def apply(performing: Performing, _given: Given) -> None:
    """Apply what was proposed, on the record as it stands. Raises ``MeasureError`` as ``propose`` does."""
    _apply(performing)


@effect("measures.grant")
def grant(performing: Performing, given: Given) -> None:
    """Grant what is of a ``nature`` that harms nobody: proposed and applied at once."""
    propose(performing, given)
    _apply(performing)


@effect("measures.stay")
def stay(performing: Performing, given: Given) -> None:
    """Stay the application (``is`` true), or let it go on: by a court or by the department that applies it.

    Raises ``MeasureError`` where it would go on while the record behind it is disputed or shielded, or where its ground is
    gone and the case has not followed yet.
    """
    one = application(performing.case)
    one.stayed = bool(given["is"])
    stand = stands_of([one])[one.pk]
    if one.lifted_at is not None or stand.state is State.LIFTED:
        raise MeasureError("measure-over", title=_title(one.measure))
    if stand.state is State.SUSPENDED and not one.stayed:
        raise MeasureError("measure-suspended", title=_title(one.measure))
    one.state = State.SUSPENDED if one.stayed else State.IN_FORCE
    one.save(update_fields=["stayed", "state"])


@effect("measures.lift")
def lift(performing: Performing, _given: Given) -> None:
    """Lift the application by a decision of the department that applies it."""
    one = application(performing.case)
    if one.lifted_at is None:
        one.state, one.lifted_at, one.cause = State.LIFTED, performing.at, Cause.DECIDED
        one.save(update_fields=["state", "lifted_at", "cause"])


@effect("measures.feedback")
def feedback(performing: Performing, _given: Given) -> None:
    """Keep when it was last said what came of the measure; of one that was lifted a moment ago its history alone says so."""
    one = application(performing.case)
    if one.lifted_at is None:
        one.feedback_at = performing.at
        one.save(update_fields=["feedback_at"])


@effect("measures.follow")
def follow(performing: Performing, given: Given) -> None:
    """Mark the act of nobody's by which a case comes to stand as its application does, in a ``state``
    (``following.catch_up``); nothing is left to do."""


def application(case: Case) -> Application:
    """The application that a case decided, locked until the transaction ends."""
    return Application.objects.select_for_update().get(case=case)


def grounded(performing: Performing, rule: Measure) -> Consequence:
    """What grounds a measure in the case's record at this moment; the record is locked until the transaction ends.

    Raises ``MeasureError`` where nothing does.
    """
    case = performing.case
    which = named_by(case.subject_id, case.resource, case.key_hash)
    Subject.objects.select_for_update(no_key=True).get(pk=case.subject_id)  # a merge may make another target of it
    records = standing(which) if _hold(which) else []
    found = [c for c in of_records(records, day_of(performing.at)) if c.measure == rule.key]
    if not found:
        raise MeasureError("measure-ungrounded", title=rule.title)
    if found[0].suspended:
        raise MeasureError("measure-suspended", title=rule.title)
    before = Application.objects.filter(which, measure=rule.key, enforcer=case.provider)
    if before.exclude(lifted_at=None).exists():
        raise MeasureError("measure-lifted", title=rule.title)
    return found[0]


def _hold(which: Q) -> bool:
    """Whether a version of a record stands, which is locked then; one that was replaced while it was waited for gives way to
    the version that replaced it."""
    versions = Record.objects.filter(which, superseded_at=None).select_for_update().values_list("id")
    return bool(list(versions) or list(versions.all()))


def _apply(performing: Performing) -> None:
    case, rule = performing.case, _rule(performing, performing.case.named)
    if case.key_hash is None:
        raise MeasureError("measure-ungrounded", title=rule.title)
    found = grounded(performing, rule)
    Application.objects.create(
        case=case,
        measure=rule.key,
        enforcer=case.provider,
        subject_id=case.subject_id,
        resource=case.resource,
        key_hash=case.key_hash,
        ground=found.ground,
        since=found.since,
        until=found.until,
        applied_at=performing.at,
        applied_by=performing.actor.name,
    )


def _title(key: str) -> Text:
    """What a measure is called by its latest edition: one that was applied may have ended since."""
    return max((one for one in current_pack().measures if one.key == key), key=lambda one: one.in_force.from_).title


def _rule(performing: Performing, key: str) -> Measure:
    """The measure of a key, in force on the day of the act."""
    found = current_pack().on(day_of(performing.at)).measures.get(key)
    if found is None:
        raise MeasureError("measure-unknown")
    return found
