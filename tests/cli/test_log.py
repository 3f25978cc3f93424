"""The public log by the command line: followed over HTTP, a receipt verified with the public key alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from quanxin.cli.main import app
from quanxin.ledger import log, sequencing
from quanxin.proofs.notes import Key

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = ("signature", "inclusion", "consistency", "validity")
OTHER = str(Key("127.0.0.1:8000/log", bytes(32)))


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, f"{done.stdout}{done.stderr}{done.exception or ''}"  # the log stands after what is said


def first(done: tuple[int, str]) -> Any:
    """The verdict of what did not hold."""
    assert done[0] == 1
    return json.loads(done[1].splitlines()[0])


def said(*words: str | Path) -> Any:
    code, output = run(*words)
    assert code == 0, output
    return json.loads(output.splitlines()[0])


def test_a_stranger_follows_the_log_and_verifies_a_receipt(live_server: LiveServer, tmp_path: Path) -> None:
    log.add("seal", "day:2026-03-02", {"day": "2026-03-02", "digest": "ab"})
    assert run("log", "receipt", "seal", "day:2026-03-01", tmp_path / "r.json")[0] == 1
    assert said("log", "receipt", "seal", "day:2026-03-02", tmp_path / "r.json")["waits"], "that it waits is no error"
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
    assert [proven[part] for part in PARTS] == ["holds"] * 4

    other = tmp_path / "other"
    other.write_text(seen.read_text(encoding="utf-8").replace("\n2\n", "\n3\n"), encoding="utf-8")
    assert run("log", "follow", address, "--key", key, "--state", other)[0] == 1
    changed = tmp_path / "changed.json"
    changed.write_text((tmp_path / "r.json").read_text(encoding="utf-8").replace('"ab"', '"ef"'), encoding="utf-8")
    code, words = run("verify", changed, "--key", key)
    assert code == 1
    assert "凭证的内容被更改过" in words
    told = json.loads(words.splitlines()[0])
    assert [told[part] for part in PARTS] == ["holds", "fails", "holds", "holds"]
    told = first(run("verify", tmp_path / "r.json", "--key", OTHER))
    assert [told[part] for part in PARTS] == ["fails", "unknown", "unknown", "unknown"]
    told = first(run("verify", tmp_path / "r.json", "--key", f"{key} 2020-01-01T00:00:00Z"))
    assert (told["validity"], [one["code"] for one in told["wrong"]]) == ("fails", ["key-ended"])
    told = first(run("verify", tmp_path / "r.json", "--key", key, "--needed", "1"))
    assert [one["code"] for one in told["wrong"]] == ["cosignature"]


def test_an_outside_witness_cosigns_and_a_monitor_asks_for_it(
    live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.add("seal", "day:2026-03-02", {"day": "2026-03-02"})
    sequencing.sequence()
    key, address = said("log", "key")["keys"][-1], f"{live_server.url}/log"
    watching = ("log", "follow", address, "--key", key, "--state", tmp_path / "monitor", "--needed", "1", "--witness")
    own = (
        "log", "witness", address, "--key", key, "--state", tmp_path / "seen", "--name", "w.example", "--secret", tmp_path / "k",
    )  # fmt: skip
    witness = said(*own, "--out", tmp_path / "head")["witness"]
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    code, words = run(*own)
    assert code == 1, "the platform does not name it"
    assert "QUANXIN_WITNESSES" in words
    assert "见证人的联署不足" in run(*watching, witness)[1]
    monkeypatch.setenv("QUANXIN_WITNESSES", witness)
    assert said("log", "cosign", tmp_path / "head")["new"] == 1
    log.add("seal", "day:2026-03-03", {"day": "2026-03-03"})
    sequencing.sequence()
    assert said(*watching, witness)["new"] == 2, "an earlier head was cosigned"
    assert said(*own)["sent"]
    assert said("log", "receipt", "seal", "day:2026-03-02", tmp_path / "r.json")["place"] == 0
    assert said("verify", tmp_path / "r.json", "--key", key, "--witness", witness, "--needed", "1")["valid"]
    # the platform is put back to before what the witness saw
    (tmp_path / "head").write_text((tmp_path / "seen").read_text(encoding="utf-8").replace("\n2\n", "\n3\n"))
    assert run("log", "cosign", tmp_path / "head")[0] == 1
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_head WHERE size = 2")
        cursor.execute("SET session_replication_role = origin")
    before = (tmp_path / "seen").read_text(encoding="utf-8")
    for command in (own, (*watching, witness)):
        code, words = run(*command)
        assert code == 1
        assert "有内容被撤走" in words
    assert (tmp_path / "seen").read_text(encoding="utf-8") == before, "what it saw stays"


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
