"""The tour of the README does what it says when it is copied and pasted."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def tour(name: str) -> list[str]:
    """The shell blocks of a README's tour, in order."""
    text = (ROOT / name).read_text(encoding="utf-8")
    inside = re.search(r"<!-- tour -->(.*)<!-- /tour -->", text, re.S)
    assert inside, f"{name} has no tour"
    return re.findall(r"^```sh\n(.*?)^```", inside[1], re.S | re.M)


def test_the_tour_is_the_same_in_both_languages() -> None:
    assert tour("README.md") == tour("README.en.md")


def test_both_readmes_begin_with_the_two_commands() -> None:
    for name in ("README.md", "README.en.md"):
        first = re.search(r"^```sh\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.S | re.M)
        assert first
        assert [line.split("#")[0].strip() for line in first[1].splitlines()] == ["make run", "make test"]


@pytest.mark.slow
@pytest.mark.timeout(1_260)  # it makes a whole sample city beside two others
def test_the_tour_runs_from_beginning_to_end(tmp_path: Path) -> None:
    activate = tmp_path / ".venv/bin/activate"
    activate.parent.mkdir(parents=True)
    activate.write_text(f'PATH="{Path(sys.executable).parent}:$PATH"\n')
    script = "\n".join(["set -euo pipefail", *tour("README.md")])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QUANXIN_", "DJANGO_"))}
    ran = subprocess.run(
        [shutil.which("bash") or "sh", "-c", script],
        cwd=tmp_path,
        env=environment | {"TMPDIR": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=1_200,
    )
    assert ran.returncode == 0, ran.stderr
    said = ran.stdout
    receipt = next(found for found in objects(said) if isinstance(found, dict) and found.get("received") == 3)
    assert (receipt["accepted"], receipt["quarantined"], receipt["duplicate"]) == (1, 1, 1)
    assert receipt["codes"]["uscc-check-digit"] == 1
    assert "济南泉信样例科技有限公司" in said
    assert "济南泉信样例商贸有限公司" in said
    assert [path.name for path in tmp_path.iterdir()] == [".venv"]


def objects(text: str) -> list[object]:
    """Every JSON value that stands in ``text`` one after the other."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found
