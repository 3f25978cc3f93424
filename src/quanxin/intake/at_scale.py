"""Intake of what is bigger than one machine: read and checked by Spark, committed like any other hand-in.

Invariant: Spark only reads and checks, by the rules that DuckDB has; matching, sorting and the commit are those of
``intake.pipeline``, so that a file ends in the same buckets, codes, receipt and events on either engine.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import duckdb
from django.conf import settings

from quanxin import engine
from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.engine import spark as on_spark
from quanxin.engine.normalise import literal
from quanxin.engine.spark_session import SparkMissing, session
from quanxin.identifiers.personal_numbers import mask
from quanxin.intake import pipeline as plain
from quanxin.intake.errors import IntakeError, translated
from quanxin.intake.hand_in import HandIn, Mode, earlier_batch
from quanxin.intake.programs import program_of
from quanxin.intake.reading.headers import Matcher
from quanxin.intake.receipt import Receipt
from quanxin.intake.scale_reading import ScaleReading, format_of, stage
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_HERE = "file://"


@dataclass(frozen=True, slots=True)
class Listed:
    """What an address holds: the addresses of its files in the order of their names, and what they are known by."""

    files: tuple[str, ...]
    digest: str


def intake(
    address: str,
    *,
    resource: str,
    provider: str,
    actor: Actor,
    master: str | None = None,
    out: str | None = None,
    mode: Mode = "append",
    mapping: Mapping[str, str | None] | None = None,
    on_progress: plain.Progress | None = None,
) -> Receipt:
    """Take a file, a directory or a URL (``file:``, ``s3a:``, ``hdfs:``) in by Spark and return its receipt.

    ``out`` is the directory or URL that the checked rows are left in, each hand-in in a folder of its own; without it
    they lie in the workshop, which workers on other machines do not see. Otherwise as ``intake.commit.intake``.
    """
    actor.require(Role.INTAKE, provider)
    tell = on_progress or plain.untold
    started = time.monotonic()
    pack = current_pack()
    rules = pack.on(today())
    definition = plain.admit(pack, rules, resource, provider)
    local = _local(address)
    with (
        _spark(master) as spark,
        translated(local or Path(address)),
        workshop(folders=_local_folder(out)) as (con, workdir),
    ):
        tell("reading")
        listed = _list(spark, address, local)
        if earlier := earlier_batch(resource, provider, mode, listed.digest):
            return Receipt.from_json(earlier.receipt, repeated=True)
        place = f"{_url(out) if out else _url(str(workdir))}/{listed.digest[:16]}"
        kind = format_of([unquote(file.rpartition("/")[2]) for file in listed.files])
        reading = stage(spark, listed.files, kind, Matcher(definition, mapping), f"{place}/source", workdir)
        name = unquote(address.rstrip("/").rpartition("/")[2])
        hand_in = HandIn(definition, rules, pack, provider, actor, mode, mask(name), listed.digest)
        tell("checking")
        program = program_of(pack, rules, definition, reading.columns)
        _check(spark, program, reading, place)
        _load(con, spark, reading, place, workdir)
        engine.judge(con, program)
        return plain.commit_checked(con, workdir, hand_in, reading, program, tell, started)


@contextmanager
def _spark(master: str | None) -> Iterator[SparkSession]:
    """A session; what Spark refuses becomes an ``IntakeError``."""
    memory = str(settings.ENGINE_MEMORY).strip().lower().removesuffix("b").replace(" ", "").removesuffix("i")
    try:
        with session(master or f"local[{settings.ENGINE_THREADS}]", memory=memory) as spark:
            from py4j.protocol import Py4JError
            from pyspark.errors import PySparkException

            try:
                yield spark
            except (PySparkException, Py4JError) as error:
                reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
                raise IntakeError("spark-failed", reason=reason.rstrip(".。")) from error
    except SparkMissing as error:
        raise IntakeError("spark-missing", part=error.part) from error


def _local(address: str) -> Path | None:
    """The path of an address on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(address) if "://" not in address else None


def _local_folder(out: str | None) -> tuple[Path, ...]:
    """The folder that the checked rows are left in, where it is one of this machine."""
    local = _local(out) if out else None
    return (local,) if local else ()


def _url(address: str) -> str:
    """An address as Hadoop reads it: of this machine with its path as it is, not as a URL would have it."""
    local = _local(address)
    return (f"{_HERE}{local.absolute()}" if local else address).rstrip("/")


def _list(spark: SparkSession, address: str, local: Path | None) -> Listed:
    """The files at an address, without those whose names begin with a dot or a line below.

    A single file of this machine is known by its content, as everywhere; anything else by its files' names, sizes and
    times, for reading it once more only to know it would cost as much as the intake.
    """
    if local and not local.exists():
        raise IntakeError("file-missing", path=local)
    path, files = _folder(spark, _url(address) if local is None else str(local.absolute()))
    found = [s for s in files.listStatus(path) if s.isFile() and s.getPath().getName()[:1] not in "._"]
    found.sort(key=lambda status: str(status.getPath().getName()))
    if not found:
        raise IntakeError("file-empty", what="目录中没有文件", what_en="the directory has no files")
    names = tuple(str(s.getPath().toString()) for s in found)
    if local and local.is_file():
        return Listed(names, plain.digest_of(local))
    marks = [[str(s.getPath().getName()), s.getLen(), s.getModificationTime()] for s in found]
    return Listed(names, hashlib.sha256(json.dumps([_url(address), marks]).encode()).hexdigest())


def _check(spark: SparkSession, program: engine.Program, reading: ScaleReading, place: str) -> None:
    """Write ``checked`` and ``issues`` beside ``source``."""
    spark.read.parquet(f"{place}/source").createOrReplaceTempView("staged")
    rows: Sequence[tuple[Any, ...]] = [(c.file, c.block, c.first, c.before) for c in reading.chunks]
    chunks = spark.createDataFrame(rows, "file STRING, block BIGINT, first BIGINT, before BIGINT")
    chunks.createOrReplaceTempView("chunks")
    spark.sql(
        reading.numbered("staged", "chunks").replace("SELECT", "SELECT /*+ BROADCAST(c) */", 1)
    ).createOrReplaceTempView("source")
    made = on_spark.check(spark, program, "source", f"{place}/judged")
    made.checked.write.mode("overwrite").parquet(f"{place}/checked")
    made.issues.write.mode("overwrite").parquet(f"{place}/issues")
    path, files = _folder(spark, f"{place}/judged")
    files.delete(path, True)


def _load(
    con: duckdb.DuckDBPyConnection, spark: SparkSession, reading: ScaleReading, place: str, workdir: Path
) -> None:
    """Make ``source``, ``checked`` and ``issues`` of what Spark wrote, as ``engine.check`` leaves them."""
    folder = Path(place.removeprefix(_HERE)) if place.startswith(_HERE) else _fetch(spark, place, workdir)
    con.execute("CREATE TABLE chunks (file VARCHAR, block BIGINT, first BIGINT, before BIGINT)")
    con.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?)", [[c.file, c.block, c.first, c.before] for c in reading.chunks]
    )
    files = {name: f"read_parquet({literal(f'{folder}/{name}/*.parquet')})" for name in ("source", "checked", "issues")}
    con.execute(f"CREATE VIEW source AS {reading.numbered(files['source'], 'chunks')}")
    con.execute(
        f"CREATE TABLE checked AS SELECT * REPLACE (CAST(_content AS UUID) AS _content) FROM {files['checked']} "
        "ORDER BY row_no"
    )
    con.execute(f"CREATE TABLE issues AS SELECT * FROM {files['issues']}")


def _fetch(spark: SparkSession, place: str, workdir: Path) -> Path:
    """Copy what Spark wrote elsewhere into the workshop."""
    path, files = _folder(spark, place)
    target = workdir / "checked"
    files.copyToLocalFile(False, path, _folder(spark, str(target))[0], True)
    return target


def _folder(spark: SparkSession, address: str) -> tuple[Any, Any]:
    """A place as Hadoop knows it, and the file system that it lies in."""
    jvm: Any = spark.sparkContext._jvm
    path = jvm.org.apache.hadoop.fs.Path(address)
    return path, path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
