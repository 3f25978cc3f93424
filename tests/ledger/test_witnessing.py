"""A log that was rolled back or that forks: the monitor and the witness see it, though its owner signed everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quanxin.ledger import monitoring, witnessing
from quanxin.ledger.monitoring import Fork, Vouching
from quanxin.proofs import checkpoints, merkle, notes, tiles
from quanxin.proofs.checkpoints import Checkpoint
from quanxin.proofs.notes import COSIGNATURE, Key, Note

OWNER, WITNESS, SECOND = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (3, 4, 5))
KEYS = [Key("log.example/city", OWNER.public_key().public_bytes_raw())]
WITNESSES = [
    Key(name, secret.public_key().public_bytes_raw(), COSIGNATURE)
    for name, secret in (("w.example", WITNESS), ("v.example", SECOND))
]
NOW = 1_800_000_000
Fetch = Callable[[str], bytes | None]


def log_of(entries: Sequence[bytes], **more: str) -> Fetch:
    """What a log of so few entries serves, signed by its owner."""
    hashes = merkle.leaf_hashes(entries)
    head = Checkpoint(KEYS[0].name, len(entries), merkle.root(hashes))
    served = {
        "checkpoint": str(Note(head.text).signed(KEYS[0], OWNER.sign)).encode(),
        tiles.path(0, 0, len(entries)): b"".join(hashes),
        tiles.path(None, 0, len(entries)): tiles.bundle(entries),
    } | {place: text.encode() for place, text in more.items()}
    return served.get


def entries(count: int, first: bytes = b"a") -> list[bytes]:
    return [first, *(b"%d" % n for n in range(count - 1))]


def witnessed(fetch: Fetch, before: str = "", at: int = NOW) -> tuple[str, list[str]]:
    """What a witness cosigns, and what it remembered."""
    kept: list[str] = []
    return witnessing.cosigned(fetch, KEYS, before, kept.append, at, (WITNESSES[0], WITNESS.sign)), kept


@pytest.mark.parametrize(
    ("now", "word"),
    [
        (log_of(entries(4)), "rolled-back"),
        (log_of(entries(5, b"b")), "forked"),
        (log_of(entries(9, b"b")), "forked"),
        (log_of(entries(4, b"b")), "rolled-back"),
        ({}.get, "signature"),
    ],
)
def test_another_past_is_seen_by_the_monitor_and_never_cosigned(now: Fetch, word: str) -> None:
    note, (remembered,) = witnessed(log_of(entries(5)))
    assert note.startswith(remembered)
    with pytest.raises(Fork, match=word):
        monitoring.follow(now, KEYS, remembered)
    kept: list[str] = []
    with pytest.raises(Fork, match=word):
        witnessing.cosigned(now, KEYS, remembered, kept.append, NOW, (WITNESSES[0], WITNESS.sign))
    assert kept == [], "what was seen before stays"
    assert monitoring.follow(log_of(entries(9)), KEYS, remembered).new == 4


def test_as_many_witnesses_as_are_asked_for_saw_a_head_of_this_log_and_lately() -> None:
    note, _ = witnessed(log_of(entries(5)))
    both = str(checkpoints.cosigned(notes.read(note.encode()), WITNESSES[1], NOW - 100, SECOND.sign))
    fork, _ = witnessed(log_of(entries(5, b"b")))
    ahead, _ = witnessed(log_of(entries(8)))
    wrong = note.replace(note.splitlines()[-1], both.splitlines()[-1].replace("v.example", "w.example"))

    def follow(needed: int, now: int = NOW, **served: str) -> int:
        return monitoring.follow(log_of(entries(7), **served), KEYS, "", Vouching(WITNESSES, needed, now)).new

    assert follow(1, witnessed=note) == follow(2, witnessed=both) == 7
    for needed, now, served in (
        (1, NOW, {}), (2, NOW, {"witnessed": note}), (1, NOW + 90_000, {"witnessed": note}), (1, NOW, {"witnessed": wrong}),
    ):  # fmt: skip
        with pytest.raises(Fork, match="witnesses"):
            follow(needed, now, **served)
    for other in (fork, ahead):
        with pytest.raises(Fork, match="forked"):
            follow(1, witnessed=other)
    with pytest.raises(Fork, match="signature"):
        follow(1, witnessed=note.replace("\n5\n", "\n6\n"))


def test_it_remembers_before_it_signs() -> None:
    def dies(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        witnessing.cosigned(log_of(entries(2)), KEYS, "", dies, NOW, (WITNESSES[0], lambda _: pytest.fail("signed")))
