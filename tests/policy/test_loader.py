"""Reading packs: strictly, with file and line of everything that is wrong, a child over its parent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quanxin.policy import PackError, find_pack, load
from tests.policy.small import RESOURCE, Change, put, sound, text, written

PROVIDER = "- key: market\n  title: {zh: 市监, en: market}\n"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("providers.yaml", PROVIDER + "  colour: red\n", "providers.yaml:3: colour: Extra inputs are not permitted"),
        ("providers.yaml", PROVIDER + "- key: Market\n", "providers.yaml:3: title: Field required"),
        ("providers.yaml", PROVIDER + "- key: Market\n", "providers.yaml:3: key: String should match"),
        ("providers.yaml", PROVIDER + "  kind: shop\n", "providers.yaml:3: kind: Input should be"),
        ("providers.yaml", PROVIDER + "  key: other\n", "providers.yaml:3: “key” stands twice"),
        ("providers.yaml", PROVIDER + PROVIDER, "providers.yaml:3: market was given already, in"),
        ("providers.yaml", "- key: market\n   title: x\n", "providers.yaml:2: "),
        ("providers.yaml", "- just a text\n", "providers.yaml:1: Provider: Input should be"),
        ("providers.yaml", "- {[a]: b}\n", "providers.yaml:1: “['a']” is no key"),
        ("providers.yaml", "# nothing yet\n", "providers.yaml:1: is empty"),
        ("subjects.yaml", "- &a {key: firm}\n- !!python/name:os.system x\n", "subjects.yaml:2: could not determine"),
        ("nonsense.yaml", "a: 1\n", "nonsense.yaml:1: a pack has no such file"),
        ("catalogue/notes.txt", "a\n", "notes.txt:1: a pack has no such file"),
        ("catalogue/deep/penalty.yaml", "a: 1\n", "penalty.yaml:1: a pack has no such file"),
        ("pack.yaml", "name: small\n", "pack.yaml:1: title: Field required"),
        ("pack.yaml", "name: small\ntitle: {zh: 小, en: small}\nregoin: '370100'\n", "pack.yaml:3: regoin: Extra"),
        ("pack.yaml", "- {name: a, title: {zh: 小, en: a}}\n- {name: b, title: {zh: 小, en: b}}\n", "one object"),
        ("pack.yaml", "name: small\ntitle: {zh: 小, en: small}\nextends: nowhere\n", "nowhere: no pack.yaml here"),
        ("calendar.yaml", "fixed: [nonsense]\n", "calendar.yaml:1: "),
    ],
)
def test_what_cannot_be_read_is_told_with_file_and_line(tmp_path: Path, file: str, content: str, said: str) -> None:
    with pytest.raises(PackError) as error:
        load(written(tmp_path, sound() | {file: content}))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            put(RESOURCE, "fields", 1, "key", to="subject_name"),
            "fields: Value error, the key “subject_name” stands twice",
        ),
        (put(RESOURCE, "fields", 1, "type", to="colour"), "fields.1.type: Input should be"),
        (put(RESOURCE, "checks", 0, "fields", to=[]), "checks.0.fields: Tuple should have at least 1 item"),
        (put(RESOURCE, "in_force", to={"until": "2020-01-01"}), "in_force.from: Field required"),
        (
            put("tiers/windows.yaml", "tiers", 0, "minimum_months", to="three"),
            "tiers.0.minimum_months: Input should be",
        ),
        (put("models/model.yaml", "indicators", 0, "key", to="I 1"), "indicators.0.key: String should match"),
    ],
)
def test_a_part_that_is_wrong_is_told_by_its_place(tmp_path: Path, change: Change, said: str) -> None:
    files = sound()
    change(files)
    with pytest.raises(PackError) as error:
        load(written(tmp_path, files))
    assert said in str(error.value)


def test_the_line_is_that_of_the_innermost_part(tmp_path: Path) -> None:
    folder = written(tmp_path, sound())
    lines = (folder / RESOURCE).read_text(encoding="utf-8").splitlines()
    wrong = next(number for number, line in enumerate(lines, 1) if "money-wan" in line)
    (folder / RESOURCE).write_text("\n".join(lines).replace("money-wan", "money-ten"), encoding="utf-8")
    with pytest.raises(PackError) as error:
        load(folder)
    assert f"penalty.yaml:{wrong}: fields.4.type" in str(error.value)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    files = sound() | {"nonsense.yaml": "a: 1", "providers.yaml": "- {key: a}"}
    with pytest.raises(PackError) as error:
        load(written(tmp_path, files))
    assert len(error.value.problems) == 2


def test_one_version_given_in_two_files_is_told(tmp_path: Path) -> None:
    files = sound()
    files["catalogue/penalty.again.yaml"] = files[RESOURCE]
    with pytest.raises(PackError, match="penalty was given already"):
        load(written(tmp_path, files))


def _child(folder: Path, **files: Any) -> Path:
    head = {"name": "child", "title": text("子"), "extends": "small"}
    return written(folder / "child", {"pack.yaml": head} | {f"{name}.yaml": data for name, data in files.items()})


def test_a_child_adds_and_replaces_by_key(tmp_path: Path) -> None:
    parent = written(tmp_path / "small", sound())
    providers = [{"key": "market", "title": text("新名")}, {"key": "other", "title": text("另")}]
    pack, base = load(_child(tmp_path, providers=providers)), load(parent)
    assert (pack.providers["market"].title.zh, base.providers["market"].title.zh) == ("新名", "市监")
    assert set(pack.providers) == {"market", "approval", "other"}
    assert (pack.name, pack.region) == ("child", base.region)
    assert pack.resources == base.resources
    assert [clause.key for clause in pack.clauses] == [f"C{n}" for n in range(1, 17)]


def test_a_child_replaces_a_rule_of_the_same_first_day_and_adds_any_other(tmp_path: Path) -> None:
    written(tmp_path / "small", sound())
    clock = sound()["clocks.yaml"][0]
    ended = clock | {"in_force": {"from": "2019-01-01", "until": "2025-12-31"}}
    longer = clock | {"in_force": {"from": "2026-01-01"}, "working_days": 10}
    pack = load(_child(tmp_path, clocks=[ended, longer]))
    assert [(c.in_force.until is None, c.working_days) for c in pack.clocks] == [(False, 7), (True, 10)]


def test_a_child_may_lie_apart_from_the_pack_that_it_extends(tmp_path: Path) -> None:
    head = {"name": "elsewhere", "title": text("他市"), "region": "330100", "extends": "national"}
    pack = load(written(tmp_path, {"pack.yaml": head}))
    assert pack.resources == load("national").resources


def test_packs_that_extend_each_other_are_told(tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        head = {"name": name, "title": text(name), "extends": other}
        written(tmp_path / name, {"pack.yaml": head})
    with pytest.raises(PackError, match="one → two → one extends itself"):
        load(tmp_path / "one")


def test_a_pack_is_found_by_name_or_path() -> None:
    assert find_pack("jinan") == find_pack(find_pack("jinan"))
    with pytest.raises(PackError, match=r"no-such-pack: no pack\.yaml here"):
        find_pack("no-such-pack")
