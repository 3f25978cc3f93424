"""The commands about packs: JSON when piped, words for people, an exit code that means something."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from quanxin.cli import pack as commands
from quanxin.policy import PackError
from quanxin.terminal.output import explain
from tests.policy.small import put, sound, text, written

CASE = {"title": "一般处罚", "resource": "penalty", "received_on": "2024-01-02", "codes": [], "tier": "general",
        "row": {"subject_name": "甲公司", "uscc": "91370117QX0001CF1Q", "kind": "a", "decision_date": "2024-01-01",
                "fine": "1"}}  # fmt: skip


def _run(*words: str | Path) -> Any:
    return CliRunner().invoke(commands.commands, [str(word) for word in words])


def _shown(show: Any, data: Any) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(show(data))
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return written(tmp_path, sound() | {"tests/cases.yaml": [CASE]})


def test_a_sound_pack_passes_the_check(small: Path) -> None:
    ran = _run("check", small)
    assert ran.exit_code == 0
    found = json.loads(ran.stdout)
    assert (found["pack"], found["problems"], found["resources"], found["cases"]) == ("small", 0, 1, 1)


NEW = ("--title", "样例市", "--title-en", "Example City", "--region", "371800")


def test_a_new_pack_is_sound_and_says_what_comes_next(tmp_path: Path) -> None:
    ran = _run("new", tmp_path / "example", *NEW)
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.stdout)
    assert sorted(Path(name).name for name in said["files"]) == ["division-example.yaml", "pack.yaml", "site.yaml"]
    checked = _run("check", tmp_path / "example")
    assert (json.loads(checked.stdout)["pack"], checked.exit_code) == ("example", 0)


@pytest.mark.parametrize(
    ("folder", "changes", "said"),
    [
        ("Example", {}, "a pack's name has small letters"),
        ("example", {"--region": "济南"}, "six digits"),
        ("example", {"--extends": "nowhere"}, "no pack.yaml here"),
        ("example", {"--title": "a}: b"}, "no marks of YAML"),
        ("full", {}, "is not empty"),
    ],
)
def test_a_new_pack_is_refused_in_words_and_touches_nothing(
    tmp_path: Path, folder: str, changes: dict[str, str], said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    options = dict(zip(NEW[::2], NEW[1::2], strict=True)) | changes
    ran = _run("new", tmp_path / folder, *(word for pair in options.items() for word in pair))
    assert isinstance(ran.exception, PackError)
    assert said in str(ran.exception)
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "notes.txt"]


def test_every_problem_of_a_pack_is_told_and_ends_with_1(small: Path) -> None:
    files = sound()
    put("measures/ban.yaml", "kind", to="P99")(files)
    put("clocks.yaml", 0, "basis", to=[])(files)
    ran = _run("check", written(small, files))
    assert ran.exit_code == 1
    assert [problem["lint"] for problem in json.loads(ran.stdout)] == ["no-basis", "measure-outside-national-list"]


def test_a_pack_that_cannot_be_read_is_explained(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "nonsense.yaml").write_text("a: 1", encoding="utf-8")
    ran = _run("check", small)
    assert isinstance(ran.exception, PackError)
    assert explain(ran.exception) == 1
    assert "nonsense.yaml:1: a pack has no such file" in capsys.readouterr().err


def test_the_pack_that_is_set_is_taken_where_none_is_named(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_PACK", str(small))
    assert json.loads(_run("check").stdout)["pack"] == "small"
    monkeypatch.delenv("QUANXIN_PACK")
    assert json.loads(_run("check").stdout)["pack"] == "jinan"


def test_a_resource_is_shown_as_the_catalogue_has_it(small: Path) -> None:
    found = json.loads(_run("show", "penalty", "--pack", small).stdout)
    assert (found["key"], len(found["fields"]), found["checks"][0]["assert"]) == (
        "penalty",
        7,
        "decision_date <= today()",
    )
    shown = _shown(commands._show_resource, found)
    for word in (
        "职业病防治处罚",
        "decision_date",
        "kind = 'a'",
        "某法",
        "第一条",
        "7 个工作日",
        "tiers windows",
        "晚",
    ):
        assert word in shown, word


def test_the_version_in_force_is_shown_not_one_to_come(small: Path) -> None:
    files = sound()
    later = files["catalogue/penalty.yaml"] | {"in_force": {"from": "2190-01-01"}, "title": text("将来")}
    files["catalogue/penalty.yaml"]["in_force"]["until"] = "2189-12-31"
    written(small, files | {"catalogue/penalty.2190.yaml": later})
    assert json.loads(_run("show", "penalty", "--pack", small).stdout)["title"]["zh"] == "职业病防治处罚"


def test_an_unknown_resource_is_refused_with_those_there_are(small: Path) -> None:
    ran = _run("show", "nothing", "--pack", small)
    assert ran.exit_code == 1
    assert "可用：penalty" in ran.stderr
    assert ran.stdout == ""


def test_coverage_tells_what_carries_each_clause_and_what_is_missing(small: Path) -> None:
    files = sound()
    files["plan.yaml"][1] |= {"lists": ["list"], "missing": [text("线上修复")]}
    rows = json.loads(_run("coverage", written(small, files)).stdout)
    assert len(rows) == 16
    assert rows[1]["carried_by"] == [text("名单")]
    assert rows[1]["missing"] == [text("线上修复")]
    assert "线上修复" in _shown(commands._show_coverage, rows)


def test_cases_that_hold_end_with_0_and_others_with_1(small: Path) -> None:
    ran = _run("test", small)
    said = json.loads(ran.stdout)
    assert (ran.exit_code, said["cases"], said["failed"]) == (0, 1, [])
    assert "model/v: met" in said["unreached"]
    assert "model/v: met" in _shown(commands._show_cases, said)
    written(small, {"tests/cases.yaml": [CASE, CASE | {"title": "错例", "tier": "heavy"}]})
    # a pack is read once in a process, so another process reads the new case
    command = (
        "import sys; from quanxin.cli.main import main; sys.argv = ['quanxin', 'pack', 'test', sys.argv[1]]; main()"
    )
    again = subprocess.run([sys.executable, "-c", command, str(small)], capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert json.loads(again.stdout)["failed"] == [{"case": "错例", "message": "tier: general, not heavy"}]


def test_checking_a_pack_needs_neither_django_nor_a_database(small: Path) -> None:
    command = (
        "import sys; from typer.testing import CliRunner; from quanxin.cli import pack; "
        "ran = CliRunner().invoke(pack.commands, ['check', sys.argv[1]]); "
        "print(ran.exit_code, sorted({'django', 'psycopg', 'duckdb'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", command, str(small)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "0 []"


def test_a_problem_is_told_with_the_file_and_line_of_its_part(small: Path) -> None:
    files = sound()
    files["models/model.yaml"]["indicators"][1]["doc"] = None
    (problem,) = json.loads(_run("check", written(small, files)).stdout)
    path = small / "models/model.yaml"
    line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "key: g" in text)
    assert (problem["lint"], problem["file"]) == ("indicator-without-docstring", f"{path}:{line}")
