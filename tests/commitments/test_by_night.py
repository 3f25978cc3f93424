"""What data show of duties by night is a finding, and no more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Record, Withdrawal
from quanxin.calendar import travel
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.commitments import matching, nightly, texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import Duty
from quanxin.intake import withdrawals
from quanxin.policy.commitments import Match
from tests.city import CODES, NAMES, hand_in
from tests.commitments import life
from tests.commitments.life import MAY
from tests.once import city
from tests.rights.life import morning

REPORTING = "market-regulation"
REPORT = {"subject_name": NAMES[0], "uscc": CODES[0], "year": "2025", "decision_date": "2026-06-02"}
pytestmark = pytest.mark.django_db
_city, _built = city(life.companies, autouse=True)


def test_what_data_tell_of_a_duty_is_a_finding_that_falls_with_its_record(tmp_path: Path) -> None:
    day = dt.date(2026, 7, 20)
    with travel(MAY):
        case, other = life.in_force(), life.in_force(1)
    made = life.commitment(case)
    kept, broken = (
        Match(resource="annual-report", providers=(REPORTING,), shows=shows) for shows in ("met", "not-met")
    )
    due = dt.date(2026, 7, 6)
    for match in (kept, broken):
        assert matching.told(made, match, due, due) == ("planned", None)
        assert matching.told(made, match, due, day) == ("cannot-check", None)  # nobody's came
    with travel(morning(day)):
        hand_in(tmp_path, "annual-report", [REPORT], name="reports.csv")
        record = Record.objects.get(resource="annual-report", superseded_at=None)
        assert matching.told(made, kept, due, day) == ("met", record)
        assert matching.told(made, broken, due, due) == ("not-met", record)
        others = life.commitment(other)
        assert matching.told(others, kept, due, day) == ("not-met", None)
        assert matching.told(others, broken, due, day) == ("met", None)
        foreign = broken.model_copy(update={"providers": (REPORTING, "taxation")})
        assert matching.told(others, foreign, due, day) == ("cannot-check", None)  # the tax office handed in nothing


def _matched(case: Case, monkeypatch: pytest.MonkeyPatch, shows: str) -> Duty:
    """The first duty of a commitment, as if its template let annual reports show whether it is kept."""
    duty = life.commitment(case).duties.get(key="conditions-met")
    Duty.objects.filter(pk=duty.pk).update(method="data-match")
    known = texts.template_on("approval", dt.date(2026, 6, 3))
    assert known is not None
    match = Match.model_validate({"resource": "annual-report", "providers": [REPORTING], "shows": shows})
    matched = known.duties[0].model_copy(update={"evidence": "data-match", "match": match})
    changed = known.model_copy(update={"duties": (matched, *known.duties[1:])})
    monkeypatch.setattr(texts, "edition_of", lambda *_of: changed)
    return duty


def test_by_night_a_finding_not_kept_waits_for_the_department_and_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with travel(MAY):
        case = life.in_force()
    duty = _matched(case, monkeypatch, "not-met")
    with travel(morning(dt.date(2026, 6, 3), 3)):
        hand_in(tmp_path, "annual-report", [REPORT], name="reports.csv")
        record = Record.objects.get(resource="annual-report", superseded_at=None)
        assert [nightly.by_night(), nightly.by_night()] == [1, 0]
        duty.refresh_from_db()
        assert (duty.state, duty.checked_by) == ("not-met", "system")
        line = AuditLine.objects.get(act="commitments.match")
        assert (line.target, line.particulars["record"]) == (case.reference, record.id)
        case.refresh_from_db()
        assert (case.state, Record.objects.filter(resource="commitment-breach").exists()) == ("in-force", False)
        Record.objects.filter(pk=record.pk).update(superseded_at=record.recorded_at)
        assert nightly.by_night() == 1
        duty.refresh_from_db()
        assert duty.state == "planned"
        life.checked(case, "conditions-met", "cannot-check")
        hand_in(tmp_path, "annual-report", [REPORT | {"year": "2024"}], name="another.csv")
        assert nightly.by_night() == 0  # a person looked


def test_a_finding_that_a_duty_is_kept_falls_with_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with travel(MAY):
        case = life.in_force()
    duty = _matched(case, monkeypatch, "met")
    with travel(morning(dt.date(2026, 6, 3), 3)):
        hand_in(tmp_path, "annual-report", [REPORT], name="reports.csv")
        assert nightly.by_night() == 1
        life.checked(case, "papers-supplied", "met")
        assert _state(duty) == "met"
    with travel(morning(dt.date(2026, 6, 4), 3)):  # put right: it was of before the commitment
        hand_in(tmp_path, "annual-report", [REPORT | {"decision_date": "2026-05-01"}], name="right.csv")
        with pytest.raises(CommitmentError, match="符合告知的条件"):  # the night has not come yet
            engine.perform(life.DEPARTMENT, case.number, "keep")
        assert [nightly.by_night(), nightly.by_night()] == [1, 0]
        assert _state(duty) == "planned"
    with travel(morning(dt.date(2026, 6, 5), 3)):
        hand_in(tmp_path, "annual-report", [REPORT | {"year": "2024"}], name="another.csv")
        assert (nightly.by_night(), _state(duty)) == (1, "met")
        record = Record.objects.get(resource="annual-report", superseded_at=None, payload__year=2024)
        which, kind = [(record.subject_id, record.id)], Withdrawal.Kind.MISTAKEN
        withdrawals.withdraw(operator(), REPORTING, which, kind=kind, reason="不是本单位的年报")
        assert (nightly.by_night(), _state(duty)) == (1, "planned")


def _state(duty: Duty) -> str:
    duty.refresh_from_db()
    return duty.state
