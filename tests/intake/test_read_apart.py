"""Files are read in a process of their own: what a file does to it is that file's end, and nobody else's."""

from __future__ import annotations

import gzip
import os
import signal
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from pytest_django import Settings

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import prepare
from tests.confining import children, helpers
from tests.intake.example import HEADERS, Bench

GOOD = ",".join(HEADERS[:2]) + "\n甲,1\n"


def refused(bench: Bench, path: Path) -> IntakeError:
    """How a file is refused; the next one is read."""
    with pytest.raises(IntakeError) as caught:
        bench.read(path)
    assert bench.is_empty()
    assert bench.read(bench.write(GOOD, "good.csv")).rows == 1
    return caught.value


def big(bench: Bench) -> Path:
    """A workbook that takes a while."""
    path = bench.folder / "big.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    for row in range(1, 30_000):
        sheet.write_row(row, 0, [f"文本 {row}-{column}" for column in range(len(HEADERS))])
    book.close()
    return path


def test_a_reader_that_is_killed_is_a_refused_file_and_the_next_one_is_read(bench: Bench) -> None:
    path = big(bench)
    prepare()
    killed: list[int] = []

    def kill() -> None:
        until = time.monotonic() + 60
        while not killed and time.monotonic() < until:
            for number in children():
                time.sleep(0.1)
                os.kill(number, signal.SIGKILL)
                killed.append(number)
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        error = refused(bench, path)
    finally:
        killer.join()
    assert error.code == "file-reader-killed"
    assert "big.xlsx" in error.zh
    assert not children()


def test_a_file_that_takes_too_long_is_refused(bench: Bench, settings: Settings) -> None:
    path = big(bench)
    settings.FILE_SECONDS = 1
    assert refused(bench, path).code == "file-needs-time"
    assert not children()


def test_a_file_that_needs_too_much_memory_is_refused(bench: Bench, settings: Settings) -> None:
    settings.FILE_MEMORY = 24 << 20
    path = bench.write(",".join(HEADERS[:2]) + "\n" + f"甲,{'x' * 900_000}\n" * 40, "wide.csv")
    with pytest.raises(IntakeError) as caught:
        bench.read(path)
    assert caught.value.code in ("file-needs-memory", "memory-short", "file-reader-killed")
    settings.FILE_MEMORY = 1 << 30
    assert bench.read(path).rows == 40


def test_a_compressed_file_is_refused_where_it_unpacks_to_too_much(bench: Bench, settings: Settings) -> None:
    settings.FILE_UNPACKED = 8 << 20
    text = ",".join(HEADERS[:2]) + "\n" + "甲,1\n" * 2_000_000
    error = refused(bench, bench.write(gzip.compress(text.encode()), "a.csv.gz"))
    assert (error.code, "8.0 MB" in error.zh) == ("file-too-large", True)


def test_a_text_that_all_cells_share_counts_for_each(bench: Bench, settings: Settings) -> None:
    settings.FILE_UNPACKED = 8 << 20
    path = bench.folder / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    for row in range(1, 2000):
        sheet.write_row(row, 0, ["泉" * 30_000])
    book.close()
    assert path.stat().st_size < 1 << 20
    assert refused(bench, path).code == "file-too-large"


def test_parquet_that_stands_for_more_rows_than_a_file_may_have_is_refused(bench: Bench, settings: Settings) -> None:
    settings.FILE_ROWS = 1_000_000
    path = bench.folder / "a.parquet"
    pq.write_table(pa.table({HEADERS[0]: pa.array(["甲"] * 1_000_001)}), path)
    assert path.stat().st_size < 1 << 20
    error = refused(bench, path)
    assert (error.code, "1,000,000" in error.zh) == ("file-too-many-rows", True)


def test_parquet_whose_cells_share_a_long_text_is_refused(bench: Bench, settings: Settings) -> None:
    settings.FILE_UNPACKED = 1 << 30
    path = bench.folder / "a.parquet"
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), pa.array(["泉" * 10_000]))
    pq.write_table(pa.table({HEADERS[0]: long}), path)
    assert path.stat().st_size < 1 << 20
    assert refused(bench, path).code == "file-too-large"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_more_rows_than_a_file_may_have_are_refused(bench: Bench, settings: Settings, name: str) -> None:
    settings.FILE_ROWS = 1000
    row = f'{{"{HEADERS[0]}": "甲"}}\n' if name == "a.jsonl" else "甲,1\n"
    head = "" if name == "a.jsonl" else ",".join(HEADERS[:2]) + "\n"
    assert refused(bench, bench.write(head + row * 1001, name)).code == "file-too-many-rows"


def test_json_nested_without_end_is_one_held_row(bench: Bench) -> None:
    deep = '{"' + HEADERS[0] + '": ' + "[" * 500_000 + "]" * 500_000 + "}\n"
    reading = bench.read(bench.write(f'{{"{HEADERS[0]}": "甲"}}\n' + deep, "a.jsonl"))
    assert reading.rows == 2
    assert bench.rows("subject_name")[1] == (None,)


def test_one_helper_forks_the_readers_of_many_files(bench: Bench) -> None:
    path = bench.write(GOOD)
    bench.read(path)
    first = helpers()
    assert first
    for _ in range(10):
        bench.read(path)
    assert helpers() == first
