"""Acts on the same records at the same time wait for each other in one order: none is ended by the database as a deadlock."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError

import quanxin
from quanxin.accounts import operator
from quanxin.archive.models import Batch, Record, Withdrawal
from quanxin.exchange import correcting, withdrawals
from quanxin.exchange.replay import replay
from quanxin.runtime import locks
from tests.city import hand_in, penalty, register
from tests.exchange.test_stewards_at_once import at_once

RESOURCE = "administrative-penalty"
SOURCE = Path(quanxin.__file__).parent


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_replays_take_backs_corrections_and_withdrawals_at_once(tmp_path: Path) -> None:
    register(tmp_path)
    for turn in range(3):
        receipt = hand_in(
            tmp_path, RESOURCE,
            [penalty(n % 3, f"并{turn}-{n}号") for n in range(4)] + [penalty(1, f"并{turn}-9号", fine="不详")],
            name=f"{turn}.csv",
        )  # fmt: skip
        one, two = Record.objects.filter(batch_id=receipt.batch).order_by("id")[:2]
        outcomes = at_once(*_acts(receipt.batch, one, two, turn))
        deadlocks = [o for o in outcomes if isinstance(o, OperationalError)]
        assert deadlocks == []
        assert Batch.objects.get(pk=receipt.batch).taken_back_at is not None
        assert not Record.objects.filter(batch_id=receipt.batch, superseded_at=None).exists()


def _acts(batch: str, one: Record, two: Record, turn: int) -> list[Callable[[], object]]:
    """What different people do with a batch at once; a later one may find nothing left to do, and says so."""
    pairs = [(one.subject_id, one.id), (two.subject_id, two.id)]
    kind = Withdrawal.Kind.MISTAKEN
    return [
        lambda: replay(batch, actor=operator(), rows={5: {"fine": "0.7"}}),
        lambda: withdrawals.take_back(operator(), batch, reason="整批有误"),
        lambda: correcting.correct(operator(), one.provider, one, {"fine": f"0.{turn + 1}1"}, reason="核对"),
        lambda: withdrawals.withdraw(operator(), one.provider, pairs, kind=kind, reason="有误"),
        lambda: withdrawals.withdraw(operator(), one.provider, pairs[::-1], kind=kind, reason="有误"),
        lambda: replay(batch, actor=operator(), rows={5: {"fine": "0.8"}}),
    ]


def test_every_lock_is_declared_in_one_place() -> None:
    asking = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(r"pg_advisory_(xact_)?lock\(|pg_advisory_xact_lock_shared\(", path.read_text(encoding="utf-8"))
    }
    kept = {path for path in asking if "/migrations/" in path}
    # the ring's shared locks and those of another session are taken by the numbers of ``locks``
    assert asking - kept == {"runtime/locks.py", "runtime/keys.py", "runtime/boot.py", "accounts/keyring.py"}
    numbers = {
        int(n) for path in kept for n in re.findall(r"lock(?:_shared)?\((\d+),", (SOURCE / path).read_text("utf-8"))
    }
    assert numbers == {locks.Kind.EVENTS, locks.Kind.NEVER_SCORED}
    assert all(a != b for a, b in itertools.combinations([int(kind) for kind in locks.Kind], 2))
