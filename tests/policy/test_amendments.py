"""What a child pack changes of single rules that it inherits, and that it is refused in words where it cannot be."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from quanxin.policy import PackError, load
from quanxin.policy.amendments import plain
from quanxin.policy.kinds import KINDS, Keyed
from quanxin.policy.lint import lint
from quanxin.policy.pack import Pack
from quanxin.policy.parts import Part
from tests.policy.small import BASIS, sound, text, written

TODAY = dt.date(2026, 6, 1)
OTHER = {"key": "bureau", "title": text("合并后的局")}


def child(folder: Path, *amendments: dict[str, Any], **files: Any) -> Pack:
    written(folder / "small", sound())
    head = {"name": "child", "title": text("子"), "extends": "small"}
    own = {f"{name}.yaml": data for name, data in files.items()}
    return load(written(folder / "child", {"pack.yaml": head, "amendments/here.yaml": list(amendments)} | own))


def test_items_are_set_articles_are_added_and_the_rest_stays(tmp_path: Path) -> None:
    pack = child(
        tmp_path,
        {"to": "resources", "keys": ["penalty"], "set": {"providers": ["bureau"]}, "basis": BASIS},
        providers=[OTHER],
    )
    ours, theirs = pack.resources[0], load(tmp_path / "small").resources[0]
    assert (ours.providers, theirs.providers) == (("bureau",), ("market",))
    assert ours.basis == (*theirs.basis, *theirs.basis[:1])
    kept = {"providers", "basis"}
    assert ours.model_dump(exclude=kept) == theirs.model_dump(exclude=kept)
    assert not list(lint(pack, TODAY))


def test_a_way_leads_to_what_stands_within_a_part(tmp_path: Path) -> None:
    first = sound()["tiers/windows.yaml"]["tiers"][0]["key"]
    pack = child(
        tmp_path,
        {"to": "tiers", "keys": ["windows"], "set": {f"tiers.{first}.maximum_months": 36}},
        {"to": "measures", "keys": ["ban"], "add": {"enforcers": ["bureau"]}},
        providers=[OTHER],
    )
    base = load(tmp_path / "small")
    assert (pack.tiers[0].tiers[0].maximum_months, base.tiers[0].tiers[0].maximum_months) == (36, 12)
    assert pack.tiers[0].tiers[1:] == base.tiers[0].tiers[1:]
    assert pack.measures[0].enforcers == ("market", "bureau")


def test_a_merged_provider_is_named_by_nobody_any_more(tmp_path: Path) -> None:
    pack = child(tmp_path, {"to": "providers", "keys": ["market"], "remove": True, "into": "bureau"}, providers=[OTHER])
    assert "market" not in pack.providers
    assert (pack.resources[0].providers, pack.lists[0].authority, pack.measures[0].enforcers) == (
        ("bureau",), "bureau", ("bureau",),
    )  # fmt: skip
    assert not list(lint(pack, TODAY))


def test_what_is_removed_is_gone_and_the_lint_names_what_still_refers_to_it(tmp_path: Path) -> None:
    pack = child(tmp_path, {"to": "lists", "keys": ["list"], "remove": True})
    assert pack.lists == ()
    assert ("unknown-reference", "measures/ban") in {(one.lint, one.where) for one in lint(pack, TODAY)}


@pytest.mark.parametrize(
    ("amendments", "said"),
    [
        ([{"to": "clocks", "keys": ["no"], "remove": True}], "no pack that this one extends has clocks no"),
        ([{"to": "nonsense", "keys": ["no"], "remove": True}], "a pack has no nonsense"),
        ([{"to": "cases", "keys": ["no"], "remove": True}], "a pack has no cases"),
        ([{"to": "providers", "keys": ["bureau"], "set": {"code": "x"}}], "no pack that this one extends has"),
        ([{"to": "clocks", "keys": ["clock"], "set": {"colour": "red"}}], "set.colour: Extra inputs"),
        ([{"to": "clocks", "keys": ["clock"], "set": {"working_days": "many"}}], "set.working_days: Input should be"),
        ([{"to": "clocks", "keys": ["clock"], "set": {"key": "other"}}], "key tells the rule apart"),
        ([{"to": "clocks", "keys": ["clock"], "set": {"no.such.way": 1}}], "no.such.way leads nowhere: there is no no"),
        ([{"to": "tiers", "keys": ["windows"], "set": {"tiers.general": 1}}], "general is a part among others"),
        ([{"to": "clocks", "keys": ["clock"], "add": {"working_days": [1]}}], "is no list"),
        ([{"to": "clocks", "keys": ["clock"]}], "changes nothing"),
        ([{"to": "clocks", "keys": ["clock"], "remove": True, "basis": BASIS}], "removed is not changed besides"),
        ([{"to": "clocks", "keys": ["clock"], "remove": True, "into": "bureau"}], "only a provider"),
        ([{"to": "providers", "keys": ["market"], "remove": True, "into": "gone"}], "there is no provider gone"),
        ([{"to": "clocks", "keys": ["clock"], "set": {"working_days": n}} for n in (3, 4)], "two amendments: clock"),
    ],
)
def test_what_cannot_be_is_refused_with_file_and_line(tmp_path: Path, amendments: list[Any], said: str) -> None:
    with pytest.raises(PackError) as error:
        child(tmp_path, *amendments, providers=[OTHER])
    assert said in str(error.value)
    assert "here.yaml:" in str(error.value)


def test_a_rule_that_is_given_whole_is_not_amended_besides(tmp_path: Path) -> None:
    clock = sound()["clocks.yaml"][0]
    with pytest.raises(PackError, match="clock is given whole in this pack"):
        child(tmp_path, {"to": "clocks", "keys": ["clock"], "set": {"working_days": 3}}, clocks=[clock])


def test_whatever_a_pack_says_can_be_said_again(city: Pack) -> None:
    """Setting one item reads the others anew: no part may come back as another."""
    for kind in KINDS:
        value = city.parts[kind.name]
        parts = value.values() if isinstance(kind, Keyed) else value if isinstance(value, tuple) else (value,)
        for part in parts:
            assert isinstance(part, Part)
            assert part.__class__.model_validate(plain(part)) == part, (kind.name, getattr(part, "key", part))


@pytest.fixture(scope="module")
def city() -> Pack:
    return load("jinan")
