"""The tools around the code: make, continuous integration, the audit of dependencies, the direction of imports."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_make_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    # as somebody types it, also where these tests run under make
    plain = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    told = subprocess.run(["make", "help"], cwd=ROOT, env=plain, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^\.PHONY: (\w+)$", text, re.M)
    assert {"run", "test", "check", "bench", "docs", "clean", "help"} <= set(targets)
    assert [line.split()[1] for line in told.splitlines()] == targets


def test_continuous_integration_runs_what_the_readme_says() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make check", "make test"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_an_import_from_a_floor_above_is_refused() -> None:
    kept = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert kept.returncode == 0, kept.stdout


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FLAWED = {"name": "left", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNASKED = {"name": "right", "skip_reason": "not found"}


def test_a_vulnerability_in_a_python_package_is_found(audit: ModuleType) -> None:
    assert audit.of_python({"dependencies": [FLAWED]}) == (["left 1.0: PYSEC-1, fixed in 1.1"], [])


def test_a_package_that_could_not_be_looked_up_is_never_called_clean(audit: ModuleType) -> None:
    found, unasked = audit.of_python({"dependencies": [UNASKED]})
    assert (found, unasked) == ([], ["right"])
    assert any("NOT audited" in line for line in audit.verdict(found, unasked))


def test_a_registry_that_refuses_the_question_is_not_an_answer(audit: ModuleType) -> None:
    found, unasked = audit.of_javascript({"message": "405 Method Not Allowed"})
    assert found == []
    assert any("NOT audited" in line for line in audit.verdict(found, unasked))


def test_a_vulnerability_in_a_javascript_package_is_found(audit: ModuleType) -> None:
    report = {"vulnerabilities": {"left": {"severity": "high", "range": "<1.1"}}}
    assert audit.of_javascript(report) == (["left: high (<1.1)"], [])


def test_only_a_full_answer_without_findings_is_called_clean(audit: ModuleType) -> None:
    assert audit.verdict([], []) == ["未发现已知漏洞 / no known vulnerabilities"]
