"""Reading a department's file, whatever its format, into one table of texts.

Invariant: ``read`` either leaves ``source`` with every data row of the file or raises ``IntakeError`` and leaves
nothing behind in the connection. The file is parsed in a process of its own, so that it can take no more memory, time or
disk than a file may.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import duckdb
import yaml
from django.conf import settings

from quanxin.intake.errors import IntakeError, amount, translated
from quanxin.intake.reading import table
from quanxin.intake.reading.bounds import Bounds
from quanxin.intake.reading.child import unpacked
from quanxin.intake.reading.result import Reading
from quanxin.policy.model import Resource, Text
from quanxin.runtime import confined

__all__ = ["Reading", "prepare", "read", "read_mapping", "read_rows"]

_ENGINE_SHARE = 0.6  # of a reader's memory is the engine's, which puts what exceeds it on the disk
_SLACK = 64 << 20  # bytes on the disk beyond what a file unpacks to
_helper = confined.Helper("quanxin.intake.reading.child")
_log = logging.getLogger(__name__)


def prepare() -> None:
    """Make ready for reading a file soon; it is no more than a start."""
    _helper.start()


def read(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    resource: Resource,
    *,
    mapping: Mapping[str, str | None] | None = None,
    workdir: Path,
) -> Reading:
    """Make the view ``source`` in ``con`` from a file and return how it was read.

    ``source`` has ``row_no`` (from 1), a VARCHAR for each catalogue field that the file has, and ``_surplus``.

    ``mapping`` maps headers to field keys, or to None for columns ignored on purpose. ``workdir`` takes copies of
    the file; it must live as long as ``source`` is used and is the caller's to remove. Raises ``IntakeError``.
    """
    table.drop(con)
    reading = read_rows(path, resource, mapping=mapping, workdir=workdir)
    table.publish(con, reading.columns, workdir)
    return reading


def read_rows(
    path: Path, resource: Resource, *, mapping: Mapping[str, str | None] | None = None, workdir: Path
) -> Reading:
    """Read a file as ``read`` does and leave its rows in ``workdir`` (``table.publish`` and ``table.few`` know where)."""
    with translated(path):
        return _read_apart(path, resource, mapping, workdir)


def _read_apart(path: Path, resource: Resource, mapping: Mapping[str, str | None] | None, workdir: Path) -> Reading:
    limits = confined.Limits(
        memory=settings.FILE_MEMORY,
        seconds=settings.FILE_SECONDS,
        written=settings.FILE_UNPACKED + 4 * path.stat().st_size + _SLACK,
    )
    told = (
        str(path.absolute()), resource, dict(mapping) if mapping is not None else None, str(workdir),
        Bounds(settings.FILE_ROWS, settings.FILE_UNPACKED), settings.ENGINE_THREADS, int(limits.memory * _ENGINE_SHARE),
    )  # fmt: skip
    try:
        return unpacked(_helper.run("quanxin.intake.reading.child:read_apart", told, limits))
    except confined.Ended as end:
        _log.error("the process that read a file was ended (%s)", end.reason)
        code = {"memory": "file-needs-memory", "time": "file-needs-time", "killed": "file-reader-killed"}[end.reason]
        limit = amount(limits.memory) if end.reason == "memory" else limits.seconds
        raise IntakeError(code, file=path.name, limit=limit) from end


def read_mapping(path: Path) -> dict[str, str | None]:
    """A mapping file (YAML or JSON): header → field key, or null. Raises ``IntakeError`` if it is not that."""
    with translated(path):
        text = path.read_bytes()
    try:
        found = yaml.safe_load(text.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise IntakeError("mapping-unreadable", path=path, reason=str(error).replace("\n", " ")) from error
    if not isinstance(found, dict) or not all(v is None or isinstance(v, str) for v in found.values()):
        raise IntakeError(
            "mapping-unreadable", path=path, reason=Text(zh="应为“表头: 字段”一览", en="not header: field")
        )
    return {str(header): key for header, key in found.items()}
