"""Stewards beside each other and beside intakes: one decision for each row, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import operator
from quanxin.archive.models import Record
from quanxin.intake import link_decisions
from quanxin.intake.models import Held
from quanxin.intake.replay import replay
from quanxin.intake.unlinked_queue import queue
from quanxin.subjects.models import Decision
from quanxin.subjects.queries import find
from tests.city import CODES, register
from tests.intake.test_link_decisions import courts, debtor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts side by side, each on a connection of its own; return what each returned or raised."""
    outcomes: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(n: int) -> None:
        try:
            gate.wait()
            outcomes[n] = acts[n]()
        except Exception as error:
            outcomes[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_six_stewards_on_one_row_make_one_decision(tmp_path: Path) -> None:
    register(tmp_path)
    courts(tmp_path, debtor(), debtor("（2025）鲁0102执2号"))
    held = queue(operator())[0].held
    subjects = [find(CODES[n % 2]) for n in range(6)]
    outcomes = at_once(
        *(lambda s=s: link_decisions.link(operator(), held, s, reason="同时判断") for s in subjects)  # type: ignore[misc]
    )
    assert Decision.objects.count() == 1
    winner = Decision.objects.get()
    made = [o for o in outcomes if isinstance(o, link_decisions.Decided)]
    refused = [o for o in outcomes if isinstance(o, link_decisions.NotPossible)]
    assert (len(made), len(refused)) == (3, 3)
    assert {o.decision.pk for o in made} == {winner.pk}
    current = Record.objects.filter(resource="judgment-debtors", superseded_at=None)
    assert [r.subject_id for r in current] == [winner.subject_id] * 2


def test_deciding_undoing_replaying_and_taking_in_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    register(tmp_path)
    first = courts(tmp_path, debtor(), debtor("（2025）鲁0102执2号", subject_name="济南乙样列商贸有限公司"))
    one, two = (w.held for w in queue(operator()))
    subject, other = find(CODES[0]), find(CODES[1])
    assert subject is not None
    assert other is not None
    outcomes = at_once(
        lambda: link_decisions.link(operator(), one, subject, reason="甲"),
        lambda: link_decisions.link(operator(), two, other, reason="乙"),
        lambda: courts(tmp_path, debtor("（2025）鲁0102执3号"), name="beside.csv"),
        lambda: replay(first.batch, actor=operator()),
    )
    assert not [o for o in outcomes[:3] if isinstance(o, Exception)], outcomes
    current = Record.objects.filter(resource="judgment-debtors", superseded_at=None).count()
    waiting = Held.objects.filter(released_by=None).count()
    assert current + waiting == 3
    undone = at_once(
        *(lambda d=d: link_decisions.undo(operator(), d, reason="撤销") for d in Decision.objects.all())  # type: ignore[misc]
    )
    assert not [o for o in undone if isinstance(o, Exception)], undone
    assert not Record.objects.filter(resource="judgment-debtors", superseded_at=None).exists()
    assert sum(w.rows for w in queue(operator())) == 3
