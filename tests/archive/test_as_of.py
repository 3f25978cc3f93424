"""The archive then and now, as it was known then and as it is known now: always the same bytes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.archive import viewers
from quanxin.archive.models import Access
from quanxin.archive.queries import archive_of
from quanxin.archive.serial import as_json
from quanxin.calendar import ZONE, travel
from quanxin.subjects.queries import find
from tests.city import CODES, hand_in, penalty, register

pytestmark = pytest.mark.django_db
BEFORE = dt.datetime(2026, 6, 1, 9, tzinfo=ZONE)
CORRECTED = dt.datetime(2026, 6, 10, 9, tzinfo=ZONE)


@pytest.fixture
def subject(tmp_path: Path) -> int:
    with travel(BEFORE):
        register(tmp_path)
        hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    with travel(CORRECTED):
        hand_in(tmp_path, "administrative-penalty", [penalty(0, fine="0.6")], name="corrected.csv")
    found = find(CODES[0])
    assert found is not None
    return found.pk


def told(subject: int, day: dt.date, known: dt.datetime, viewer: viewers.Viewer = viewers.PUBLIC) -> str:
    return json.dumps(as_json(archive_of(subject, viewer, valid_on=day, known_at=known)), ensure_ascii=False)


def test_before_and_after_a_correction_the_archive_says_what_was_known(subject: int) -> None:
    day = dt.date(2026, 6, 20)
    old = told(subject, day, CORRECTED - dt.timedelta(seconds=1))
    new = told(subject, day, CORRECTED + dt.timedelta(seconds=1))
    assert "0.5 万元" in old
    assert "0.6 万元" not in old
    assert "0.6 万元" in new
    assert "0.5 万元" not in new
    assert old == told(subject, day, CORRECTED - dt.timedelta(seconds=1))
    assert new == told(subject, day, CORRECTED + dt.timedelta(seconds=1))


def test_nothing_was_known_before_it_was_handed_in(subject: int) -> None:
    earlier = json.loads(told(subject, dt.date(2026, 6, 20), BEFORE - dt.timedelta(days=1)))
    assert not any(chapter["records"] for chapter in earlier["chapters"])


def test_a_penalty_is_public_until_its_window_ends_and_the_centre_sees_it_after(subject: int) -> None:
    known = CORRECTED + dt.timedelta(days=1)
    last, after = dt.date(2028, 8, 31), dt.date(2028, 9, 1)
    assert "占道经营" in told(subject, last, known)
    assert "占道经营" not in told(subject, after, known)
    centre = viewers.centre(operator(), "核查")
    assert "占道经营" in told(subject, after, known, centre)
    assert Access.objects.get().purpose == "核查"


def test_the_centre_needs_a_purpose() -> None:
    with pytest.raises(ValueError, match="purpose"):
        viewers.centre(operator(), "  ")


def test_fields_that_are_not_public_are_not_shown(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, remark="内部备注", facts="电话13800000000")])
    found = find(CODES[0])
    assert found is not None
    public = json.dumps(as_json(archive_of(found.pk, viewers.PUBLIC)), ensure_ascii=False)
    assert "内部备注" not in public
    assert "13800000000" not in public
    assert "138********" in public
