"""Bodies of rows: one row, many, or a stream of lines.

Invariant: what a machine sent reaches the reader of files as it was written: numbers keep their digits, and a body
that says the same name twice is refused rather than half-kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from quanxin.api.problems import Refused
from quanxin.intake.reading.units import Number

MOST_ROWS = 1000
CHUNK = 1 << 20
_MARK = token_hex(16)  # nobody's text has it
_MARKED = re.compile(f'"{_MARK}([^"]*?){_MARK}"'.encode())


@contextmanager
def as_lines(request: HttpRequest) -> Iterator[tuple[Path, str]]:
    """A JSON Lines file of the body and its SHA-256; the file is gone afterwards. Raises ``Refused``."""
    kind = _kind(request)
    if kind not in ("application/json", "application/x-ndjson"):
        raise Refused("media-type")
    folder = Path(settings.DATA_DIR) / "inbox"
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with NamedTemporaryFile(dir=folder, suffix=".jsonl") as out:
        for chunk in _lines(_rows(request)) if kind == "application/json" else _streamed(request):
            out.write(chunk)
            digest.update(chunk)
        out.flush()
        yield Path(out.name), digest.hexdigest()


def few(request: HttpRequest) -> tuple[list[Any], str] | None:
    """The rows of a JSON body and the SHA-256 of the file that ``as_lines`` would make of them. Raises ``Refused``.

    None for a stream, and for a body whose first row is none, which is for the readers of files to speak of.
    """
    if _kind(request) != "application/json":
        return None
    rows = _rows(request)
    if not rows or not isinstance(rows[0], (dict, list)):
        return None
    return rows, hashlib.sha256(b"".join(_lines(rows))).hexdigest()


def _kind(request: HttpRequest) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _streamed(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk


def _rows(request: HttpRequest) -> list[Any]:
    found = parsed(request)
    rows = found if isinstance(found, list) else [found]
    if len(rows) > MOST_ROWS:
        raise Refused("too-many-rows", limit=MOST_ROWS)
    return rows


def _lines(rows: list[Any]) -> Iterator[bytes]:
    for row in rows:
        yield _MARKED.sub(rb"\1", json.dumps(_marked(row)).encode()) + b"\n"


def _marked(value: Any) -> Any:
    """A value whose numbers are texts that can be told from texts, so that they are written as the numbers they were."""
    if isinstance(value, Number):
        return f"{_MARK}{value}{_MARK}"
    if isinstance(value, dict):
        return {name: _marked(inner) for name, inner in value.items()}
    return [_marked(inner) for inner in value] if isinstance(value, list) else value


def parsed(request: HttpRequest) -> Any:
    """The body as JSON, numbers as the text that was written. Raises ``Refused``."""
    try:
        return json.loads(
            request.body, parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_no_name_twice
        )
    except RequestDataTooBig as error:
        raise Refused("too-many-rows", limit=MOST_ROWS) from error
    except (ValueError, RecursionError) as error:
        raise Refused("json-unreadable", reason=str(error)[:200]) from error


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return made
