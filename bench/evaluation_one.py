"""One subject at a counter: how its score came about, and what would change it, in a process that has answered before.

Invariant: subjects are drawn by chance among those that have a score, the ones with the most records among them; each
answer's score is the one that stands, and each reading leaves its line of access, as in life.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from bench.ground import line, percentiles

MODEL = "public-enterprise"


def measure(folder: Path, subjects: int, drawn: int = 400) -> None:
    """Print the percentiles of an explanation and of a what-if in a sample city of so many subjects."""
    from quanxin.accounts import operator
    from quanxin.archive import viewers
    from quanxin.demo.run import run
    from quanxin.evaluation import explanation, single
    from quanxin.evaluation.models import Score
    from quanxin.subjects.models import Subject

    run(subjects=subjects, seed=5, folder=folder / "departments", actor=operator())
    stands = dict(Score.objects.filter(model=MODEL).values_list("subject_id", "score"))
    asked, most = _drawn(list(stands), drawn)
    viewer = viewers.centre(operator(), "bench")

    def explain(pk: int) -> single.Scored:
        scored = single.explain(Subject.objects.get(pk=pk), viewer, MODEL)
        explanation.explained(scored)
        return scored

    def suppose(pk: int) -> single.Scored:
        scored = single.whatif(Subject.objects.get(pk=pk), viewer, MODEL, changes[pk])
        explanation.explained(scored)
        return scored

    changes = {}
    for pk in asked:  # which also warms the process
        scored = explain(pk)
        behind = sorted({n for records in scored.reckoned.records.values() for n in records})
        penalty = {"decision_date": scored.as_of.isoformat(), "fine": "1.5", "penalty_kinds": ["罚款"]}
        changes[pk] = single.Changes(repaired=frozenset(behind[:1]), added=[("administrative-penalty", penalty)])
        assert scored.reckoned.row is not None
        assert scored.reckoned.row["score"] == stands[pk]
    scale = f"one of {len(stands):,} evaluated subjects, at most {most} records"
    _tell(f"{scale}: explain", explain, asked, "p95 ≤ 40 ms")
    _tell("what-if, one record repaired, one added", suppose, asked, "p95 ≤ 60 ms")


def _tell(name: str, ask: Callable[[int], object], asked: list[int], target: str) -> None:
    """Print the percentiles by the clock, and those of this process alone: where other work runs, the two part."""
    wall, own = [], []
    for pk in asked:
        started, used = time.perf_counter(), time.process_time()
        ask(pk)
        wall.append(time.perf_counter() - started)
        own.append(time.process_time() - used)
    line(name, percentiles(wall), target)
    line("  processor time of the process, without the database", percentiles(own))


def _drawn(scored: list[int], count: int) -> tuple[list[int], int]:
    """Some subjects by chance and the ten with the most records; and how many the first of these has."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT subject_id, count(*) FROM archive_record WHERE subject_id = ANY(%s) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
            (scored,),
        )
        most = cursor.fetchall()
    others = random.Random(5).sample(sorted(scored), min(count, len(scored)))
    return [pk for pk, _ in most] + others, most[0][1]
