"""Departments' files, in the formats in which departments send them.

Invariant: what is written is read back cell for cell; headers are the catalogue's titles, or the codes of the standard.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from quanxin.demo.rows import Row
from quanxin.policy.model import Resource

FORMATS = ("utf-8.csv", "gb18030.csv", "xlsx", "jsonl", "parquet")
# A workbook lies in memory while it is read.
WORKBOOK_ROWS = 4000


def write(folder: Path, name: str, kind: str, resource: Resource, rows: Sequence[Row]) -> Path:
    """Write rows as a file of that kind and return its path."""
    path = folder / f"{name}.{kind.split('.')[-1]}"
    keys = [f.key for f in resource.fields]
    headers = [f.title.zh for f in resource.fields]
    if kind.endswith("csv"):
        codes = [f.code or f.title.zh for f in resource.fields]
        _write_csv(path, kind.removesuffix(".csv"), codes if kind.startswith("gb") else headers, keys, rows)
    elif kind == "xlsx":
        _write_workbook(path, resource.title.zh, headers, keys, rows)
    elif kind == "jsonl":
        with path.open("w", encoding="utf-8") as out:
            for row in rows:
                out.write(
                    json.dumps(dict(zip(headers, (row[k] for k in keys), strict=True)), ensure_ascii=False) + "\n"
                )
    else:
        columns = {h: pa.array([row[k] for row in rows], pa.string()) for h, k in zip(headers, keys, strict=True)}
        pq.write_table(pa.table(columns), path)
    return path


def _write_csv(path: Path, encoding: str, headers: list[str], keys: list[str], rows: Sequence[Row]) -> None:
    bom = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("w", encoding=bom, newline="") as out:
        writer = csv.writer(out)
        writer.writerow(headers)
        writer.writerows([row[k] or "" for k in keys] for row in rows)


def _write_workbook(path: Path, title: str, headers: list[str], keys: list[str], rows: Sequence[Row]) -> None:
    """A workbook as offices make them: a title across the sheet, then the header, then the rows."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("数据")
        sheet.merge_range(
            0, 0, 0, max(len(headers) - 1, 1), f"{title}信息报送表", book.add_format({"bold": True, "align": "center"})
        )
        for column, header in enumerate(headers):
            sheet.write_string(1, column, header)
        for line, row in enumerate(rows, start=2):
            for column, key in enumerate(keys):
                if row[key]:
                    sheet.write_string(line, column, str(row[key]))
