"""Models that cannot be: each is refused on the command line, with the file and the line that is to be mended."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from quanxin.cli.main import app
from quanxin.terminal.output import explain
from tests.policy.small import BASIS, RESOURCE, Change, put, sound, text, written
from tests.policy.test_lint import BUILT, GRADED, INDICATOR, MODEL

SECOND = "models/model.2026.yaml"
OTHER = "models/other.yaml"


def checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """What ``quanxin pack check`` finds wrong, each with the text of the line that it names."""
    ran = CliRunner().invoke(app, ["pack", "check", str(folder)])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        assert isinstance(ran.exception, Exception)
        assert explain(ran.exception) == 1
        assert ran.stdout == ""
        named = re.findall(r"^(/.+?\.yaml):(\d+): (.+)$", capsys.readouterr().err, re.M)
    else:
        assert ran.exit_code == 1, ran.output
        problems = json.loads(ran.stdout)
        named = [(*p["file"].rsplit(":", 1), f"{p['lint']}: {p['message']}") for p in problems]
    assert named
    return [(said, Path(path).read_text(encoding="utf-8").splitlines()[int(line) - 1]) for path, line, said in named]


def _ring(files: dict[str, Any]) -> None:
    files[OTHER] = files[MODEL] | {"key": "other", "indicators": [BUILT]}
    files[MODEL]["indicators"] = [BUILT | {"model": "other"}]


def _also(name: str, **said: Any) -> Change:
    """A second model file like the first, which says ``said`` otherwise."""
    return lambda files: files.update({name: files[MODEL] | said})


def _both(*changes: Change) -> Change:
    def change(files: dict[str, Any]) -> None:
        for each in changes:
            each(files)

    return change


FIRST = "in_force:"  # the first line of a model's file
AGAIN = {"from": "2026-01-01"}

# the change, what is said of it, and what stands on the line that is named
BAD: dict[str, tuple[Change, str, str]] = {
    "models that build on each other in a ring": (_ring, "model-cycle: builds on itself: model, other", FIRST),
    "indicators that name each other in a ring": (
        _both(put(*INDICATOR, "filter", to="g > 0"), put(*GRADED, "filter", to="i > 0")),
        "expression-invalid: g is no field of the resource", "filter: g > 0",
    ),
    "a filter over a field that there is not": (
        put(*INDICATOR, "filter", to="amount > 0"), "expression-invalid: amount is no field", "filter: amount > 0"
    ),
    "a sum of a field that there is not": (
        lambda files: files[MODEL]["indicators"][0].update(aggregate="sum", field="amount"),
        "indicator-unusable: amount is no field of penalty", "key: i",
    ),
    "a veto over a field that there is not": (
        put(MODEL, "vetoes", 0, "filter", to="amount > 0"), "expression-invalid: amount is no field", "filter: amount"
    ),
    "edges that do not rise": (put(*INDICATOR, "bins", 1, "below", to=1), "bins-in-order: has bins whose", "below: 1"),
    "points that rise with what is negative": (
        put(*INDICATOR, "bins", 2, "points", to=-1), "bins-in-order: gives more points for more", "points: -1"
    ),
    "values that no bin takes": (put(*INDICATOR, "bins", 2, "below", to=9), "bins-in-order: needs an edge", "points: -10"),
    "a function that is not on the list": (
        put(*INDICATOR, "filter", to="sqrt(fine) > 2"), "sqrt is not on the list of functions", "filter: sqrt(fine)"
    ),
    "a query in a filter": (
        put(*INDICATOR, "filter", to="fine > (SELECT 1)"), "expression-invalid", "filter: fine > (SELECT 1)"
    ),
    "a resource that is out of force": (
        put(RESOURCE, "in_force", "until", to="2020-12-31"), "model-without-resource-in-force: reads penalty", "key: i"
    ),
    "a resource that there is not": (put(*INDICATOR, "resource", to="nothing"), "unknown-reference", "key: i"),
    "limits of a dimension that exclude each other": (
        put(MODEL, "dimensions", 0, "minimum", to=21), "limits-in-order: has limits that exclude", "key: d"
    ),
    "a sole trader": (put(MODEL, "subject_types", to=["firm", "trader"]), "person-in-model: evaluates trader", FIRST),
    "a natural person": (put(MODEL, "subject_types", to=["person"]), "person-in-model: evaluates person", FIRST),
    "a person's item": (
        put(MODEL, "vetoes", 0, "filter", to="representative = '某'"), "protected-item-in-model: looks at", "key: v"
    ),
    "two editions in force at once": (
        _also(SECOND, in_force=AGAIN), "overlapping-versions: has two versions in force, from 2026-01-01", FIRST
    ),
    "one edition twice": (_also(SECOND), "model was given already, in", FIRST),
    "points that are not hundredths": (put(*INDICATOR, "bins", 1, "points", to=-5.125), "points", "points: -5.125"),
    "a weight that is not hundredths": (
        put(*INDICATOR, "decay", to=[{"months": 12, "weight": 0.125}]), "decay.0.weight", "weight: 0.125"
    ),
    "a weight above one": (put(*INDICATOR, "decay", to=[{"months": 12, "weight": 2}]), "decay.0.weight", "weight: 2"),
    "points without a number": (put(*INDICATOR, "bins", 1, "points", to=float("nan")), "points", "points: .nan"),
    "points without an end": (put(*INDICATOR, "bins", 1, "points", to=float("inf")), "points", "points: .inf"),
    "a key that there is not": (put(*INDICATOR, "halflife", to=12), "halflife: Extra inputs", "halflife: 12"),
    "an aggregate that there is not": (put(*INDICATOR, "aggregate", to="median"), "aggregate: Input", "aggregate: median"),
    "one key for an indicator and a veto": (put(MODEL, "vetoes", 0, "key", to="i"), "“i” stands twice", FIRST),
    "no band": (put(MODEL, "bands", to=[]), "bands: Value should have at least 1 item", "bands: []"),
    "a case of a model that there is not": (
        put("model-tests/c.yaml", to={"title": "例", "model": "nothing", "as_of": "2026-01-01"}),
        "unknown-reference: names the model nothing", "title: 例",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said", "stands"), BAD.values(), ids=BAD)
def test_a_model_that_cannot_be_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Change, said: str, stands: str
) -> None:
    files = sound()
    change(files)
    found = checked(written(tmp_path, files), capsys)
    assert [line for message, line in found if said in message and stands in line], found


GARBAGE = {
    "key: [unfinished": (1, "expected"),
    "key: model\nbase: 80\nbase: 90\n": (3, "“base” stands twice"),
    "key: model\nindicators:\n  - key: i\n     title: x\n": (4, "mapping values are not allowed"),
    "": (1, "is empty"),
    "key: model\ttab\n\t- x": (2, "found a tab character"),
    "just words": (1, "Model: Input should be"),
    "key: !!python/object/apply:os.system [echo]": (1, "could not determine a constructor"),
    "key: 模型\n": (1, "key: String should match pattern"),
}


@pytest.mark.parametrize(("content", "line", "said"), [(c, *expected) for c, expected in GARBAGE.items()])
def test_what_is_no_model_is_told_with_its_line(
    tmp_path: Path, content: str, line: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = CliRunner().invoke(app, ["pack", "check", str(written(tmp_path, sound() | {"models/model.yaml": content}))])
    assert isinstance(ran.exception, Exception)
    assert explain(ran.exception) == 1
    assert re.search(rf"models/model\.yaml:{line}: .*{re.escape(said)}", capsys.readouterr().err)


def test_bytes_that_are_no_text_are_told_with_their_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(tmp_path, sound())
    (folder / "models/model.yaml").write_bytes(b"key: \xff\xfe")
    ran = CliRunner().invoke(app, ["pack", "check", str(folder)])
    assert isinstance(ran.exception, Exception)
    assert explain(ran.exception) == 1
    assert "models/model.yaml:1: " in capsys.readouterr().err


def test_a_part_is_found_where_a_dimension_has_the_same_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sound()
    put(MODEL, "dimensions", 0, "key", to="i")(files)
    for n in (0, 1):
        put(MODEL, "indicators", n, "dimension", to="i")(files)
    put(*INDICATOR, "doc", to=None)(files)
    folder = written(tmp_path, files)
    (problem,) = json.loads(CliRunner().invoke(app, ["pack", "check", str(folder)]).stdout)
    lines = (folder / MODEL).read_text(encoding="utf-8").splitlines()
    number = int(problem["file"].rpartition(":")[2])
    assert "doc: null" in "\n".join(lines[number - 1 : number + 6])


def test_editions_that_follow_each_other_are_sound(tmp_path: Path) -> None:
    files = sound()
    files[SECOND] = files[MODEL] | {"in_force": AGAIN, "title": text("新版"), "basis": BASIS}
    files[MODEL] = files[MODEL] | {"in_force": {"from": "2020-01-01", "until": "2025-12-31"}}
    assert CliRunner().invoke(app, ["pack", "check", str(written(tmp_path, files))]).exit_code == 0
