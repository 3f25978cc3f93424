"""The sample city's checks."""

from __future__ import annotations

from pathlib import Path

from quanxin.accounts import operator
from quanxin.calendar import today
from quanxin.checks.models import Check, Use
from quanxin.checks.sample import check_some
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack
from tests.checks.city import PROCUREMENT, banned


def test_every_item_of_a_department_is_checked_by_and_most_results_are_used(city: Path) -> None:
    banned(city, 0)
    said: list[str | Text] = []
    made = check_some(operator(), said.append)
    assert made["restricted"] >= 1
    items = current_pack().on(today()).check_items
    departmental = {key for key, item in items.items() if not item.persons}
    about_firms = {c.item for c in Check.objects.all()}
    assert PROCUREMENT in about_firms
    assert about_firms <= departmental
    assert Use.objects.exists()
