"""A platform of its own for a measurement, with PostgreSQL as it runs in earnest (everything flushed to disk).

Invariant: a measurement touches no data but its own, and leaves none.
"""

from __future__ import annotations

import os
import resource as usage
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock and of the processor. Where other work runs beside it, the second tells more."""

    wall: float
    cpu: float

    @classmethod
    def of(cls, work: Callable[[], T]) -> tuple[Cost, T]:
        """What ``work`` costs, with the processes that it waits for, and what it returns."""
        wall, cpu = time.perf_counter(), _processor()
        result = work()
        return cls(time.perf_counter() - wall, _processor() - cpu), result

    @classmethod
    def median(cls, costs: Sequence[Cost]) -> Cost:
        return cls(statistics.median(one.wall for one in costs), statistics.median(one.cpu for one in costs))

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __truediv__(self, other: Cost) -> str:
        return f"{self.wall / other.wall:6.2f} by the clock, {self.cpu / other.cpu:5.2f} of the processor"

    def __str__(self) -> str:
        return f"{self.wall:7.1f} s, processor {self.cpu:7.1f} s"


def _processor() -> float:
    used = [usage.getrusage(who) for who in (usage.RUSAGE_SELF, usage.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def elsewhere(work: Callable[..., Any], *given: Any) -> Any:
    """What ``work`` returns, done in a process of its own that works on this one's platform."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_set_up_and, work, *given).result()


def _set_up_and(work: Callable[..., Any], *given: Any) -> Any:
    from quanxin.runtime import boot

    boot.setup()
    try:
        return work(*given)
    except Exception as error:  # not all that is raised (by Spark) can be handed over
        raise RuntimeError(f"{type(error).__name__}: {error}") from None


@contextmanager
def ground(threads: int = 2, memory: str = "1200MB") -> Iterator[Path]:
    """A data directory with a running, empty platform; the engine has ``threads`` threads and so much ``memory``."""
    folder = Path(tempfile.mkdtemp(prefix="quanxin-bench-"))
    os.environ["QUANXIN_DATA_DIR"] = str(folder)
    os.environ["QUANXIN_ENGINE_THREADS"] = str(threads)
    os.environ["QUANXIN_ENGINE_MEMORY"] = memory
    os.environ["QUANXIN_STATIC"] = "plain"
    from quanxin.runtime import boot, postgres
    from quanxin.runtime.cluster import SUPERUSER

    postgres.ensure(folder)
    os.environ["QUANXIN_DATABASE_URL"] = postgres.url(folder, SUPERUSER)  # what is measured is emptied, too
    boot.setup()
    try:
        yield folder
    finally:
        from django.db import connections

        connections.close_all()
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that ``work`` took, and what it returned."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def percentiles(seconds: list[float]) -> str:
    """Median, p95 and the longest, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1e3:6.1f} ms   p95 {cuts[94] * 1e3:6.1f} ms   max {max(seconds) * 1e3:6.1f} ms"


def line(name: str, figure: str, target: str = "") -> None:
    """Print one figure beside its target."""
    print(f"{name:<58} {figure}{f'   (target {target})' if target else ''}", flush=True)
