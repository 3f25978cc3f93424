"""Receipts that are no good: each has a verdict of its own, and none is taken for a good one or for a fault of the program."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from quanxin.calendar import now, travel
from quanxin.ledger import log_reading, sequencing, signing
from quanxin.ledger.models import Leaf
from quanxin.proofs import checkpoints, receipts
from quanxin.proofs.notes import COSIGNATURE, Key, Note, read
from tests.ledger.test_log import keys, some, trust

pytestmark = pytest.mark.django_db


def test_what_is_no_good_gets_a_verdict_of_its_own() -> None:
    (leaf,) = some(1)
    with travel(now() + dt.timedelta(days=2)):
        later = some(1, "draw")[0]
    sequencing.sequence()
    made = [log_reading.receipt(Leaf.objects.get(pk=one.pk)) for one in (leaf, later)]
    receipt, ahead = made
    assert receipt is not None
    assert ahead is not None
    raw = receipt.written()
    for cut in range(0, len(raw) - 2, 7):
        with pytest.raises(receipts.Broken):
            receipts.read(raw[:cut])
    with pytest.raises(receipts.Broken, match="twice"):
        receipts.read(raw.replace(b'"place"', b'"place": 0, "place"'))
    assert receipts.wrong(receipts.read(raw.replace(b'"n": 0', b'"n": 0.0')), trust()) == ["content"]
    assert receipts.wrong(receipts.read(raw.replace("\u7532".encode(), b"\\ud800")), trust()) == ["content"]
    assert receipts.wrong(ahead, trust()) == ["future"]
    stranger = [Key("other.example/log", keys()[0].public), Key(keys()[0].name, bytes(32))]
    assert receipts.wrong(receipt, trust(stranger)) == ["signature"]
    ended = {keys()[-1]: now() - dt.timedelta(days=1)}
    assert receipts.wrong(receipt, trust(ended=ended)) == ["key-ended"]
    assert receipts.wrong(receipt, trust(ended={keys()[-1]: now() + dt.timedelta(days=1)})) == []


def test_a_receipt_of_a_forked_log_is_named_though_both_heads_are_signed() -> None:
    (leaf,) = some(1)
    sequencing.sequence()
    receipt = log_reading.receipt(Leaf.objects.get(pk=leaf.pk))
    head = log_reading.head()
    assert receipt is not None
    assert head is not None
    origin = checkpoints.opened(head.note.encode(), keys())[0].origin
    present = keys()[-1]
    for size, root in ((1, b"x" * 32), (2, b"y" * 32)):
        text = checkpoints.Checkpoint(origin, size, root).text
        other = str(Note(text).signed(present, lambda said: base64.b64decode(signing.sign(said))))
        forked = replace(receipt, later=other, growth=[b"z" * 32] if size > 1 else [])
        assert receipts.wrong(forked, trust()) == ["consistency"]


def test_what_no_named_witness_cosigned_is_not_taken_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    some(1)
    sequencing.sequence()
    head = log_reading.head()
    assert head is not None
    note = read(head.note.encode())
    secret = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    witness = Key("w.example", secret.public_key().public_bytes_raw(), COSIGNATURE)
    other = Key("w.example", bytes(32), COSIGNATURE)
    good = str(checkpoints.cosigned(note, witness, 1_800_000_000, secret.sign))
    wrong = str(checkpoints.cosigned(note, witness, 1_800_000_000, lambda _: bytes(64)))
    far = f"{note.text.splitlines()[0]}\n{10**19 - 1}\n{note.text.splitlines()[2]}\n\n{good.splitlines()[-1]}\n"
    for named in ("", str(other)):
        monkeypatch.setenv("QUANXIN_WITNESSES", named)
        assert client.post("/log/cosign", good.encode(), content_type="text/plain").status_code == 422
    monkeypatch.setenv("QUANXIN_WITNESSES", f"{other} {witness}")
    for sent in (b"", b"\xff", b"x" * 99_999, head.note.encode(), wrong.encode(), far.encode()):
        assert client.post("/log/cosign", sent, content_type="text/plain").status_code in (413, 422), sent[:80]
    assert client.get("/log/witnessed").status_code == 404
    for _ in range(2):
        assert client.post("/log/cosign", good.encode(), content_type="text/plain").status_code == 204
    assert client.get("/log/witnessed").content.decode() == good, "once, however often it was sent"
