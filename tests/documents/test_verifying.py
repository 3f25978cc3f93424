"""Whoever holds a document, or its number alone, finds out what it is worth, and learns nothing about anybody."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.calendar import now
from quanxin.cli.main import app
from quanxin.documents import ending, issuing, keys, offline, verifying
from quanxin.documents.models import Document
from quanxin.documents.offline import Trust
from quanxin.ledger import sequencing
from tests.documents.test_issuing import draft

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Issued:
    document: Document
    pdf: bytes
    json: bytes
    trust: Trust


@pytest.fixture
def issued() -> Issued:
    made = issuing.issue(operator(), draft(subject=7))
    return Issued(made, issuing.pdf(made), issuing.json(made), Trust.read(json.dumps(verifying.keys()).encode()))


def test_by_number_the_page_says_kind_day_and_standing_and_names_nobody(issued: Issued) -> None:
    number, client = issued.document.number, Client()
    sent = client.get("/verify", {"number": f" {number.lower()} "})
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/verify/{number}")
    text = client.get(f"/verify/{number}").content.decode()
    assert "真实、有效" in text
    assert "公共信用信息报告" in text
    assert "济南示例有限公司" not in text
    english = client.get(f"/verify/{number}", headers={"accept-language": "en"}).content.decode()
    assert "Genuine and valid" in english
    told = client.get(f"/verify/{number}/status").json()
    assert (told["standing"], told["kind"]) == ("valid", "credit-report")
    assert not {"title", "subject", "applicant", "purpose"} & told.keys()
    ending.revoke(operator(), number, "wrong-content", "济南示例有限公司的金额有误")
    text = client.get(f"/verify/{number}").content.decode()
    assert "已撤销，不得使用" in text
    assert "金额有误" not in text


@pytest.mark.parametrize("number", ["2026050516415256099999", "x" * 200, "..%2F", "<b>", "0"])
def test_what_is_no_document_is_said_plainly(number: str) -> None:
    assert Client().get(f"/verify/{number}").status_code == 404
    assert Client().get("/verify", {"number": number}).status_code in (302, 404)
    assert Client().get(f"/verify/{number}/status").status_code == 404
    assert Client().get(f"/verify/{number}/receipt").status_code == 404


def test_by_file_a_changed_one_is_told_from_the_one_that_was_issued(issued: Issued) -> None:
    def sent(raw: bytes, number: str = "") -> str:
        file = SimpleUploadedFile("x.pdf", raw)
        return Client().post("/verify", {"file": file, "number": number}).content.decode()

    for raw in (issued.pdf, issued.json):
        assert "文件与出具时完全一致" in sent(raw)
        for changed in (raw[:-1], raw + b"\n", b"", raw[:50] + bytes([raw[50] ^ 1]) + raw[51:]):
            assert "完全一致" not in sent(changed, issued.document.number)
    told = Client().post("/verify", {"sha256": hashlib.sha256(issued.pdf).hexdigest()}).content.decode()
    assert "文件与出具时完全一致" in told  # what the page's script sends
    assert "完全一致" not in Client().post("/verify", {"sha256": "0" * 64}).content.decode()
    assert Client().post("/verify", {}).status_code == 422


def test_the_receipt_proves_the_file_and_the_command_says_what_holds(issued: Issued, tmp_path: Path) -> None:
    sequencing.sequence()
    client = Client()
    receipt = client.get(f"/verify/{issued.document.number}/receipt")
    assert receipt.status_code == 200
    assert "济南" not in receipt.content.decode()
    files = {"keys.json": client.get("/documents/keys").content, "r.json": receipt.content}
    files |= {"d.pdf": issued.pdf, "d.json": issued.json, "changed.pdf": issued.pdf.replace(b"PDF-1.7", b"PDF-1.6")}
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)

    def run(name: str) -> tuple[int, str]:
        given = [
            "verify",
            str(tmp_path / name),
            "--keys",
            str(tmp_path / "keys.json"),
            "--receipt",
            str(tmp_path / "r.json"),
        ]
        done = CliRunner().invoke(app, given)
        return done.exit_code, done.output

    for name in ("d.pdf", "d.json"):
        code, said = run(name)
        assert code == 0, said
        assert json.loads(said)["number"] == issued.document.number
    code, said = run("changed.pdf")
    assert code == 1
    assert "integrity" in said
    assert "inclusion" in said


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_found_without_the_platform(issued: Issued, data: Any) -> None:
    form = data.draw(st.sampled_from(["pdf", "json"]))
    raw = bytearray(getattr(issued, form))
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    if form == "pdf":
        assert offline.of_pdf(bytes(raw), issued.trust).wrong, at
    else:
        assert offline.of_twin(bytes(raw), issued.trust, now()).wrong, at


def test_as_issued_it_holds_and_under_another_key_it_does_not(issued: Issued) -> None:
    assert offline.of_pdf(issued.pdf, issued.trust).wrong == ()
    assert offline.of_twin(issued.json, issued.trust, now()).wrong == ()
    assert offline.of_pdf(issued.pdf, issued.trust).number == issued.document.number
    nobody = Trust({}, (), ())
    assert offline.of_pdf(issued.pdf, nobody).wrong == ("signature",)
    assert offline.of_twin(issued.json, nobody, now()).wrong == ("signature",)
    for broken in (b"", b"%PDF-1.7\n", issued.pdf[: len(issued.pdf) // 2], b"{}", b"[1]", b'{"proof": 1}', b"\xff"):
        assert offline.of_pdf(broken, issued.trust).wrong
        assert offline.of_twin(broken, issued.trust, now()).wrong


def test_a_replaced_key_vouches_for_what_it_signed_and_a_revoked_one_until_then(issued: Issued) -> None:
    before = issued.document.certificate_id
    ending.renew(operator())
    after = issuing.issue(operator(), draft(key="test:after"))
    assert after.certificate_id != before
    trust = Trust.read(json.dumps(verifying.keys()).encode())
    assert offline.of_pdf(issued.pdf, trust).wrong == ()
    ending.revoke_certificate(operator(), before, now() - dt.timedelta(days=1), "失密")
    trust = Trust.read(json.dumps(verifying.keys()).encode())
    assert offline.of_pdf(issued.pdf, trust).wrong == ("validity",)
    assert offline.of_pdf(issuing.pdf(after), trust).wrong == ()


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) is not installed")
def test_another_hand_finds_the_signature_valid(issued: Issued, tmp_path: Path) -> None:
    file = tmp_path / "d.pdf"
    file.write_bytes(issued.pdf)
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.mark.skipif(not MODULE.exists(), reason="SoftHSM (softhsm2) is not installed")
def test_a_key_in_a_token_signs_and_never_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pkcs11", reason="quanxin[hsm] is not installed")
    from quanxin.documents.token import token_signer

    (tmp_path / "tokens").mkdir()
    (tmp_path / "conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "conf"))
    pem = keys.made(now())
    (tmp_path / "key.pem").write_text(pem[: pem.index("-----BEGIN CERTIFICATE")], encoding="ascii")
    (tmp_path / "chain.pem").write_text(pem[pem.index("-----BEGIN CERTIFICATE") :], encoding="ascii")
    (tmp_path / "pin").write_text("1234\n", encoding="ascii")
    for given_ in (
        ["--init-token", "--free", "--label", "quanxin", "--so-pin", "1234", "--pin", "1234"],
        [
            "--import",
            str(tmp_path / "key.pem"),
            "--token",
            "quanxin",
            "--label",
            "documents",
            "--id",
            "01",
            "--pin",
            "1234",
        ],
    ):
        subprocess.run(["softhsm2-util", *given_], check=True, capture_output=True, env=os.environ)
    address = (
        f"pkcs11:token=quanxin;object=documents?module-path={MODULE}&pin-source={tmp_path}/pin"
        f"&x-certificates={tmp_path}/chain.pem"
    )
    monkeypatch.setenv(keys.VARIABLE, address)
    try:
        made = issuing.issue(operator(), draft(key="test:token"))
    finally:
        token_signer.cache_clear()
    trust = Trust.read(json.dumps(verifying.keys()).encode())
    assert offline.of_pdf(issuing.pdf(made), trust).wrong == ()
