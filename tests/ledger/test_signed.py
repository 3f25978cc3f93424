"""What is taken away of the audit is signed: the page's file and the command's, verified from file and key alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine, audit
from quanxin.cli.main import app
from quanxin.ledger import signed, signing
from tests.desk.people import signed_in

CONTENT = "时间,行为人\n2026-03-02,user:a\n".encode()


def run(*words: str) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["audit", *words], catch_exceptions=True)
    return ran.exit_code, ran.stdout


@given(st.data())
def test_one_changed_byte_of_either_shows(data: st.DataObject) -> None:
    seal = signed.statement(CONTENT, "audit.csv", by=operator(), about={"day": "2026-03-02"})
    assert signed.wrong(CONTENT, seal, signing.public_key()) == ""
    which = data.draw(st.sampled_from([CONTENT, seal]))
    at = data.draw(st.integers(0, len(which) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != which[at]))
    changed = which[:at] + bytes([other]) + which[at + 1 :]
    if which is CONTENT:
        assert signed.wrong(changed, seal, signing.public_key()) == "content"
    elif _means(changed) != _means(seal):  # a blank for a line's end between two members says the same
        assert signed.wrong(CONTENT, changed, signing.public_key()) in ("signature", "unreadable")


def _means(seal: bytes) -> object:
    try:
        return json.loads(seal)
    except ValueError:
        return None


def test_another_key_verifies_nothing() -> None:
    seal = signed.statement(CONTENT, "audit.csv", by=operator(), about={})
    assert signed.wrong(CONTENT, seal, "0" * 64) == "signature"
    assert signed.wrong(CONTENT, seal, "no key") == "signature"
    for junk in (b"", b"[]", b"null", b'{"signature": 1, "sha256": ""}', b"[" * 100_000):
        assert signed.wrong(CONTENT, junk, signing.public_key()) in ("unreadable", "signature")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_command_exports_and_a_command_verifies_offline(kind: str, tmp_path: Path) -> None:
    audit(operator(), "t.act", "t:1", why="甲")
    file = tmp_path / f"audit.{kind}"
    assert run("export", str(file))[0] == 0
    assert AuditLine.objects.filter(act="audit.read", target="acts").exists()
    assert run("verify", str(file), "--key", signing.public_key())[0] == 0
    if kind == "json":
        assert any(row["行为"] == "t.act" for row in json.loads(file.read_text("utf-8")))
    file.write_bytes(file.read_bytes() + b" ")
    assert run("verify", str(file))[0] == 1
    file.with_name(file.name + signed.ENDING).unlink()
    assert run("verify", str(file))[0] == 1


@pytest.mark.django_db
def test_what_the_page_gives_is_verified_as_it_is(tmp_path: Path) -> None:
    client = signed_in(Role.AUDITOR, name="auditor")
    for page in ("audit", "accesses"):
        file = tmp_path / f"{page}.zip"
        file.write_bytes(client.get(f"/desk/{page}?as=xlsx").content)
        assert run("verify", str(file), "--key", json.loads(run("key")[1])["key"])[0] == 0
    file.write_bytes(b"no archive")
    assert run("verify", str(file))[0] == 1
