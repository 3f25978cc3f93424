"""Who has not yet taken in a withdrawal."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.archive.models import Record, Withdrawal
from quanxin.exchange import feed, subscriptions, withdrawals
from tests.city import hand_in, penalty, register
from tests.desk.people import signed_in
from tests.exchange.test_feed import consumer, settle

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


def test_an_empty_page_says_how_to_begin() -> None:
    assert "quanxin consumer add" in signed_in(Role.CENTRE).get("/desk/consumers").content.decode()


def test_only_the_centre_enters() -> None:
    assert Client().get("/desk/consumers").status_code == 302
    assert signed_in(Role.INTAKE).get("/desk/consumers").status_code == 403
