"""JSON Lines and Parquet: values become the texts that they are, and what is nested is held, not lost."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanxin.engine import database
from quanxin.engine.characters import NUL_SHOWN
from tests.intake.example import Bench

TEXTS = st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=10)


def test_lines_in_any_order_of_names_are_rows(bench: Bench) -> None:
    lines = ['{"企业名称": "甲", "code": "1"}', "", '{"code": null, "罚款金额（万元）": 1.10, "企业名称": "乙"}']
    reading = bench.read(bench.write("\r\n".join(lines), "a.jsonl"))
    assert bench.rows("row_no", "subject_name", "uscc", "fine") == [(1, "甲", "1", None), (2, "乙", None, "1.10")]
    assert (reading.format, reading.rows, reading.position(2)) == ("jsonl", 2, "第 3 行")
    assert reading.describe()["headers"] == ["企业名称", "code", "罚款金额（万元）"]


def test_numbers_keep_the_digits_that_were_written(bench: Bench) -> None:
    bench.read(bench.write('{"name": "甲", "fine": 123456789012345678901234.50, "remark": true}', "a.jsonl"))
    assert bench.rows("fine", "remark") == [("123456789012345678901234.50", "true")]


@pytest.mark.parametrize(
    ("line", "surplus"),
    [
        ('{"name": "乙", "remark": {"甲": [1.0, null, true]}}', 'remark={"甲": ["1.0", null, true]}'),
        ('{"name": "乙", "name": "丙"}', "name=丙"),
        ('{"name": "乙", "remark": "', '{"name": "乙", "remark": "'),
        ("[1, 2]", "[1, 2]"),
        ("乙", "乙"),
    ],
)
def test_what_is_no_plain_object_is_kept_beside_the_row(bench: Bench, line: str, surplus: str) -> None:
    reading = bench.read(bench.write(f'{{"name": "甲", "remark": "注"}}\n{line}\n', "a.jsonl"))
    assert reading.rows == 2
    assert bench.rows("_surplus") == [(None,), (surplus,)]


def test_half_a_surrogate_pair_does_not_stop_the_file(bench: Bench) -> None:
    bench.read(bench.write('{"name": "甲\\ud800"}\n', "a.jsonl"))
    assert bench.rows("subject_name") == [("甲␦",)]


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_any_texts_written_as_json_lines_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, str | None]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("json"))
    content = "\n".join(json.dumps({"name": a, "remark": b}, ensure_ascii=False) for a, b in rows)
    assert bench.read(bench.write(content, "a.jsonl")).rows == len(rows)
    shown = [tuple((text or "").replace("\x00", NUL_SHOWN) or None for text in row) for row in rows]
    assert bench.rows("subject_name", "remark") == shown
    bench.con.close()


def test_parquet_columns_become_exact_text(bench: Bench) -> None:
    columns = {
        "企业名称": pa.array(["甲", "", None]),
        "code": pa.array([913701001234567.0, 0.1, None], pa.float64()),
        "决定日期": pa.array([dt.date(2024, 1, 2), None, None]),
        "罚款金额（万元）": pa.array([Decimal("1.500000"), None, None], pa.decimal128(18, 6)),
        "行政处罚决定书文号": pa.array([1 << 60, None, None], pa.int64()),
        "备注": pa.array([[1, 2], None, None], pa.list_(pa.int64())),
    }
    path = bench.folder / "a[1].parquet"
    pq.write_table(pa.table(columns), path)
    reading = bench.read(path)
    assert bench.rows("row_no", "subject_name", "uscc", "decision_date", "fine", "document_number", "remark") == [
        (1, "甲", "913701001234567", "2024-01-02", "1.500000", "1.152921504606846976E+18", None),
        (2, None, "0.1", None, None, None, None),
        (3, None, None, None, None, None, None),
    ]
    assert bench.rows("_surplus") == [("备注=[1,2]",), (None,), (None,)]
    assert (reading.format, reading.position(3)) == ("parquet", "第 3 行")


def test_parquet_moments_are_told_by_the_clock_of_the_law(bench: Bench) -> None:
    moment = dt.datetime(2024, 1, 1, 16, 30, tzinfo=dt.UTC)
    path = bench.folder / "a.parquet"
    pq.write_table(pa.table({"name": ["甲"], "决定日期": pa.array([moment], pa.timestamp("us", "UTC"))}), path)
    bench.con.close()
    folders, elsewhere = [bench.folder], {"TimeZone": "'America/New_York'"}
    bench.con = database.connect(threads=2, spill=bench.workdir / "spill", folders=folders, options=elsewhere)
    bench.read(path)
    assert bench.rows("decision_date") == [("2024-01-02 00:30:00",)]
