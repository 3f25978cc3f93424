"""Reading a department's file, whatever its format, into one table of texts.

Invariant: ``read`` either leaves ``source`` with every data row of the file or raises ``IntakeError`` and leaves
nothing behind in the connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import yaml

from quanxin.exchange.errors import IntakeError, translated
from quanxin.exchange.reading import table
from quanxin.exchange.reading.delimited import read_delimited
from quanxin.exchange.reading.detect import Format, detect
from quanxin.exchange.reading.headers import Matcher
from quanxin.exchange.reading.jsonlines import read_json_lines
from quanxin.exchange.reading.parquet import read_parquet
from quanxin.exchange.reading.result import Reading
from quanxin.exchange.reading.workbook import read_workbook
from quanxin.policy.model import Resource

__all__ = ["Reading", "read", "read_mapping"]

_READERS = {
    Format.DELIMITED: read_delimited,
    Format.WORKBOOK: read_workbook,
    Format.JSON_LINES: read_json_lines,
    Format.PARQUET: read_parquet,
}


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
    try:
        with translated(path):
            matcher = Matcher(resource, mapping)
            return _READERS[detect(path)](con, path, matcher, workdir)
    except BaseException:
        table.drop(con)
        raise


def read_mapping(path: Path) -> dict[str, str | None]:
    """A mapping file (YAML or JSON): header → field key, or null. Raises ``IntakeError`` if it is not that."""
    with translated(path):
        text = path.read_bytes()
    try:
        found = yaml.safe_load(text.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise IntakeError.of("mapping-unreadable", path=path, reason=str(error).replace("\n", " ")) from error
    if not isinstance(found, dict) or not all(v is None or isinstance(v, str) for v in found.values()):
        raise IntakeError.of("mapping-unreadable", path=path, reason="应为“表头: 字段”一览 / not header: field")
    return {str(header): key for header, key in found.items()}
