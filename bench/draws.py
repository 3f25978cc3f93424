"""Draws: from 1.5 million objects in five classes, and making the published draw again, beside their HMACs alone.

Invariant: alone means the HMAC of each label by hashlib in one loop, and nothing else: no frame read, no tree, no selection.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from datetime import date
from typing import TYPE_CHECKING

from bench.ground import Cost, line, timed

if TYPE_CHECKING:
    from quanxin.draws import Chain, Commitment, Frame, Randomness

DAY = date(2026, 12, 1)
RUNS = 5
RATIOS = {"A": "0.005", "B": "0.01", "C": "0.03", "D": "0.05", "E": "0.1"}


def measure_draw(objects: int) -> None:
    """Print the seconds of a draw."""
    from quanxin.draws import Chain, Frame, draw

    frame, chain = _frame(objects), Chain.fresh()
    commitment, randomness = _commit(frame, chain)
    again = Frame(frame.labels)  # whose root nobody knows yet
    seconds, made = timed(lambda: draw(commitment, again, randomness, chain.code(1)))
    line(f"draw from {objects:,} objects in 5 classes", f"{seconds:.2f} s", "≤ 5 s")
    line("  drawn", f"{len(made.taken):,}")


def measure_verifying(objects: int) -> None:
    """Print the seconds of verifying a draw, and their ratio to the HMACs alone: the medians of runs beside each other."""
    from quanxin.draws import Chain, draw, published, verify

    frame, chain = _frame(objects), Chain.fresh()
    commitment, randomness = _commit(frame, chain)
    files = published(draw(commitment, frame, randomness, chain.code(1)), frame)
    key = hmac.digest(chain.code(1), randomness.text.encode(), "sha256")
    alone, ours = [], []
    for _ in range(RUNS):
        alone.append(Cost.of(lambda: _hmacs(key, frame))[0])
        cost, verdict = Cost.of(lambda: verify(files))
        assert verdict.sound
        ours.append(cost)
    line(f"draw from {objects:,} objects verified", f"{Cost.median(ours)}")
    line("  ÷ the HMACs alone", Cost.median(ours) / Cost.median(alone), "≤ 2 on two cores, which it takes")


def drawn_files(objects: int, chain: Chain) -> dict[str, bytes]:
    """The published files of a draw from so many objects."""
    from quanxin.draws import draw, published

    frame = _frame(objects)
    commitment, randomness = _commit(frame, chain)
    return published(draw(commitment, frame, randomness, chain.code(1)), frame)


def _frame(objects: int) -> Frame:
    from quanxin.draws import Frame, Label

    dice, classes = random.Random(1), "".join(RATIOS)
    return Frame.freeze(Label(dice.choice(classes), f"9137010{n:010d}X", "food-sale-01") for n in range(objects))


def _commit(frame: Frame, chain: Chain) -> tuple[Commitment, Randomness]:
    from quanxin.draws import Group, Outcome, Quota, Randomness, Second, Source, commit

    secret, day = b"s" * 32, date(2026, 12, 3)
    quotas = tuple(Quota(one, ratio, floor=5) for one, ratio in RATIOS.items())
    commitment = commit(
        frame, quotas, chain, number="1", organiser="样例", committed_on=DAY, reasons={},
        sources=(Source("balls", "样例", day, groups=(Group(6, 33),)),),
        second=Second("样例", hashlib.sha256(secret).digest()),
    )  # fmt: skip
    return commitment, Randomness((Outcome("balls", day, numbers=((1, 2, 3, 4, 5, 6),)),), secret)


def _hmacs(key: bytes, frame: Frame) -> list[bytes]:
    padded, sha = key.ljust(64, b"\0"), hashlib.sha256
    inner, outer = sha(bytes(byte ^ 0x36 for byte in padded)), sha(bytes(byte ^ 0x5C for byte in padded))
    made = []
    for label in frame.labels:
        first = inner.copy()
        first.update(label + b"\1")
        second = outer.copy()
        second.update(first.digest())
        made.append(second.digest())
    return made
