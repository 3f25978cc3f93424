"""The tools around the code: make, continuous integration, the audit of dependencies, the direction of imports."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
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


def test_a_wheel_holds_the_packs_where_they_are_looked_for() -> None:
    from quanxin.policy.loader import places

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    held = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    checkout, installed = places()
    assert {ROOT / where: ROOT / "src" / to for where, to in held.items()} == {checkout: installed}


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
    return tool("audit")


def tool(name: str) -> ModuleType:
    """A program of ``.ci``."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f".ci/{name}.py")
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


def test_a_quick_run_takes_the_tests_that_a_change_touches_the_nearest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    quick = tool("quick")
    chosen = [str(path) for path in quick.touched({Path("src/quanxin/evaluation/runs.py")})]
    assert chosen[0] == "tests/evaluation/test_runs.py"  # its own
    importing, beside = (
        chosen.index("tests/evaluation/test_following.py"),
        chosen.index("tests/evaluation/test_statistics.py"),
    )
    assert importing < beside  # which only stands in the same room
    assert "tests/calendar/test_terms.py" not in chosen
    assert "tests/my/test_own_affairs.py" in [str(path) for path in quick.touched({Path("tests/rights/life.py")})]


def test_the_bill_of_materials_names_every_package_of_the_lock_files(tmp_path: Path) -> None:
    subprocess.run([str(ROOT / ".ci/sbom"), str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    python = json.loads((tmp_path / "quanxin.python.cdx.json").read_text(encoding="utf-8"))
    web = json.loads((tmp_path / "quanxin.web.cdx.json").read_text(encoding="utf-8"))
    assert {python["bomFormat"], web["bomFormat"]} == {"CycloneDX"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[=>]", one)[0] for one in project["dependencies"]}
    assert wanted <= {part["name"] for part in python["components"]}
    assets = json.loads((ROOT / "src/quanxin/web/assets/package.json").read_text(encoding="utf-8"))
    assert set(assets.get("dependencies", {})) <= {part["name"] for part in web["components"]}


def test_a_release_is_signed_and_a_changed_file_is_noticed(tmp_path: Path) -> None:
    """What the recipe tells others to do to check a release does find one that was changed."""
    recipe = (ROOT / ".ci/release").read_text(encoding="utf-8")
    assert "ssh-keygen -Y sign" in recipe
    if shutil.which("ssh-keygen") is None:
        pytest.skip("no ssh-keygen on this machine")
    run = functools.partial(subprocess.run, cwd=tmp_path, capture_output=True, text=True, check=False)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"])
    (tmp_path / "SHA256SUMS").write_text("0  quanxin.whl\n", encoding="utf-8")
    assert run(["ssh-keygen", "-Y", "sign", "-q", "-f", "key", "-n", "quanxin-release", "SHA256SUMS"]).returncode == 0
    public = (tmp_path / "key.pub").read_text(encoding="utf-8")
    (tmp_path / "allowed_signers").write_text(f"maintainers {public}", encoding="utf-8")
    verify = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        "allowed_signers",
        "-I",
        "maintainers",
        "-n",
        "quanxin-release",
        "-s",
        "SHA256SUMS.sig",
    ]
    assert run(verify, input="0  quanxin.whl\n").returncode == 0
    assert run(verify, input="1  quanxin.whl\n").returncode != 0
