"""Spark for tests: a session in this process, or a master and two workers of their own.

Invariant: a process has one session, kept from test to test, for a JVM takes a minute to get warm; everything started
here is ended here, listens on 127.0.0.1 alone, and where pyspark or a Java is missing the tests say so and are skipped.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quanxin.engine.spark_session import missing, session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL = "local[2]"
# For queries of few rows: what the compiler would gain is less than what it costs.
INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
COMPILED = {"spark.sql.codegen.wholeStage": "true", "spark.sql.codegen.factoryMode": "FALLBACK"}  # as everywhere else
SMALL = INTERPRETED | {
    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.sql.shuffle.partitions": "2",
    "spark.executor.memory": "640m", "spark.cores.max": "2",
    "spark.buffer.pageSize": "1m",  # as evaluation sets it, which a session that is there already is not told
}  # fmt: skip
needed = pytest.mark.skipif(missing() is not None, reason=f"no Spark here: {missing()} is missing")


class Sessions:
    """The session of this process, small enough for tests; where one on another master is asked for, it ends."""

    def __init__(self) -> None:
        self._kept, self._master = ExitStack(), ""

    def on(self, master: str) -> SparkSession:
        if master != self._master:
            self.end()
            os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
            self._session = self._kept.enter_context(session(master, memory="1g", settings=SMALL))
            self._master = master
        return self._session

    def end(self) -> None:
        self._kept.close()
        self._master = ""


@contextmanager
def set_so(spark: SparkSession, settings: Mapping[str, str]) -> Iterator[None]:
    """A session with other settings of its queries, for a while."""
    try:
        for name, value in settings.items():
            spark.conf.set(name, value)
        yield
    finally:
        for name in settings:
            if name in SMALL:
                spark.conf.set(name, SMALL[name])
            else:
                spark.conf.unset(name)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A standalone master and two workers of one core each, as processes; the master's address."""
    with ExitStack() as stack:
        log = folder / "master.log"
        stack.enter_context(_process(folder, log, "master.Master", "--port", "0"))
        address = _await(log, r"Starting Spark master at (spark://\S+)")[0]
        for number in (1, 2):
            place = folder / f"worker{number}"
            options = ("--port", "0", "--cores", "1", "--memory", "1g", "--work-dir", str(place), address)
            stack.enter_context(_process(folder, folder / f"worker{number}.log", "worker.Worker", *options))
        _await(log, r"Registering worker", times=2)
        yield address


@contextmanager
def _process(folder: Path, log: Path, name: str, *options: str) -> Iterator[None]:
    import pyspark

    home = Path(pyspark.__file__).parent
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1"]
    ground = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    with log.open("wb") as out:
        started = subprocess.Popen(
            [*command, "--webui-port", "0", *options], env=os.environ | ground, stdout=out, stderr=out, cwd=folder
        )
    try:
        yield
    finally:
        started.terminate()
        started.wait(30)


def _await(log: Path, pattern: str, times: int = 1) -> list[str]:
    """What a log says, once it says it so many times."""
    for _ in range(600):
        found = re.findall(pattern, log.read_text(errors="replace"))
        if len(found) >= times:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{pattern} is not in {log}: {log.read_text(errors='replace')[-2000:]}")
