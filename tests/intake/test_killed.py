"""An intake that is killed leaves no half batch and loses no row."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from django.db import connections

from quanxin.archive import lake
from quanxin.archive.models import Batch, Record
from tests.city import hand_in, penalty, register
from tests.intake.whole import assert_batches_are_whole

INSTANTS = 50
ROWS = 40


def rows(n: int) -> list[dict[str, str | None]]:
    """Forty penalties of which one is wrong and one repeats another."""
    made = [penalty(i % 3, f"第{n}-{i}号") for i in range(ROWS - 2)]
    return [*made, penalty(0, f"第{n}-x号", fine="约三万"), dict(made[0])]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_at_fifty_instants_nothing_is_half_and_nothing_is_lost(tmp_path: Path) -> None:
    register(tmp_path)
    started = time.monotonic()
    hand_in(tmp_path, "administrative-penalty", rows(0), name="0.csv")
    usual = time.monotonic() - started
    source = random.Random(7)
    killed = 0
    for n in range(1, INSTANTS + 1):
        connections.close_all()  # the child must not share the parent's connection
        child = os.fork()
        if child == 0:
            try:
                hand_in(tmp_path, "administrative-penalty", rows(n), name=f"{n}.csv")
            finally:
                os._exit(0)
        time.sleep(source.uniform(0, usual * 1.1))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        assert_batches_are_whole("administrative-penalty")
    for n in range(1, INSTANTS + 1):
        receipt = hand_in(tmp_path, "administrative-penalty", rows(n), name=f"{n}.csv")
        assert (receipt.received, receipt.quarantined, receipt.duplicate) == (ROWS, 1, 1)
    assert_batches_are_whole("administrative-penalty")
    taken = {batch.file_name: batch.accepted for batch in Batch.objects.filter(resource="administrative-penalty")}
    assert taken == {f"{n}.csv": ROWS - 2 for n in range(INSTANTS + 1)}
    assert killed > INSTANTS // 4, "hardly any intake was interrupted"
    assert Record.objects.filter(resource="administrative-penalty").count() == (ROWS - 2) * (INSTANTS + 1)
    assert not lake.orphans("administrative-penalty")
