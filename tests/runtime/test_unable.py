"""Without a database, or with a full disk, the site is not begun, and says why in words."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from django.db import OperationalError
from typer.testing import CliRunner

from quanxin.cli.main import app
from quanxin.runtime import machine, postgres
from quanxin.terminal.output import explain
from tests import platform, warm


def test_without_a_database_serving_ends_in_words(tmp_path: Path) -> None:
    env = platform.environment_of(tmp_path / "data", QUANXIN_DATABASE_URL="postgresql://q:s3cret@127.0.0.1:9/none")
    done = warm.run(["serve", "--port", "0"], env, timeout=60)
    assert done.returncode == 1
    assert "数据库不可用" in done.stderr
    assert "QUANXIN_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr


@pytest.mark.django_db
def test_on_a_disk_that_is_as_good_as_full_nothing_is_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "space", lambda: 3 << 20)
    error = CliRunner().invoke(app, ["serve"]).exception
    assert isinstance(error, machine.NoRoom)
    assert explain(error) == 1
    assert "只剩 3 MB" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "words"), [
    (OSError(errno.ENOSPC, "No space left on device"), "磁盘已满"), (OperationalError("refused"), "数据库连接不上"),
])  # fmt: skip
def test_every_command_says_so(error: Exception, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(error) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


def test_the_log_of_the_server_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "LARGEST_LOG", 10)
    log = tmp_path / "server.log"
    for text in ("short", "one that is long", "another that is long"):
        log.write_text(text)
        postgres._turn(log)
    assert (log.exists(), (tmp_path / "server.log.1").read_text()) == (False, "another that is long")
