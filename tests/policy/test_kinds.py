"""One table says what a pack is made of: a kind that stands there is read, ruled by day, and in the edition."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.policy import load
from quanxin.policy.kinds import BY_NAME, BY_PLACE, CARRIERS, DATED, KEYED, KINDS
from quanxin.policy.model import Part
from quanxin.policy.pack import Pack
from quanxin.policy.ruling import Clause

PACK = load("jinan")
DAY = dt.date(2026, 11, 1)


def test_no_two_kinds_share_a_name_or_a_place() -> None:
    assert len(KINDS) == len(BY_NAME) == len(BY_PLACE) == len({kind.stem for kind in KINDS})
    assert all(kind.place.endswith(("/", ".yaml")) for kind in KINDS)


def test_every_kind_is_on_the_page_about_packs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "developers" / "packs.md").read_text(encoding="utf-8")
    assert [kind.place for kind in KINDS if kind.place not in page] == []


def test_every_kind_is_an_attribute_of_a_pack_and_those_of_a_day_of_its_rules() -> None:
    rules = PACK.on(DAY)
    for kind in KINDS:
        assert getattr(PACK, kind.name) is PACK.parts[kind.name]
    for kind in (*DATED, *KEYED):
        assert getattr(rules, kind.name) is rules.parts[kind.name]
    assert all(one.in_force.covers(DAY) for kind in DATED for one in rules.parts[kind.name].values())


@pytest.mark.parametrize("name", BY_NAME)
def test_every_kind_is_in_the_edition(name: str) -> None:
    kept = PACK.parts[name]
    if isinstance(kept, Part):
        less: object = type(kept)()
    else:
        less = dict(list(kept.items())[1:]) if hasattr(kept, "items") else kept[1:]
    assert PACK.replacing(**{name: less}).edition != PACK.edition or not kept


def test_a_pack_has_no_parts_of_another_kind() -> None:
    with pytest.raises(TypeError, match="tides"):
        PACK.replacing(tides=())
    assert isinstance(PACK.replacing(), Pack)


def test_a_clause_names_its_carriers_by_the_kinds_that_may_carry_it() -> None:
    assert set(CARRIERS) == set(Clause.model_fields) - {"key", "title", "functions", "missing"}
