"""A platform of its own for a measurement, with PostgreSQL as it runs in earnest (everything flushed to disk).

Invariant: a measurement touches no data but its own, and leaves none.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


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
