"""What people of the desk are told by their roles."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.accounts.actors import Role
from quanxin.calendar import travel
from quanxin.casework import ticking
from quanxin.casework.models import Case, Notice
from tests.desk.people import signed_in
from tests.desk.rights import People, at, filed, page, people
from tests.rights.life import morning

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> People:
    return people()


@pytest.fixture
def late(staff: People, tmp_path: Path) -> Case:
    """A case whose term to decide lapsed, so that the decider and the reviewer were told."""
    case = at(filed(tmp_path), "accepted")
    with travel(morning(dt.date(2026, 9, 16))):
        assert ticking.tick() == 1
    return case


def test_a_lapse_is_told_to_who_decides_and_to_who_supervises(late: Case, staff: People) -> None:
    for client in (staff.decider, staff.reviewer):
        text = page(client, "/desk/notices")
        assert "办理已逾期" in text
        assert f'href="/desk/cases/{late.number}"' in text
        assert '<span class="count">1<span class="visually-hidden"> 条未读' in text
    for client in (staff.other, staff.window, staff.auditor):
        text = page(client, "/desk/notices")
        assert "没有通知" in text
        assert 'class="count"' not in text


def test_read_by_one_is_read_for_all_of_the_role(late: Case, staff: People) -> None:
    notice = Notice.objects.get(role="decider", key="escalation")
    for client in (staff.decider, staff.colleague):
        assert client.post("/desk/notices/read", {"number": notice.pk}).status_code == 302
    notice.refresh_from_db()
    assert notice.read_by == "user:decider"
    assert "decider 于" in page(staff.colleague, "/desk/notices")
    assert "没有通知" in page(staff.colleague, "/desk/notices?unread=1")


def test_all_are_read_at_once(late: Case, staff: People) -> None:
    assert staff.reviewer.post("/desk/notices/read", {"number": "all"}).status_code == 302
    assert not Notice.objects.filter(role="reviewer", read_at=None).exists()
    assert Notice.objects.filter(role="decider", read_at=None).exists()


@pytest.mark.parametrize(("number", "status"), [("theirs", 403), ("0", 422), ("x", 422), ("999999", 422)])
def test_a_notice_to_others_is_not_read(late: Case, staff: People, number: str, status: int) -> None:
    wanted = str(Notice.objects.get(role="decider", key="escalation").pk) if number == "theirs" else number
    assert staff.other.post("/desk/notices/read", {"number": wanted}).status_code == status
    assert not Notice.objects.exclude(read_at=None).exists()


def test_a_subjects_notice_is_nobodys_at_the_desk(late: Case, staff: People) -> None:
    notice = Notice.objects.filter(role="").first()
    assert notice is not None
    assert staff.reviewer.post("/desk/notices/read", {"number": notice.pk}).status_code == 422


def test_whoever_may_not_open_the_case_has_no_link_to_it(late: Case, staff: People) -> None:
    Notice.objects.create(
        role="supervisor",
        key="escalation",
        once="x",
        at=morning(dt.date(2026, 9, 1)),
        case=late,
        particulars=Notice.objects.get(role="decider", key="escalation").particulars,
    )
    text = page(signed_in(Role.SUPERVISOR, name="boss"), "/desk/notices")
    assert "办理已逾期" in text
    assert f"/desk/cases/{late.number}" not in text
