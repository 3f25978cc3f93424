"""Figures for those who run the platform, in Prometheus' form.

Invariant: each is named in ``docs/operators/metrics.md``, and none has a label whose values come from visitors: no figure tells
of a person, and their number is bounded. Several processes count together: whichever is asked answers for all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

import quanxin
from quanxin.runtime import keeper, vitals
from quanxin.runtime.shared_metrics import VARIABLE

COUNTED = CollectorRegistry()
REQUESTS = Counter("quanxin_http_requests", "Requests answered", ["face", "method", "status"], registry=COUNTED)
REQUEST_SECONDS = Histogram(
    "quanxin_http_request_seconds", "Seconds to answer a request", ["face"], registry=COUNTED,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip
JOBS = Counter("quanxin_jobs", "Jobs done by workers", ["task", "outcome"], registry=COUNTED)
JOB_SECONDS = Histogram(
    "quanxin_job_seconds", "Seconds that a job took", ["task"], registry=COUNTED,
    buckets=(0.05, 0.25, 1, 5, 15, 60, 300, 1800, 7200),
)  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


class State:
    """What is asked when the figures are: the database, the worker, the disk, the processes; ``lags`` by follower."""

    def __init__(self, lags: Iterable[tuple[str, float]]) -> None:
        self._lags = lags

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        now = vitals.look()
        yield _gauge("quanxin_build_info", "The version that runs", {"version": quanxin.__version__}, 1)
        yield _gauge("quanxin_database_up", "1 where the database answers", {}, int(now.database))
        yield _gauge("quanxin_disk_free_bytes", "Free bytes where the data lie", {}, now.free)
        if now.database:
            yield _gauge("quanxin_workers", "Workers that show signs of life", {}, now.workers)
            yield _gauge("quanxin_jobs_waiting", "Jobs that could be done now", {}, now.waiting)
            yield _gauge("quanxin_oldest_job_seconds", "Seconds that the oldest of these waits", {}, now.oldest)
            behind = GaugeMetricFamily(
                "quanxin_follower_behind_seconds", "Seconds that a follower of events is behind", labels=["follower"]
            )
            for name, seconds in self._lags:
                behind.add_metric([name], seconds)
            yield behind
        starts = CounterMetricFamily("quanxin_process_starts", "How often a process was started", labels=["process"])
        for site in keeper.told():
            for name, kept in site["processes"].items():
                starts.add_metric([f"{site['port']}/{name}"], kept["starts"])
        yield starts


def exposed(lags: Iterable[tuple[str, float]] = ()) -> bytes:
    """All figures as text."""
    registry = CollectorRegistry()
    if os.environ.get(VARIABLE):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(COUNTED)
    registry.register(State(lags))
    return generate_latest(registry)


def _gauge(name: str, meaning: str, labels: dict[str, str], value: float) -> Metric:
    made = GaugeMetricFamily(name, meaning, labels=list(labels))
    made.add_metric(list(labels.values()), value)
    return made
