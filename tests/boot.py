"""The ground that every test stands on, laid before Django's settings are read (``-p tests.boot``).

Invariant: a test run sees no setting of the machine it runs on and leaves nothing behind. Its data directory, and the
PostgreSQL in it, are its own, shared by the workers of one run, and removed at its end; those of a run that was
killed are removed by the next.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from quanxin.runtime import postgres
from quanxin.runtime.cluster import SUPERUSER

_PREFIX = "quanxin-test-"
_CONTROLLER = "PYTEST_XDIST_WORKER" not in os.environ
LONGEST = "tests/test_readme_tour.py"
LONG, SLOWEST = 300, 20  # seconds of a run that are worth to be told of, and how many tests are named


def _sweep() -> None:
    """Remove the data directories of earlier runs whose process is gone."""
    for left_over in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = left_over.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not _alive(int(owner)):
            with suppress(PermissionError, FileNotFoundError):  # another run that starts now sweeps it too
                _remove(left_over)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(data_dir: Path) -> None:
    postgres.stop(data_dir)
    shutil.rmtree(data_dir)


def start_database() -> None:
    """Start this run's PostgreSQL, for speed without flushing: its files do not outlive the run.

    Nothing is vacuumed on its own: a test's rows are never committed, and to a register of such rows the vacuum tells
    the planner, in the middle of a test, that there are none.
    """
    data_dir = Path(os.environ["QUANXIN_DATA_DIR"])
    postgres.ensure(data_dir)
    with psycopg.connect(postgres.url(data_dir, SUPERUSER), autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            with suppress(psycopg.errors.InternalError):  # another worker is writing the very same
                connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


class OneWorkerEach(LoadScopeScheduling):
    """Hands tests to workers file by file, but all of browsers to one worker and all of Spark to one.

    What a file's tests share is built once. Browsers share a site and Spark a session, which take a minute to begin; and the
    later tests of a browser's life stand on the earlier. (xdist's own groups write into an attribute that pytest 9 no longer
    reads.)
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((group for group, named in GROUPS.items() if re.match(named, path)), path)


GROUPS = {"browser": r"tests/browser/", "spark": r"tests/(three_ways/|(.*/)?test_spark\w*\.py($|::))"}


FIRST = (re.escape(LONGEST), *GROUPS.values())  # in this order, each on a worker of its own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long in one piece begins first: begun last, it would run while the other workers have nothing left to do."""
    if not _CONTROLLER:
        items.sort(
            key=lambda item: next((n for n, named in enumerate(FIRST) if re.match(named, item.nodeid)), len(FIRST))
        )


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneWorkerEach:
    """The scheduler of every parallel run, which takes the files as they are collected."""
    config.option.loadscopereorder = False
    return OneWorkerEach(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How long each room took, and the slowest tests of a long run: what grows is seen."""
    rooms, tests = Counter[str](), Counter[str]()
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            tests[report.nodeid] += report.duration
            rooms["/".join(report.nodeid.partition("::")[0].split("/")[:2])] += report.duration
    if rooms.total() < LONG:
        return
    terminalreporter.write_sep("-", f"{rooms.total():.0f} s of tests")
    for room, seconds in rooms.most_common():
        terminalreporter.write_line(f"{seconds:8.0f} s  {room}")
    terminalreporter.write_sep("-", f"the {SLOWEST} slowest")
    for test, seconds in tests.most_common(SLOWEST):
        terminalreporter.write_line(f"{seconds:8.0f} s  {test[:150]}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's PostgreSQL and remove its data, once, from the process that made them."""
    if _CONTROLLER:
        _remove(Path(os.environ["QUANXIN_DATA_DIR"]))


if _CONTROLLER:
    _sweep()
    for name in [name for name in os.environ if name.startswith("QUANXIN_")]:
        del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the processes that tests start would compile everything anew
    os.environ["QUANXIN_DATA_DIR"] = str(Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")).resolve())
    os.environ["QUANXIN_STATIC"] = "plain"
    os.environ["QUANXIN_SECOND_FACTOR"] = "optional"  # required where a test is about it
    os.environ["DJANGO_SETTINGS_MODULE"] = "quanxin.settings"
    os.environ["QUANXIN_HEARTBEAT_SECONDS"] = "2"  # what a killed worker had is taken over sooner
    # what Spark runs here is over before the better of the JVM's compilers has paid for itself
    os.environ["JDK_JAVA_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    os.environ |= {"TZ": "UTC", "LC_ALL": "C.UTF-8", "COLUMNS": "120", "NO_COLOR": "1"}
    time.tzset()
