"""Rows of another database, streamed into a file of texts.

Invariant: every row that the query gives is one row of the file, in its order, each value as a text that reads back as
that value; memory does not grow with the rows, and nothing is written to the other database.
"""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import CursorResult, create_engine, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from quanxin.calendar import local
from quanxin.intake import source_rules
from quanxin.intake.errors import IntakeError
from quanxin.intake.sources import SINCE, Source, resolved
from quanxin.runtime.log import masked
from quanxin.runtime.session import own_session

CHUNK = 10_000
_CONNECT_SECONDS = 15


@dataclass(slots=True)
class Extract:
    """What was read: how many rows, the highest mark among them, how many rows have no mark.

    ``digest`` is of all rows, ``edge`` of those alone that the next pull reads again: the ones at the highest mark and
    the ones without. Both are sums of hashes, which no order of rows changes, and begin with what the rows are for.
    """

    seed: str
    rows: int = 0
    mark: Any = None
    unmarked: int = 0
    _all: int = 0
    _at_mark: int = 0
    _unmarked: int = 0

    @property
    def digest(self) -> str:
        """The digest of all rows."""
        return self._hex(self._all)

    @property
    def edge(self) -> str:
        """The digest of the rows that the next pull reads again."""
        return self._hex(self._at_mark + self._unmarked)

    def add(self, mark: Any, cells: Sequence[str | None], *, marked: bool) -> None:
        """Note a row; ``TypeError`` if its mark cannot be compared with the others."""
        row = _hash(cells)
        self.rows += 1
        self._all += row
        if mark is None:
            self.unmarked += marked
            self._unmarked += row
        elif self.mark is None or mark > self.mark:
            self.mark, self._at_mark = mark, row
        elif mark == self.mark:
            self._at_mark += row

    def _hex(self, total: int) -> str:
        return f"{(total + _hash([self.seed])) % (1 << 256):064x}"


def _hash(cells: Sequence[str | None]) -> int:
    return int.from_bytes(hashlib.sha256(json.dumps(cells, ensure_ascii=False).encode()).digest(), "big")


def extract(source: Source, since: Any, out: Path, *, after: str) -> Extract:
    """Write what the source's query gives for ``since`` into the Parquet file ``out``; return what it was.

    ``after`` goes into the file: two files with the same rows pulled after different batches are different hand-ins.
    Raises ``IntakeError`` if the source cannot be reached or asked.
    """
    url, secrets = resolved(source)
    with _told(source, secrets), _connected(source, url) as connection:
        values = {SINCE: since} if source.incremental else {}
        with closing(connection.execute(text(source.query), values)) as result:
            return _write(source, result, out, after)


def _write(source: Source, result: CursorResult[Any], out: Path, after: str) -> Extract:
    columns = list(result.keys())
    _known(source, columns)
    kept = [i for i, column in enumerate(columns) if source.mapping.get(column, column) is not None]
    headers = [source.mapping.get(columns[i]) or columns[i] for i in kept]
    found = Extract(seed="\n".join([source.resource, source.provider, source.mode, *headers]))
    growing = columns.index(source.incremental.column) if source.incremental else None
    schema = pa.schema([(header, pa.string()) for header in headers]).with_metadata(
        {"quanxin.source": source.name, "quanxin.after": after}
    )
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in result.partitions(CHUNK):
            texts = [[as_text(row[i]) for i in kept] for row in rows]
            columnwise = [pa.array(cells, pa.string()) for cells in zip(*texts, strict=True)]
            writer.write_table(pa.Table.from_arrays(columnwise, schema=schema))
            try:
                for row, cells in zip(rows, texts, strict=True):
                    found.add(None if growing is None else row[growing], cells, marked=growing is not None)
            except TypeError as error:
                column = source.incremental.column if source.incremental else ""
                raise IntakeError("source-marks-mixed", source=source.name, column=column) from error
    return found


def _known(source: Source, columns: Sequence[str]) -> None:
    """Refuse a query that lacks a column that the definition names."""
    named = [*source.mapping, *([source.incremental.column] if source.incremental else [])]
    for column in named:
        if column not in columns:
            raise IntakeError("source-column-missing", source=source.name, column=column, found="、".join(columns))


def as_text(value: Any) -> str | None:
    """A value of a database as the text that reads back as that value; moments by the clock of the law."""
    match value:
        case None | str():
            return value
        case bool():
            return "1" if value else "0"
        case decimal.Decimal():
            return format(value, "f")
        case float() if value.is_integer() and abs(value) < 1 << 53:
            return str(int(value))
        case dt.datetime():
            by_clock = local(value).replace(tzinfo=None) if value.tzinfo else value
            return by_clock.isoformat(sep=" ")
        case bytes() | bytearray() | memoryview():
            return bytes(value).decode("utf-8", errors="replace")
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)


@contextmanager
def _connected(source: Source, url: URL) -> Iterator[Connection]:
    """A connection that streams, and rolls back what the query may have done."""
    backend = url.get_backend_name()
    if backend == "sqlite":
        file = source_rules.allowed_file(url)
        if file is None or not file.is_file():
            raise IntakeError("source-down", source=source.name, reason=f"{url.database}: no such file")
        engine = create_engine("sqlite://", poolclass=NullPool, hide_parameters=True, creator=lambda: _lite(file))
    else:
        patience = {"connect_timeout": _CONNECT_SECONDS} if backend in ("postgresql", "mysql", "mariadb") else {}
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=patience)
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise IntakeError("source-down", source=source.name, reason=_words(error)) from error
    with connection:
        if backend == "postgresql":
            connection = connection.execution_options(postgresql_readonly=True)
            _expect_another(source, connection)
        yield connection.execution_options(stream_results=True, yield_per=CHUNK)


def _lite(file: Path) -> sqlite3.Connection:
    """A SQLite database that is read and nothing else: no other is attached, no setting changed, no extension loaded."""
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_authorizer(_may_in_sqlite)
    return connection


def _may_in_sqlite(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    reads = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
    level = action == sqlite3.SQLITE_PRAGMA and first == "read_uncommitted" and second is None  # SQLAlchemy asks for it
    return sqlite3.SQLITE_OK if reads or level or action == sqlite3.SQLITE_TRANSACTION else sqlite3.SQLITE_DENY


def _expect_another(source: Source, connection: Connection) -> None:
    """Refuse the platform's own database, by whatever address it is reached; where a server does not say, go on."""
    asked = "SELECT current_database(), system_identifier FROM pg_control_system()"
    try:
        with connection.begin():
            there = connection.execute(text(asked)).one()
        with own_session() as session:
            here = session.execute(asked).fetchone()
    except (DBAPIError, psycopg.Error):
        return
    if here is not None and tuple(there) == tuple(here):
        reason = ("不得是平台自己的数据库", "it may not be the platform's own database")
        raise IntakeError("source-invalid", file=f"{source.name}.yaml", reason=reason[0], reason_en=reason[1])


@contextmanager
def _told(source: Source, secrets: Sequence[str]) -> Iterator[None]:
    """Turn what the library says into ``IntakeError``, with every secret taken out and no trace that holds one."""
    try:
        yield
    except IntakeError as error:
        raise IntakeError.restored({k: _without(secrets, part) for k, part in error.to_json().items()}) from None
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise IntakeError(
            "source-invalid",
            file=f"{source.name}.yaml",
            reason=f"缺少驱动程序：{_without(secrets, str(error))}",
            reason_en=f"its driver is not installed: {_without(secrets, str(error))}",
        ) from None
    except SQLAlchemyError as error:
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        code = "source-down" if lost else "source-query-failed"
        raise IntakeError(code, source=source.name, reason=_without(secrets, _words(error))) from None


def _words(error: SQLAlchemyError) -> str:
    """The first line of what the database itself said."""
    said = str(error.orig if isinstance(error, DBAPIError) and error.orig else error).strip()
    return (said.splitlines() or [type(error).__name__])[0]


def _without(secrets: Sequence[str], words: str) -> str:
    for secret in secrets:
        words = words.replace(secret, "***")
    return masked(words)
