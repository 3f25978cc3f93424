"""A session of Apache Spark, set so that the translated rules mean what they mean in DuckDB.

Invariant: without pyspark or a Java nothing is started, and the error names which of the two is missing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from quanxin.engine.spark import SETTINGS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# A resource's query becomes methods longer than the JVM compiles unless it is told to: measured, twice the speed.
_JVM = "-XX:-DontCompileHugeMethods"


class SparkMissing(RuntimeError):
    """There is no Spark to run on; ``part`` is ``pyspark`` or ``java``."""

    def __init__(self, part: str) -> None:
        super().__init__(f"{part} is missing")
        self.part = part


def missing() -> str | None:
    """What Spark needs and the machine lacks: ``pyspark``, ``java``, or nothing."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark"
    home = os.environ.get("JAVA_HOME")
    return None if (home and (Path(home) / "bin" / "java").is_file()) or shutil.which("java") else "java"


@contextmanager
def session(master: str, *, memory: str = "2g", settings: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A session on ``local[N]`` or ``spark://host:port``; one that is there already is used and left there.

    ``memory`` is the driver's. Where data lies and with what keys it is read is said to Spark in its own files
    (``spark-defaults.conf``, ``core-site.xml``). Raises ``SparkMissing``.
    """
    if part := missing():
        raise SparkMissing(part)
    from pyspark.sql import SparkSession

    before = SparkSession.getActiveSession()
    if before is not None:
        if before.sparkContext.master != master:
            raise RuntimeError(f"this process has a session on {before.sparkContext.master} already")
        yield before
        return
    builder = SparkSession.builder.master(master).appName("quanxin").config("spark.driver.memory", memory)
    own = {
        "spark.local.dir": tempfile.gettempdir(),  # what it spills is as it was handed in
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": _JVM,
        "spark.executor.extraJavaOptions": _JVM,
    }
    for name, value in (own | dict(SETTINGS) | dict(settings or {})).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield spark
    finally:
        spark.stop()
