"""Signed notes, checkpoints and cosignatures: the published ones are read, and whatever was changed is told."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from quanxin.proofs import checkpoints, merkle, notes
from quanxin.proofs.checkpoints import Checkpoint
from quanxin.proofs.notes import Key, Note, NoteError

LOG, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
LOG_KEY = Key("log.example/city", LOG.public_key().public_bytes_raw())
WITNESS_KEY = Key("witness.example/w1", WITNESS.public_key().public_bytes_raw(), notes.COSIGNATURE)
HEAD = Checkpoint("log.example/city", 3, merkle.root([merkle.leaf_hash(b"a")] * 3))
NOTE = Note(HEAD.text).signed(LOG_KEY, LOG.sign)


def test_a_checkpoint_is_signed_read_and_cosigned() -> None:
    seen = checkpoints.cosigned(NOTE, WITNESS_KEY, 1_700_000_000, WITNESS.sign)
    found, note = checkpoints.opened(str(seen).encode(), [LOG_KEY], "log.example/city")
    assert found == HEAD
    assert checkpoints.cosignatures(note, [WITNESS_KEY]) == {"witness.example/w1": 1_700_000_000}
    assert str(note) == str(seen)
    assert Key.read(str(LOG_KEY)) == LOG_KEY
    assert Key.read(f"{WITNESS_KEY}\n") == WITNESS_KEY


def test_the_published_example_is_read() -> None:
    """The example of C2SP tlog-cosignature; its keys are not published, so that only its form is tried."""
    raw = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 "
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    ).encode()
    note = notes.read(raw)
    assert Checkpoint.of(note.text).size == 20_852_163
    assert [one.name for one in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert str(note).encode() == raw
    with pytest.raises(NoteError, match="no known key"):
        notes.opened(raw, [LOG_KEY])


@settings(max_examples=400, deadline=None)
@given(at=st.integers(0, len(str(NOTE).encode()) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found(at: int, bit: int) -> None:
    raw = bytearray(str(NOTE).encode())
    raw[at] ^= 1 << bit
    with pytest.raises(NoteError):
        checkpoints.opened(bytes(raw), [LOG_KEY])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_told_in_words(raw: bytes) -> None:
    for given_raw in (raw, HEAD.text.encode() + b"\n" + raw, raw + b"\n\n" + str(NOTE).encode()):
        with pytest.raises(NoteError):
            checkpoints.opened(given_raw, [LOG_KEY])
    with pytest.raises(NoteError):
        Key.read(raw.decode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n01\nAAAA\n",
        "a\n-1\nAAAA\n",
        "\n1\nAAAA\n",
        "a\n1\nAAAA\n",
        HEAD.text + "more\n",
        HEAD.text.replace("3", "0", 1),
    ],
)
def test_what_is_no_checkpoint_is_told(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.of(text)


def test_a_checkpoint_of_another_log_and_a_wrong_cosignature_are_refused() -> None:
    with pytest.raises(NoteError, match="another log"):
        checkpoints.opened(str(NOTE).encode(), [LOG_KEY], "log.example/other")
    wrong = checkpoints.cosigned(NOTE, WITNESS_KEY, 1, LOG.sign)
    with pytest.raises(NoteError, match="cosignature"):
        checkpoints.cosignatures(wrong, [WITNESS_KEY])
