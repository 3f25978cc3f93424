"""What the command line says when it refuses: clear words, an exit code, and nothing changed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests import platform, warm

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with a platform of its own."""
    data_dir = platform.empty(tmp_path_factory.mktemp("platform") / "data")
    return platform.environment_of(data_dir, QUANXIN_STATIC="plain")


def quanxin(home: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return warm.run(words, home)


def test_bad_input_ends_in_words_and_changes_nothing(home: dict[str, str], tmp_path: Path) -> None:
    good = "企业名称,统一社会信用代码,成立日期\n甲公司,91370117QX0001CF1Q,2020-01-01\n"
    files = {
        "not-a-table.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "administrative-penalty", "file-"),
        "encoding.csv": (good.encode() + b"\xff\xfe\xfa,1,2\n", "enterprise-registration", "编码"),
        "empty.csv": (b"", "enterprise-registration", "没有数据"),
        "headers.csv": (b"a,b,c\n1,2,3\n", "enterprise-registration", "表头"),
        "cell.csv": (good.encode() + b"x" * 10_000_000 + b",1,2\n", "enterprise-registration", "单元格"),
        "force.csv": (good.encode(), "overload-severe", "有效期"),
    }
    for name, (content, resource, said) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        provider = "transport" if resource == "overload-severe" else "market-regulation"
        ran = quanxin(home, "intake", str(path), "--resource", resource, "--provider", provider)
        assert ran.returncode == 1, (name, ran.stderr)
        assert "Traceback" not in ran.stderr
        assert said in ran.stderr or said.endswith("-"), (name, ran.stderr)
        assert ran.stdout == ""
    assert json.loads(quanxin(home, "batches").stdout) == []
    assert quanxin(home, "intake", "no-such-file.csv", "--resource", "x", "--provider", "y").returncode == 1
    assert quanxin(home, "archive", "91370117QX0001CF1Q").returncode == 1
    assert quanxin(home, "nonsense").returncode == 2
    spark_only = quanxin(home, "intake", "a.csv", "--resource", "x", "--provider", "y", "--master", "local[1]")
    assert (spark_only.returncode, "--engine spark" in spark_only.stderr) == (2, True)
    found = {finding["check"]: finding["state"] for finding in json.loads(quanxin(home, "doctor").stdout)}
    assert (found["modes"], found["secrets"], found["database-role"]) == ("ok", "ok", "ok")
    assert quanxin(home, "stop").returncode == 0


def test_packs_are_checked_without_a_database(home: dict[str, str]) -> None:
    checked = quanxin(home, "pack", "check")
    assert (checked.returncode, json.loads(checked.stdout)["problems"]) == (0, 0)
    assert json.loads(quanxin(home, "pack", "test").stdout)["failed"] == []
    assert len(json.loads(quanxin(home, "pack", "coverage").stdout)) == 16
    assert json.loads(quanxin(home, "pack", "show", "water-fee").stdout)["key"] == "water-fee"
    missing = quanxin(home, "pack", "show", "no-such-thing")
    assert missing.returncode == 1
    assert "没有资源" in missing.stderr
