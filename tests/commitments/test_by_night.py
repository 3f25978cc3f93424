"""What data show of duties by night is a finding, and no more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Record
from quanxin.calendar import travel
from quanxin.commitments import nightly, texts
from quanxin.commitments.models import Duty
from quanxin.policy.commitments import Match
from tests.city import CODES, NAMES, hand_in
from tests.commitments import life
from tests.commitments.life import MAY
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
_city, _built = city(life.companies, autouse=True)


def test_what_data_tell_of_a_duty_is_a_finding_that_falls_with_its_record(tmp_path: Path) -> None:
    day = dt.date(2026, 7, 20)
    with travel(MAY):
        case, other = life.in_force(), life.in_force(1)
    made = life.commitment(case)
    kept, broken = (Match(resource="annual-report", shows=shows) for shows in ("met", "not-met"))
    due = dt.date(2026, 7, 6)
    for match in (kept, broken):
        assert nightly.told(made, match, due, due) == ("planned", None)
        assert nightly.told(made, match, due, day) == ("cannot-check", None)  # nobody's came
    with travel(morning(day)):
        row = {"subject_name": NAMES[0], "uscc": CODES[0], "year": "2025", "decision_date": "2026-06-02"}
        hand_in(tmp_path, "annual-report", [row], name="reports.csv")
        record = Record.objects.get(resource="annual-report", superseded_at=None)
        assert nightly.told(made, kept, due, day) == ("met", record)
        assert nightly.told(made, broken, due, due) == ("not-met", record)
        others = life.commitment(other)
        assert nightly.told(others, kept, due, day) == ("not-met", None)
        assert nightly.told(others, broken, due, day) == ("met", None)


def test_by_night_a_finding_not_kept_waits_for_the_department_and_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with travel(MAY):
        case = life.in_force()
    duty = life.commitment(case).duties.get(key="conditions-met")
    Duty.objects.filter(pk=duty.pk).update(method="data-match")
    match = Match(resource="annual-report", shows="not-met")
    known = texts.template_on("approval", dt.date(2026, 6, 3))
    assert known is not None
    matched = known.duties[0].model_copy(update={"evidence": "data-match", "match": match})
    monkeypatch.setattr(
        texts, "edition_of", lambda *_of: known.model_copy(update={"duties": (matched, known.duties[1])})
    )
    with travel(morning(dt.date(2026, 6, 3), 3)):
        row = {"subject_name": NAMES[0], "uscc": CODES[0], "year": "2025", "decision_date": "2026-06-02"}
        hand_in(tmp_path, "annual-report", [row], name="reports.csv")
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
        hand_in(tmp_path, "annual-report", [row | {"year": "2024"}], name="another.csv")
        assert nightly.by_night() == 0  # a person looked
