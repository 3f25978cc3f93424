"""Acts on the same records at the same time wait for each other in one order: none is ended by the database as a deadlock."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError

import quanxin
from quanxin.accounts import operator
from quanxin.archive.models import Batch, Record, Withdrawal
from quanxin.intake import corrections, handovers, withdrawals
from quanxin.intake.models import Handover
from quanxin.intake.replay import replay
from quanxin.runtime import locks
from tests.city import hand_in, penalty, register
from tests.intake.test_conflicts import APPROVER, propose
from tests.intake.test_stewards_at_once import at_once

RESOURCE = "administrative-penalty"
SOURCE = Path(quanxin.__file__).parent


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_replays_take_backs_corrections_and_withdrawals_at_once(tmp_path: Path) -> None:
    register(tmp_path)
    for turn in range(3):
        receipt = hand_in(
            tmp_path,
            RESOURCE,
            [penalty(n % 3, f"并{turn}-{n}号") for n in range(4)] + [penalty(1, f"并{turn}-9号", fine="不详")],
            name=f"{turn}.csv",
        )
        one, two = Record.objects.filter(batch_id=receipt.batch).order_by("id")[:2]
        outcomes = at_once(*_acts(receipt.batch, one, two, turn))
        deadlocks = [o for o in outcomes if isinstance(o, OperationalError)]
        assert deadlocks == []
        assert Batch.objects.get(pk=receipt.batch).taken_back_at is not None
        assert not Record.objects.filter(batch_id=receipt.batch, superseded_at=None).exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_handover_beside_its_provider_s_own_acts_leaves_each_record_once_or_ended(tmp_path: Path) -> None:
    register(tmp_path)
    for turn in range(3):
        rows = [penalty(n % 3, f"移{turn}-{n}号") for n in range(6)] + [penalty(1, f"移{turn}-9号", fine="不详")]
        receipt = hand_in(tmp_path, RESOURCE, rows, name=f"{turn}.csv")
        one, two, three = Record.objects.filter(batch_id=receipt.batch).order_by("id")[:3]
        proposed = propose()
        outcomes = at_once(
            lambda number=proposed.pk: handovers.approve(APPROVER, number, reason="同意"),
            *_acts(receipt.batch, one, two, turn)[2:5],
            lambda batch=receipt.batch: replay(batch, actor=operator(), rows={7: {"fine": "0.7"}}),
        )
        assert [o for o in outcomes if isinstance(o, OperationalError)] == []
        assert isinstance(outcomes[0], Handover), outcomes[0]
        current = Record.objects.filter(superseded_at=None, resource=RESOURCE)
        keys = list(current.values_list("subject_id", "key_hash"))
        assert len(keys) == len(set(keys))
        withdrawn = sum(getattr(o, "records", 0) for o in outcomes[2:4])
        ended = [r for r in (one, two) if not current.filter(subject_id=r.subject_id, key_hash=r.key_hash).exists()]
        assert bool(ended) == bool(withdrawn), outcomes
        assert current.get(subject_id=three.subject_id, key_hash=three.key_hash).provider == proposed.to_provider


def _acts(batch: str, one: Record, two: Record, turn: int) -> list[Callable[[], object]]:
    """What different people do with a batch at once; a later one may find nothing left to do, and says so."""
    pairs = [(one.subject_id, one.id), (two.subject_id, two.id)]
    kind = Withdrawal.Kind.MISTAKEN
    return [
        lambda: replay(batch, actor=operator(), rows={5: {"fine": "0.7"}}),
        lambda: withdrawals.take_back(operator(), batch, reason="整批有误"),
        lambda: corrections.correct(operator(), one.provider, one, {"fine": f"0.{turn + 1}1"}, reason="核对"),
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
    values = [int(kind) for kind in locks.Kind.__members__.values()]  # with those that share a number, if any did
    assert all(a != b for a, b in itertools.combinations(values, 2))


def test_no_number_of_a_lock_is_written_by_hand() -> None:
    numbers = {int(kind) for kind in locks.Kind} | {locks.MIGRATION}
    written = {
        (path.relative_to(SOURCE).as_posix(), node.lineno)
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and path.name != "locks.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in numbers
    }
    assert not written
