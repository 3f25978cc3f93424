"""Who has not yet taken in a withdrawal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.archive.models import Record, Withdrawal
from quanxin.calendar import travel
from quanxin.intake import withdrawals
from quanxin.sharing import feed, subscriptions
from tests.city import hand_in, penalty, register
from tests.desk.people import signed_in
from tests.rights.life import LATER, granted, morning, penalised
from tests.sharing.test_feed import consumer, settle

pytestmark = pytest.mark.django_db


def test_the_page_names_who_is_behind_until_they_confirm(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    bank = consumer()
    (record,) = Record.objects.filter(resource="administrative-penalty")
    withdrawals.withdraw(
        operator(), record.provider, [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason="复议撤销"
    )
    settle()
    centre = signed_in(Role.CENTRE)
    behind = centre.get("/desk/consumers").content.decode()
    assert "1 项撤销未确认" in behind
    assert "复议撤销" in behind
    subscriptions.acknowledge(bank, str(feed.latest()))
    after = centre.get("/desk/consumers").content.decode()
    assert "项撤销未确认" not in after
    assert "所有撤销均已由接收单位确认更新" in after


def test_a_repair_is_followed_and_who_is_late_is_named(tmp_path: Path) -> None:
    with travel(dt.date(2026, 5, 15)):
        made = penalised(tmp_path)
        bank = consumer()
        quick = subscriptions.add_consumer(operator(), "quick", title="样例快捷公司")
        subscriptions.grant(operator(), quick, "administrative-penalty", purpose="sharing", basis="协议")
    with travel(morning(LATER)):
        case = granted(made)
        settle()
        subscriptions.acknowledge(quick, str(feed.latest()))
    centre = signed_in(Role.CENTRE)
    with travel(morning(LATER, 16)):
        page = centre.get("/desk/consumers").content.decode()
        assert "1 项修复等决定未确认" in page
        assert case.number in page
        assert "逾期未更新的单位" not in page
    # a working day after 1 September: the evening of the 2nd
    with travel(morning(LATER + dt.timedelta(days=3), 11)):
        page = centre.get("/desk/consumers").content.decode()
        late = page.partition("逾期未更新的单位")[2].partition("</section>")[0]
        assert "样例银行" in late
        assert "已逾期 1 天 2 小时" in late
        assert "样例快捷公司" not in late
        shown = centre.get(f"/desk/cases/{case.number}").content.decode()
        told = shown.partition("使用单位是否已更新")[2].partition("</section>")[0]
        assert "尚未确认" in told
        assert "2026年9月1日 09:00" in told
        subscriptions.acknowledge(bank, str(feed.latest()))
        assert "逾期未更新的单位" not in centre.get("/desk/consumers").content.decode()


def test_an_empty_page_says_how_to_begin() -> None:
    assert "quanxin consumer add" in signed_in(Role.CENTRE).get("/desk/consumers").content.decode()


def test_only_the_centre_enters() -> None:
    assert Client().get("/desk/consumers").status_code == 302
    assert signed_in(Role.INTAKE).get("/desk/consumers").status_code == 403
