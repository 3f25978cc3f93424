"""Many checked by SQL: to the last sign what is said of each alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.models import Binding, User
from quanxin.accounts.own_matters import OwnMatter
from quanxin.archive.models import Restriction
from quanxin.calendar import now, today
from quanxin.checks import checking
from quanxin.checks.asked import Row
from quanxin.checks.models import Check
from quanxin.demo.city import code_of
from quanxin.runtime.pack import current_pack
from tests.checks.both_ways import both_ways
from tests.checks.city import FINANCE, HONOUR, INDUSTRY, PROCUREMENT, REFORM, SUPPORT, banned, company, hold, listed
from tests.city import CODES, NAMES, hand_in, penalty, person
from tests.once import city

pytestmark = pytest.mark.django_db


def _build(folder: Path) -> Path:
    """Companies that are banned, disputed, penalised, and one that was merged into another."""
    from tests.checks.city import register

    register(folder)
    banned(folder, 0)
    hold(banned(folder, 1), Restriction.Kind.DISPUTED)
    listed(folder, "tax-severe", "taxation", 0)
    listed(folder, "abnormal-operations", "market-regulation", 1, valid_until=None, reason="未按规定公示年度报告")
    hand_in(
        folder,
        "administrative-penalty",
        [penalty(2, "3号", penalty_kinds="责令停产停业", fine=None), penalty(0, "4号")],
    )
    return folder


firms, _built = city(_build)
WRITTEN = [
    CODES[0], CODES[0].lower(), CODES[1], CODES[2], f"{CODES[2][:8]}-{CODES[2][8:]}", code_of("91", "370102", 999),
    "9137XX", "", '13800138000"\\', "坏\x01\x1f\x7f码", "无", "企合苏总字第000174号", "370100400001234", "3701002800123",
    "MA3C0QRF3", "0" * 18, "a" * 40, "‘;-- ", "E1234567",
]  # fmt: skip


@pytest.mark.parametrize(("actor", "key"), [(FINANCE, PROCUREMENT), (REFORM, HONOUR), (INDUSTRY, SUPPORT)])
def test_every_kind_of_row_is_answered_as_alone(
    firms: Path, actor: Actor, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [*WRITTEN, str(person()["identity_number"])]
    rows = [Row(n, code, f"某公司 {n}，电话13800138000") for n, code in enumerate(codes, 1)]
    few, many = both_ways(actor, current_pack().on(today()).check_items[key], rows, monkeypatch)
    assert few == many
    assert len(few[0]) == len(rows)
    if key == PROCUREMENT:
        assert {"restricted", "hint", "doubled", "unknown-subject", "malformed-code", "person-not-allowed"} <= set(
            few[1]
        )


def test_of_merged_firms_and_wrong_targets(firms: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type(company(0)).objects.filter(pk=company(0).pk).update(merged_into=company(2))
    type(company(1)).objects.filter(pk=company(1).pk).update(type="nobodys-target")
    rows = [Row(n, code) for n, code in enumerate(CODES, 1)]
    few, many = both_ways(FINANCE, current_pack().on(today()).check_items[PROCUREMENT], rows, monkeypatch)
    assert few == many
    assert [r["verdict"] for r in few[0]] == ["restricted", "not-a-target", "doubled"]
    assert few[0][0]["name"] == NAMES[2]


def test_an_own_firm_ends_the_whole(firms: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "FEW", 0)
    clerk = User.objects.create(username="finance")
    Binding.objects.create(user=clerk, code=CODES[1], from_at=now(), made_by="x", reason="样例")
    asking = checking.Asking(current_pack().on(today()).check_items[PROCUREMENT], "样例", "样例-1", Check.Source.LIST)
    with pytest.raises(OwnMatter):
        checking.carry_out(Actor(FINANCE.name, FINANCE.assignments), asking, [Row(1, CODES[0]), Row(2, CODES[1])])
    assert not Check.objects.exists()


def test_a_districts_clerk_finds_its_districts_alone(firms: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = Actor("user:district", [Assignment(Role.INTAKE, "finance", "370103")])
    rows = [Row(n, code) for n, code in enumerate(CODES, 1)]
    few, many = both_ways(clerk, current_pack().on(today()).check_items[PROCUREMENT], rows, monkeypatch)
    assert few == many
