"""The script of the documentation and the command draw the same names as the library, and find the same faults."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from quanxin.cli.main import app
from quanxin.draws import Draw, Method, commitment_digest, published, verify, write
from tests.draws.cities import City, changed, city

SCRIPT = Path(__file__).resolve().parents[2] / "docs/subjects/verify_draw.py"
CITIES = [city(seed, method=Method.RFC3797 if seed % 4 == 3 else Method.VRS) for seed in range(10)]


def script(folder: Path, *more: str) -> tuple[list[str], list[str]]:
    """The names and the faults that the script tells."""
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), str(folder), *more], capture_output=True, text=True)
    assert done.stderr == ""
    *names, last = done.stdout.splitlines()
    faults = [one for one in last.partition("wrong: ")[2].split(", ") if one]
    assert done.returncode == bool(faults)
    return names, faults


def command(folder: Path, *more: str) -> tuple[list[str], list[str]]:
    """The names and the faults that the command tells."""
    done = CliRunner().invoke(app, ["draw", "verify", str(folder), *more])
    said = json.loads(done.stdout)
    assert done.exit_code == (not said["sound"])
    return said["selected"], [one["kind"] for one in said["faults"]]


@pytest.mark.parametrize("town", CITIES, ids=range(10))
def test_script_and_command_draw_the_same_names(town: City, tmp_path: Path) -> None:
    made: Draw = town.with_substitutes()
    write(published(made, town.frame, town.pool), tmp_path)
    names, digest = [str(label) for label in made.standing], commitment_digest(town.commitment).hex()
    assert script(tmp_path, digest) == command(tmp_path, "--digest", digest) == (names, [])
    assert script(tmp_path, "ab" * 32)[1] == command(tmp_path, "--digest", "ab" * 32)[1] == ["commitment"]


def test_the_script_names_the_faults_that_the_library_names(tmp_path: Path) -> None:
    for number, files in enumerate(changed(city(4).files())):
        folder = tmp_path / str(number)
        write(files, folder)
        assert set(script(folder)[1]) == {fault.kind for fault in verify(files).faults}, number


def test_the_script_is_one_page() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80
    imported = {
        word.strip(",")
        for line in lines
        if line.startswith(("import ", "from "))
        for word in line.split("#")[0].split()
    }
    assert imported - {"import", "from"} <= {*sys.stdlib_module_names, "Fraction", "ceil", "Path"}
