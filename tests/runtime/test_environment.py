"""Settings come from declared variables; a secret nobody set is made once, for its owner alone."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quanxin.runtime import environment
from quanxin.runtime.variables import VARIABLES, Variable


def test_a_secret_is_made_once_even_when_many_need_it_at_the_same_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("QUANXIN_SECRET_KEY", raising=False)
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: environment.secret("QUANXIN_SECRET_KEY", "secret-key"), range(32)))
    assert len(made) == 1
    assert len(made.pop()) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_set_is_used_and_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("QUANXIN_SECRET_KEY", "from outside")
    assert environment.secret("QUANXIN_SECRET_KEY", "secret-key") == "from outside"
    assert list(tmp_path.iterdir()) == []


def test_a_value_outside_the_choice_is_refused_by_name() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANXIN_STATIC", "sometimes")
        with pytest.raises(environment.BadSetting, match="QUANXIN_STATIC=sometimes"):
            environment.choice("QUANXIN_STATIC", "manifest", "plain")


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5"])
def test_the_number_of_threads_is_a_whole_number_from_one(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_ENGINE_THREADS", given)
    with pytest.raises(environment.BadSetting, match="QUANXIN_ENGINE_THREADS"):
        environment.threads()


@pytest.mark.parametrize("given", ["0", "16", "1.5"])
def test_a_heartbeat_is_one_to_fifteen_seconds(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_HEARTBEAT_SECONDS", given)
    with pytest.raises(environment.BadSetting, match="QUANXIN_HEARTBEAT_SECONDS"):
        environment.heartbeat()


def test_importing_the_settings_makes_nothing(tmp_path: Path) -> None:
    place = tmp_path / "not yet"
    subprocess.run(
        [sys.executable, "-c", "import quanxin.settings"],
        check=True,
        env={"QUANXIN_DATA_DIR": str(place), "PATH": "/usr/bin:/bin"},
    )
    assert not place.exists()


def test_every_variable_that_the_code_reads_is_declared(root: Path) -> None:
    import re

    read: set[str] = set()
    for path in (root / "src").rglob("*.py"):
        read |= set(re.findall(r"\bQUANXIN_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert read <= set(VARIABLES)


@pytest.mark.parametrize("variable", VARIABLES.values(), ids=lambda variable: variable.name)
def test_every_variable_says_what_it_is_for_in_both_languages(variable: Variable) -> None:
    assert variable.zh.endswith("。")
    assert variable.en.endswith(".")
