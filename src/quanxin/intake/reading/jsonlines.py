"""JSON Lines: one object a line, its names the headers.

Invariant: every line with text on it is one row; numbers keep the digits that were written. What is no object, and
what is nested within one, is kept whole in ``_surplus`` so that the row is held and nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from quanxin.engine.characters import sound
from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import table
from quanxin.intake.reading.delimited import SURPLUS_MARK
from quanxin.intake.reading.headers import Matcher
from quanxin.intake.reading.plain import plain, whole
from quanxin.intake.reading.result import CELL_LIMIT, Places, Reading
from quanxin.intake.reading.units import Number, beside, counted, number_text, of_header, with_unit

_LINE_LIMIT = 32 * CELL_LIMIT


def read_json_lines(con: duckdb.DuckDBPyConnection, path: Path, matcher: Matcher, workdir: Path) -> Reading:
    """Make ``source`` of a JSON Lines file; raises ``IntakeError`` for what concerns the file as a whole."""
    text = whole(plain(path, workdir), workdir)
    fields = [f.key for f in matcher.resource.fields]
    names = _Names(matcher)
    places = Places()
    rows = table.fill(fields, _rows(text.path, fields, names, places), workdir)
    if not rows:
        raise IntakeError("file-empty", what="没有一行内容", what_en="no line has anything on it")
    if not matcher.score(list(names.known)):
        raise matcher.unmatched(list(names.known))
    reading = _reading(names, text.encoding, rows, places)
    table.publish(con, reading.columns, workdir)
    return reading


@dataclass(frozen=True, slots=True)
class Cells:
    """A row: its texts by field, and what of it is no text of a field."""

    texts: dict[str, str | None]
    surplus: str


def read_values(
    rows: Sequence[object], matcher: Matcher, known: Mapping[str, str | None]
) -> tuple[Reading, list[Cells], dict[str, str | None]]:
    """Read JSON values, numbers as texts, as the lines of a file in which they were written would be read.

    ``known`` are names that the same resource's rows were met with before, with their fields; returns those of these
    rows too. Raises ``IntakeError``.
    """
    names = _Names(matcher, known)
    made = []
    for line, row in enumerate(rows, 1):
        told = _told(row.items(), names) if isinstance(row, dict) else ({}, json.dumps(row))
        table.fits([*(c for c in told[0].values() if c), told[1]], line)
        made.append(Cells(*told))
    if (not known or len(names.known) > len(known)) and not matcher.score(list(names.known)):
        raise matcher.unmatched(list(names.known))
    places = Places()
    places.note(1, 1)
    return _reading(names, "UTF-8", len(made), places), made, names.known


def _reading(names: _Names, encoding: str, rows: int, places: Places) -> Reading:
    columns = tuple(k for k in dict.fromkeys(names.known.values()) if k)
    headers = {written: key for written, key in names.known.items() if key}
    ignored = tuple(written for written, key in names.known.items() if not key)
    return Reading(
        format="jsonl", encoding=encoding, rows=rows, columns=columns, headers=headers, ignored=ignored, position=places
    )


class _Names:
    """The names met so far and the fields they are."""

    def __init__(self, matcher: Matcher, known: Mapping[str, str | None] = MappingProxyType({})) -> None:
        self._matcher = matcher
        self.known: dict[str, str | None] = dict(known)
        self._fields = {f.key: f for f in matcher.resource.fields}
        self._units: dict[str, str | None] = {}

    def field(self, name: str) -> str | None:
        if name not in self.known:
            layout = self._matcher.layout([*self.known, name])
            self.known[name] = layout.keys[-1]
        return self.known[name]

    def text(self, name: str, key: str, value: object) -> str | None:
        """A plain value of a field as text, with the unit that its name states; None for null and for what is nested."""
        if isinstance(value, Number):
            value = number_text(value, counts=counted(self._fields[key]))
        if name not in self._units:
            self._units[name] = beside(self._fields[key], of_header(name)[0])
        text = _written(value)
        return with_unit(text, self._units[name]) if text else text


def _rows(path: Path, fields: list[str], names: _Names, places: Places) -> Iterator[list[str | None]]:
    """The rows: one text per field of the resource, then the surplus."""
    decoder = json.JSONDecoder(
        parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=lambda pairs: _Object(pairs)
    )
    row_no = 0
    for line, text in _lines(path):
        if not text or text.isspace():
            continue
        row_no += 1
        places.note(row_no, line)
        cells, surplus = _cells(text.strip(), decoder, names)
        table.fits([*(c for c in cells.values() if c), surplus], line)
        yield [*(cells.get(f) for f in fields), surplus]
    return


def _cells(text: str, decoder: json.JSONDecoder, names: _Names) -> tuple[dict[str, str | None], str]:
    """The texts of a line by field, and what of it is no text of a field."""
    try:
        found = decoder.decode(text)
        text.encode()
    except (ValueError, RecursionError):
        return {}, text
    return _told(found.pairs, names) if isinstance(found, _Object) else ({}, text)


def _told(pairs: Iterable[tuple[str, Any]], names: _Names) -> tuple[dict[str, str | None], str]:
    """The texts of an object by field, and what of it is no text of a field."""
    cells: dict[str, str | None] = {}
    surplus = []
    for raw, value in pairs:
        name = sound(raw)
        key = names.field(name)
        if key is None:
            continue
        written = names.text(name, key, value)
        if written is None and value is not None:
            surplus.append(f"{name}={_nested(value)}")
        elif key in cells:
            surplus.append(f"{name}={written}")
        else:
            cells[key] = written
    return cells, SURPLUS_MARK.join(surplus)


class _Object:
    """An object with its names as they stand, repeated ones included."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


def _written(value: object) -> str | None:
    """A plain value as text; None for null and for what is nested."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return sound(value) if isinstance(value, str) else None


def _nested(value: object) -> str:
    """A nested value as JSON again."""

    def plain_of(item: object) -> object:
        if isinstance(item, _Object):
            return {name: plain_of(inner) for name, inner in item.pairs}
        return [plain_of(inner) for inner in item] if isinstance(item, list) else item

    return sound(json.dumps(plain_of(value), ensure_ascii=False))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; a line longer than a row may be ends the reading."""
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        number = 0
        while line := file.readline(_LINE_LIMIT):
            number += 1
            if len(line) == _LINE_LIMIT:
                raise table.too_long(number)
            yield number, line
