"""The public log by the command line: followed over HTTP, a receipt verified with the public key alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from quanxin.cli.main import app
from quanxin.ledger import log, sequencing

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, f"{done.output}{done.exception or ''}"


def said(*words: str | Path) -> Any:
    code, output = run(*words)
    assert code == 0, output
    return json.loads(output)


def test_a_stranger_follows_the_log_and_verifies_a_receipt(live_server: LiveServer, tmp_path: Path) -> None:
    log.add("seal", "day:2026-03-02", {"day": "2026-03-02", "digest": "ab"})
    assert run("log", "receipt", "seal", "day:2026-03-02", tmp_path / "r.json")[0] == 1, "it waits for its place"
    sequencing.sequence()
    key = said("log", "key")["keys"][-1]  # the present one; others may have signed before
    address, seen = f"{live_server.url}/log", tmp_path / "seen"
    assert said("log", "follow", address, "--key", key, "--state", seen)["new"] == 1
    log.add("seal", "day:2026-03-03", {"day": "2026-03-03", "digest": "cd"})
    sequencing.sequence()
    assert said("log", "follow", address, "--key", key, "--state", seen)["new"] == 1
    assert said("log", "receipt", "seal", "day:2026-03-02", tmp_path / "r.json")["place"] == 0
    proven = said("verify", tmp_path / "r.json", "--key", key)
    assert (proven["valid"], proven["content"]["day"]) == (True, "2026-03-02")

    other = tmp_path / "other"
    other.write_text(seen.read_text(encoding="utf-8").replace("\n2\n", "\n3\n"), encoding="utf-8")
    assert run("log", "follow", address, "--key", key, "--state", other)[0] == 1
    changed = tmp_path / "changed.json"
    changed.write_text((tmp_path / "r.json").read_text(encoding="utf-8").replace('"ab"', '"ef"'), encoding="utf-8")
    code, words = run("verify", changed, "--key", key)
    assert code == 1
    assert "凭证的内容被更改过" in words


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("verify", "nothing.json", "--key", "x"), 1),
        (("verify", __file__, "--key", "x"), 1),
        (("log", "follow", "ftp://127.0.0.1/log", "--key", "x+1+y", "--state", "s"), 2),
    ],
)
def test_bad_input_ends_in_words(words: tuple[str, ...], code: int) -> None:
    found, output = run(*words)
    assert found == code, output
    assert "Traceback" not in output
