"""Credit reports: a typical one end to end, many by several processes, and one of a subject with ten thousand records.

Invariant: end to end is what a person waits for: what it says is read, set, signed, logged and kept; each is issued and none is
made twice.
"""

from __future__ import annotations

import os
import resource as usage
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.ground import elsewhere, line, percentiles

TYPICAL, MANY = 60, 10_000  # records of a subject
SINGLE, BATCH = 40, 200  # reports
WORKERS = 2


def measure(folder: Path) -> None:
    """Take records in for two subjects, and print how long reports about them take."""
    from tests.city import CODES, register, write

    from quanxin.accounts import operator
    from quanxin.intake.pipeline import intake

    register(folder)
    for n, count in ((0, TYPICAL), (1, MANY)):
        path = write(folder, "administrative-licence", list(_licences(n, count)), f"licences-{n}.csv")
        receipt = intake(path, resource="administrative-licence", provider="market-regulation", actor=operator())
        assert receipt.accepted == count, receipt.to_json()
    elsewhere(_one, CODES[0])
    rate = _many(CODES[0])
    line(f"{BATCH} reports of {TYPICAL} records by {WORKERS} processes", f"{rate:,.1f} reports/s", "≥ 40")
    elsewhere(_large, CODES[1])


def _licences(n: int, count: int) -> Iterator[dict[str, str | None]]:
    from tests.city import licence

    return (licence(n, f"济历许〔2025〕{number + 1}号") for number in range(count))


def _issue(code: str, key: str) -> Any:
    from quanxin.accounts import operator
    from quanxin.archive.viewers import PUBLIC
    from quanxin.reports.asked import asked
    from quanxin.reports.issuing import issue
    from quanxin.subjects.models import Subject

    subject = Subject.objects.get(code=code)
    return issue(operator(), asked("credit-report", subject, PUBLIC), key=key, applicant=subject.name)


def _one(code: str) -> None:
    from quanxin.archive.viewers import PUBLIC
    from quanxin.reports.asked import asked
    from quanxin.reports.content import content
    from quanxin.subjects.models import Subject

    _issue(code, "warm")
    subject, told, took = Subject.objects.get(code=code), [], []
    for n in range(SINGLE):
        started = time.perf_counter()
        content(asked("credit-report", subject, PUBLIC))
        told.append(time.perf_counter() - started)
        started = time.perf_counter()
        _issue(code, f"one-{n}")
        took.append(time.perf_counter() - started)
    line(f"what a report of {TYPICAL} records says", percentiles(told), "≤ 50 ms")
    line(f"a report of {TYPICAL} records, signed and kept", percentiles(took), "p95 ≤ 150 ms")


def _many(code: str) -> float:
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), initializer=_ready, initargs=(code,)) as pool:
        list(pool.map(_part, [(code, f"warm-{n}", 1) for n in range(WORKERS)]))
        started = time.perf_counter()
        done = sum(pool.map(_part, [(code, f"part-{n}", 10) for n in range(BATCH // 10)]))
        seconds = time.perf_counter() - started
    assert done == BATCH
    return done / seconds


def _ready(code: str) -> None:
    from quanxin.runtime import boot

    boot.setup()
    _issue(code, f"ready-{os.getpid()}")


def _part(asked_for: tuple[str, str, int]) -> int:
    code, key, count = asked_for
    return len([_issue(code, f"{key}-{n}") for n in range(count)])


def _large(code: str) -> None:
    before = usage.getrusage(usage.RUSAGE_SELF).ru_maxrss
    seconds = []
    for n in range(2):
        started = time.perf_counter()
        _issue(code, f"large-{n}")
        seconds.append(time.perf_counter() - started)
    grown = (usage.getrusage(usage.RUSAGE_SELF).ru_maxrss - before) / 1024
    line(f"a report of {MANY:,} records", f"{statistics.median(seconds):.1f} s, {grown:,.0f} MB more", "≤ 5 s, 300 MB")
