"""A pack on a day, through its history, and the edition that it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from quanxin.policy import Pack, load
from tests.policy.small import BASIS, RESOURCE, Change, put, sound, text, written


def _pack(folder: Path, change: Change | None = None) -> Pack:
    files = sound()
    if change:
        change(files)
    return load(written(folder, files))


def _two_versions(files: dict[str, Any]) -> None:
    files["catalogue/penalty.2022.yaml"] = files[RESOURCE] | {"in_force": {"from": "2022-01-01"}, "title": text("新")}
    files[RESOURCE]["in_force"]["until"] = "2021-12-31"


def _two_editions_of_tiers(files: dict[str, Any]) -> None:
    files["tiers/later.yaml"] = files["tiers/windows.yaml"] | {"in_force": {"from": "2026-04-01"}}
    files["tiers/windows.yaml"] = files["tiers/windows.yaml"] | {
        "in_force": {"from": "2019-01-01", "until": "2026-03-31"}
    }


@pytest.mark.parametrize(
    ("day", "title"),
    [
        ("2019-12-31", None),
        ("2020-01-01", "职业病防治处罚"),
        ("2021-12-31", "职业病防治处罚"),
        ("2022-01-01", "新"),
        ("2099-01-01", "新"),
    ],
)
def test_a_day_has_the_version_in_force_both_ends_included(tmp_path: Path, day: str, title: str | None) -> None:
    rules = _pack(tmp_path, _two_versions).on(dt.date.fromisoformat(day))
    found = rules.resources.get("penalty")
    assert (found.title.zh if found else None) == title
    assert rules.day == dt.date.fromisoformat(day)


def test_the_rule_set_of_a_day_is_made_once(tmp_path: Path) -> None:
    pack = _pack(tmp_path)
    assert pack.on(dt.date(2024, 1, 1)) is pack.on(dt.date(2024, 1, 1))


def test_a_rule_set_cannot_be_changed(tmp_path: Path) -> None:
    rules = _pack(tmp_path).on(dt.date(2024, 1, 1))
    with pytest.raises(TypeError):
        rules.resources["penalty"] = None  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        rules.resources["penalty"].nature = "positive"


def test_the_history_of_a_resource_is_told_oldest_first(tmp_path: Path) -> None:
    pack = _pack(tmp_path, _two_versions)
    assert [r.title.zh for r in pack.resource_history("penalty")] == ["职业病防治处罚", "新"]
    assert pack.resource_history("nothing") == ()


def test_the_tiers_of_a_resource_are_told_oldest_first(tmp_path: Path) -> None:
    editions = _pack(tmp_path, _two_editions_of_tiers).tiers_of("penalty")
    assert [edition.in_force.from_ for edition in editions] == [dt.date(2019, 1, 1), dt.date(2026, 4, 1)]


PROCEDURE = {
    "key": "matter", "title": text("事项"), "in_force": {"from": "2019-01-01"}, "basis": BASIS, "number": "SX",
    "about": {"subject": True},
    "states": {"filed": {"title": text("已提出")}, "ended": {"title": text("办结"), "ends": True}},
    "acts": {"file": {"title": text("提出"), "to": "filed", "who": {"party": "subject"}, "basis": BASIS},
             "end": {"title": text("办结"), "from": "filed", "to": "ended", "who": {"role": "centre"}, "basis": BASIS}},
}  # fmt: skip
CHANGES: dict[str, Change] = {
    "name": put("pack.yaml", "name", to="other"),
    "title": put("pack.yaml", "title", to=text("另")),
    "region": put("pack.yaml", "region", to="370200"),
    "subject types": put("subjects.yaml", 0, "prefixes", to=["93"]),
    "providers": put("providers.yaml", 0, "kind", to="utility"),
    "categories": put("categories.yaml", 0, "chapter", to="other"),
    "resources": put(RESOURCE, "fields", 0, "max_length", to=200),
    "code sets": put("codes/kinds.yaml", "edition", to="2"),
    "tiers": put("tiers/windows.yaml", "tiers", 0, "maximum_months", to=36),
    "lists": put("lists/list.yaml", "term_months", to=24),
    "measures": put("measures/ban.yaml", "term_months", to=36),
    "clocks": put("clocks.yaml", 0, "working_days", to=8),
    "models": put("models/model.yaml", "indicators", 0, "filter", to="fine > 1"),
    "repair": put("repair/late.yaml", "false_material", "published_months", to=35),
    "procedures": lambda files: files.update({"procedures/matter.yaml": PROCEDURE}),
    "overrides": put("overrides/law.yaml", "maximum_months", to=25),
    "purposes": put("purposes.yaml", 0, "persons", to=True),
    "consents": put("consents/plain.yaml", "body", to=text("另")),
    "notices": put("notices/told.yaml", "title", to=text("另")),
    "forbidden": put("forbidden.yaml", 0, "words", to=["血型"]),
    "measure kinds": put("measure-kinds.yaml", 0, "class", to="II"),
    "clauses": put("plan.yaml", 0, "missing", to=[text("缺")]),
    "cases": lambda files: files.update(
        {"tests/a.yaml": {"title": "例", "resource": "penalty", "received_on": "2024-01-01", "row": {}}}
    ),
    "calendar": lambda files: files.update({"calendar.yaml": (find_calendar()).read_text(encoding="utf-8")}),
}


def find_calendar() -> Path:
    from quanxin.policy import find_pack

    return find_pack("national") / "calendar.yaml"


@pytest.mark.parametrize("what", CHANGES)
def test_the_edition_changes_with_anything_that_the_pack_says(tmp_path: Path, what: str) -> None:
    assert _pack(tmp_path / "a").edition != _pack(tmp_path / "b", CHANGES[what]).edition


def test_the_same_content_is_the_same_edition_wherever_it_stands(tmp_path: Path) -> None:
    def elsewhere(files: dict[str, Any]) -> None:
        files["catalogue/zzz.yaml"] = dict(reversed(files.pop(RESOURCE).items()))

    one, other = _pack(tmp_path / "a", _two_versions), _pack(tmp_path / "b", lambda f: (_two_versions(f), elsewhere(f)))
    assert len(one.edition) == 64
    assert one.edition == other.edition
