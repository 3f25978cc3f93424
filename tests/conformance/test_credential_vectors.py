"""The published example of eddsa-jcs-2022: every intermediate hash, the signature, and the signed credential."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quanxin.proofs import credentials, jcs

FOLDER = Path(__file__).resolve().parents[2].parent / "shared/conformance/vc"
SUITE = FOLDER / "eddsa-jcs-2022"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the published vectors are not on this machine")


def text(name: str) -> str:
    return (SUITE / name).read_text(encoding="utf-8").strip()


def load(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_every_intermediate_value() -> None:
    unsigned, options = load(FOLDER / "unsigned.json"), load(SUITE / "proofConfigJCS.json")
    assert jcs.canonical(unsigned).decode() == text("canonDocJCS.txt")
    assert jcs.canonical(options).decode() == text("proofCanonJCS.txt")
    assert hashlib.sha256(jcs.canonical(unsigned)).hexdigest() == text("docHashJCS.txt")
    assert hashlib.sha256(jcs.canonical(options)).hexdigest() == text("proofHashJCS.txt")
    assert credentials.hash_data(unsigned, options).hex() == text("combinedHashJCS.txt")
    assert credentials.options_of(unsigned, options["verificationMethod"], options["created"]) == options


def test_the_signature_and_what_it_makes() -> None:
    keys, unsigned = load(FOLDER / "keyPair.json"), load(FOLDER / "unsigned.json")
    options = load(SUITE / "proofConfigJCS.json")
    secret = Ed25519PrivateKey.from_private_bytes(credentials.unbase58(keys["privateKeyMultibase"][1:])[2:])
    assert credentials.multikey(secret.public_key().public_bytes_raw()) == keys["publicKeyMultibase"]
    signature = secret.sign(credentials.hash_data(unsigned, options))
    assert signature.hex() == text("sigHexJCS.txt")
    assert "z" + credentials.base58(signature) == text("sigBTC58JCS.txt")
    made = credentials.signed(unsigned, options["verificationMethod"], options["created"], secret.sign)
    assert made == load(SUITE / "signedJCS.json")


def test_the_signed_one_proves_and_a_changed_one_does_not() -> None:
    signed = load(SUITE / "signedJCS.json")
    public = credentials.public_of(load(FOLDER / "keyPair.json")["publicKeyMultibase"])
    assert credentials.proves(signed, public)
    assert not credentials.proves({**signed, "name": "another"}, public)
    assert not credentials.proves({**signed, "proof": {**signed["proof"], "created": "2024-01-01T00:00:00Z"}}, public)
