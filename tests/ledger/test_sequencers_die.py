"""Sequencers as they run in a city: processes of their own, several at once, killed at any instant."""

from __future__ import annotations

import random
import time

import pytest
from django.db import transaction

from quanxin.ledger import log, log_reading
from quanxin.ledger.models import Head, Leaf
from quanxin.proofs import checkpoints, merkle
from quanxin.proofs.notes import Key
from tests.intake.processes import here, until
from tests.warm import Command, start

pytestmark = pytest.mark.django_db(transaction=True)
LEAVES, AT_ONCE, KILLS = 24_000, 2_000, 6
SEQUENCE = """
from quanxin.runtime import boot
boot.setup()
from quanxin.ledger import sequencing
sequencing.AT_ONCE = 700
while True:
    sequencing.sequence()
"""


def sequencers(number: int) -> list[Command]:
    env = here()
    return [start(("-c", SEQUENCE), env) for _ in range(number)]


def test_killed_at_any_instant_and_several_at_once_they_lose_nothing_and_never_fork(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUANXIN_SIGNING_KEY", "17" * 32)  # everybody's, wherever its data lie
    source, running, acknowledged = random.Random(7), sequencers(3), []
    try:
        for n in range(LEAVES // AT_ONCE):
            with transaction.atomic():
                made = log.add_all([("batch", f"batch:{n}-{i}", {"n": n, "i": i}) for i in range(AT_ONCE)])
            acknowledged += made
            if n < KILLS:
                until(lambda: Head.objects.exists(), "a first head")
                time.sleep(source.uniform(0, 0.25))
                victim = running.pop(0)
                victim.kill()
                assert victim.wait(30) == -9
                running += sequencers(1)
        until(lambda: not Leaf.objects.filter(place=None).exists(), "every leaf has its place")
    finally:
        for one in running:
            one.kill()
            one.wait(30)
    assert list(Leaf.objects.order_by("id").values_list("pk", flat=True)) == acknowledged
    placed = Leaf.objects.order_by("place")
    assert list(placed.values_list("place", flat=True)) == list(range(LEAVES))
    hashes = merkle.leaf_hashes(bytes(entry) for entry in placed.values_list("entry", flat=True))
    keys = [Key.read(key) for key in log_reading.public_keys()]
    heads = list(Head.objects.order_by("size"))
    assert len(heads) > KILLS
    whole = log_reading.tree(LEAVES)
    for head in heads:
        seen, _ = checkpoints.opened(head.note.encode(), keys)
        assert (seen.size, seen.root) == (head.size, bytes(head.root))
        assert merkle.consistent(head.size, LEAVES, seen.root, whole.root(), whole.consistency(head.size))
    assert whole.root() == merkle.root(hashes) == bytes(heads[-1].root)
