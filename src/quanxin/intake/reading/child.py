"""Reading a file in the process that was made for it, and what crosses back.

Invariant: the rows cross as a Parquet file of the workshop and the rest as JSON; what the file did to its reader is told
as what it is, so that the caller raises what reading it here would have raised.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from quanxin.engine import database
from quanxin.intake.errors import IntakeError
from quanxin.intake.reading.bounds import Bounds, bound, too_large
from quanxin.intake.reading.delimited import Dialect, Positions, read_delimited
from quanxin.intake.reading.detect import Format, detect
from quanxin.intake.reading.headers import Layout, Matcher
from quanxin.intake.reading.jsonlines import read_json_lines
from quanxin.intake.reading.parquet import read_parquet
from quanxin.intake.reading.result import Places, Reading
from quanxin.intake.reading.workbook import read_workbook
from quanxin.policy.model import Resource

_READERS = {
    Format.DELIMITED: read_delimited,
    Format.WORKBOOK: read_workbook,
    Format.JSON_LINES: read_json_lines,
    Format.PARQUET: read_parquet,
}
_PLAIN = (
    "format",
    "encoding",
    "rows",
    "columns",
    "headers",
    "ignored",
    "sheets",
    "skipped",
    "skipped_rows",
    "hidden",
    "delimiter",
)


def read_apart(
    path: str,
    resource: Resource,
    mapping: Mapping[str, str | None] | None,
    workdir: str,
    bounds: Bounds,
    threads: int,
    memory: int,
) -> dict[str, Any]:
    """Read a file into ``workdir`` with an engine of its own, of so many threads and bytes, and tell how it went:
    ``unpacked`` takes what this returns."""
    bound(bounds)
    file, folder = Path(path), Path(workdir)
    try:
        with database.connect(
            threads=threads, memory_limit=f"{memory >> 20}MiB", spill=folder / "reading", folders=[folder], files=[file]
        ) as con:
            return {"reading": packed(_READERS[detect(file)](con, file, Matcher(resource, mapping), folder))}
    except IntakeError as error:
        return {"refused": error.to_json()}
    except OSError as error:
        if error.errno == errno.EFBIG:
            return {"refused": too_large().to_json()}
        return {"system": [error.errno, error.strerror or str(error), error.filename and str(error.filename)]}
    except duckdb.OutOfMemoryException as error:
        return {"memory": str(error)}
    except duckdb.IOException as error:
        if os.strerror(errno.EFBIG) in str(error):
            return {"refused": too_large().to_json()}
        return {"engine": str(error)}


def packed(reading: Reading) -> dict[str, Any]:
    """A reading as JSON."""
    told = {name: getattr(reading, name) for name in _PLAIN}
    at = reading.position
    if isinstance(at, Positions):
        lazy = {"path": str(at.path), "dialect": asdict(at.dialect), "layout": asdict(at.layout), "rows": at.rows}
        return {**told, "positions": lazy}
    if not isinstance(at, Places):
        raise TypeError(type(at))
    return {**told, "places": {"starts": at.starts, "runs": at.runs}}


def unpacked(told: Mapping[str, Any]) -> Reading:
    """What ``read_apart`` returned as a reading; raises what reading the file raised."""
    if "refused" in told:
        raise IntakeError.restored(told["refused"])
    if "system" in told:
        raise OSError(*told["system"])
    if "memory" in told:
        raise duckdb.OutOfMemoryException(told["memory"])
    if "engine" in told:
        raise duckdb.IOException(told["engine"])
    made = dict(told["reading"])
    position: Positions | Places
    if "positions" in made:
        lazy = made.pop("positions")
        layout = Layout(**{name: tuple(value) for name, value in lazy["layout"].items()})
        position = Positions(Path(lazy["path"]), Dialect(**lazy["dialect"]), layout, lazy["rows"])
    else:
        places = made.pop("places")
        position = Places(places["starts"], [(sheet, offset) for sheet, offset in places["runs"]])
    plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in made.items()}
    return Reading(**plain, position=position)
