"""Acts on a measure and on its ground at the same moment, and acts that a process does not come to the end of: whichever
commits first, no measure is in force without its ground, and nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Role
from quanxin.archive import events, judgements, restrictions
from quanxin.archive.models import Event, Restriction, Withdrawal
from quanxin.calendar import now, travel
from quanxin.casework import engine
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Notice, Step
from quanxin.intake import withdrawals
from quanxin.measures import following, health
from quanxin.measures.errors import MeasureError
from quanxin.measures.models import Application
from quanxin.policy.model import Basis
from quanxin.runtime.finding import State as Found
from quanxin.subjects.models import Subject
from tests.city import hand_in
from tests.measures.beside import Act, beside, cut_off
from tests.measures.life import DAY, ENFORCER, LIST, heard, listed, listing, proposed, record
from tests.rights.life import REVIEWER, company, morning

pytestmark = pytest.mark.django_db(transaction=True)
BASIS = [Basis.model_validate({"title": "信用修复管理办法", "article": "第一条"})]
STEWARD = Actor("user:steward", frozenset({Role.STEWARD}))
APPLIES, ENDS, HOLDS = 'INSERT INTO "measures_application"', 'INSERT INTO "archive_event"', "FOR UPDATE"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A restraint that was told and heard, to be decided."""
    listed(tmp_path)
    with travel(morning(DAY)):
        return heard(proposed(record()))


@pytest.fixture
def applied(case: Case) -> Application:
    with travel(morning(DAY)):
        apply(case)()
    return Application.objects.get()


def apply(case: Case) -> Act:
    return act(case, "apply")


def act(case: Case, key: str, **form: str) -> Act:
    return lambda: engine.perform(ENFORCER, case.number, key, {"reason": "依法"} | form)


@transaction.atomic
def repair() -> None:
    restrictions.restrict(REVIEWER, [record()], Restriction.Kind.REPAIRED, case="case:1", basis=BASIS, at=now())


@transaction.atomic
def dispute() -> None:
    restrictions.restrict(REVIEWER, [record()], Restriction.Kind.DISPUTED, case="case:2", basis=BASIS, at=now())


def withdraw() -> None:
    found = record()
    withdrawals.withdraw(
        operator(), found.provider, [(found.subject_id, found.id)], kind=Withdrawal.Kind.MISTAKEN, reason="列错主体"
    )


def sound() -> None:
    """What holds whatever was done at once: the deep proof finds nothing."""
    with travel(morning(DAY)):
        assert [one.state for one in health.deep()] == [Found.OK, Found.OK]


def stands() -> list[tuple[str, str]]:
    return list(Application.objects.values_list("state", "cause"))


def test_two_who_apply_one_measure_apply_it_once(case: Case) -> None:
    first, second = beside(apply(case), APPLIES, apply(case))
    assert isinstance(first, Case)
    assert isinstance(second, RightsError)
    assert "实施中" in str(second)
    assert stands() == [("in-force", "")]
    assert Notice.objects.filter(key="measure-applied").count() == 1
    sound()


@pytest.mark.parametrize(("end", "cause"), [(repair, "repaired"), (withdraw, "withdrawn")])
def test_a_ground_that_falls_beside_the_decision_leaves_no_measure(case: Case, end: Act, cause: str) -> None:
    first, second = beside(apply(case), APPLIES, end)
    assert isinstance(first, Case)
    assert not isinstance(second, Exception), second
    assert stands() == [("lifted", cause)]
    sound()


@pytest.mark.parametrize("end", [repair, withdraw])
def test_a_decision_beside_a_ground_that_falls_is_refused_in_words(case: Case, end: Act) -> None:
    first, second = beside(end, HOLDS, apply(case))
    assert not isinstance(first, Exception), first
    assert isinstance(second, MeasureError), second
    assert second.code == "measure-ungrounded"
    assert stands() == []
    sound()


def test_a_correction_beside_the_decision_is_waited_for(case: Case, tmp_path: Path) -> None:
    def correct() -> object:
        return hand_in(tmp_path, LIST, [listing(valid_until="2027-05-12")], name="shorter.csv")

    first, second = beside(correct, ENDS, apply(case))
    assert not isinstance(first, Exception), first
    assert isinstance(second, Case), second
    assert Application.objects.get().until == record().valid_until
    sound()


@pytest.mark.parametrize("decided_first", [True, False])
def test_a_merge_into_whom_the_measure_does_not_reach_beside_the_decision(case: Case, decided_first: bool) -> None:
    Subject.objects.filter(pk=company(1).pk).update(type="foundation")
    kept, other = company(1), company(0)

    def merge() -> object:
        return judgements.merge(STEWARD, kept, other, reason="同一主体")

    if decided_first:
        done = beside(apply(case), APPLIES, merge)
        assert not any(isinstance(one, Exception) for one in done), done
        assert stands() == [("lifted", "subject")]
    else:
        first, second = beside(merge, "FOR UPDATE", apply(case))
        assert not isinstance(first, Exception), first
        assert isinstance(second, MeasureError), second
        assert stands() == []
    sound()


@pytest.mark.parametrize("key", ["lift", "stay"])
@pytest.mark.parametrize("end", [repair, withdraw])
def test_an_act_on_a_measure_beside_the_end_of_its_ground(applied: Application, key: str, end: Act) -> None:
    first, second = beside(act(applied.case, key), 'UPDATE "measures_application"', end)
    assert isinstance(first, Case), first
    assert not isinstance(second, Exception), second
    assert [state for state, _ in stands()] == ["lifted"]
    sound()


@pytest.mark.parametrize("key", ["lift", "stay"])
@pytest.mark.parametrize("end", [repair, withdraw])
def test_the_end_of_a_ground_beside_an_act_on_its_measure(applied: Application, key: str, end: Act) -> None:
    first, second = beside(end, 'UPDATE "measures_application"', act(applied.case, key))
    assert not isinstance(first, Exception), first
    assert isinstance(second, Case) if key == "lift" else isinstance(second, MeasureError), second
    assert stands()[0][1] in ("repaired", "withdrawn")
    sound()


def test_feedback_beside_lifting_is_kept_and_the_case_closes(applied: Application) -> None:
    feedback = act(applied.case, "record-effect", effect="按季度检查")
    first, second = beside(feedback, 'INSERT INTO "casework_step"', act(applied.case, "lift"))
    assert isinstance(first, Case)
    assert isinstance(second, Case)
    assert (second.state, second.steps.filter(act="record-effect").count()) == ("lifted", 1)
    late = act(applied.case, "record-effect", effect="再次反馈")
    with travel(morning(DAY)), pytest.raises(RightsError):
        late()
    sound()


def test_a_dispute_beside_what_lets_it_go_on_holds_it(applied: Application) -> None:
    with travel(morning(DAY)):
        act(applied.case, "stay")()
    first, second = beside(act(applied.case, "resume"), 'UPDATE "measures_application"', dispute)
    assert isinstance(first, Case)
    assert not isinstance(second, Exception), second
    assert stands() == [("suspended", "")]
    sound()


def test_a_case_that_follows_waits_for_no_act_and_no_act_for_it(applied: Application) -> None:
    """Whoever follows takes the case alone; an act on the case takes the case, then the record: neither holds what the
    other waits for."""
    with travel(morning(DAY)):
        repair()
    event = Event.objects.get(kind=Event.Kind.RECORDS_RESTRICTED)
    first, second = beside(
        lambda: following.follow(event), 'FROM "casework_case"', act(applied.case, "record-effect", effect="无")
    )
    assert not isinstance(first, Exception), first
    assert not isinstance(second, Exception) or isinstance(second, RightsError), second
    assert Case.objects.get(pk=applied.case_id).state == "lifted"
    sound()


def test_a_decision_that_is_cut_off_leaves_nothing_and_can_be_made_again(case: Case) -> None:
    left = _traces()

    def nothing() -> None:
        assert stands() == []
        assert Case.objects.get(pk=case.pk).state == "answered"
        assert _traces() == left

    assert cut_off(apply(case), nothing) > 10
    assert stands() == [("in-force", "")]
    sound()


@pytest.mark.parametrize(("end", "cause"), [("lift", "decided"), (repair, "repaired"), (withdraw, "withdrawn")])
def test_a_lifting_that_is_cut_off_leaves_the_measure_and_its_ground(
    applied: Application, end: str | Callable[[], None], cause: str
) -> None:
    left = _traces()

    def whole() -> None:
        assert stands() == [("in-force", "")]
        assert _traces() == left
        assert not Restriction.objects.exists()
        assert record()
        sound()

    assert cut_off(act(applied.case, end) if isinstance(end, str) else end, whole) > 3
    assert stands() == [("lifted", cause)]
    with travel(morning(DAY)):
        events.follow(following.CASES)
    assert Case.objects.get(pk=applied.case_id).state == "lifted"
    sound()


def _traces() -> tuple[int, int, int]:
    return Step.objects.count(), Notice.objects.count(), Event.objects.count()
