"""Delimited text: every record is a row, whatever its encoding, quotes and line ends."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.intake.example import HEADERS, Bench, resource

HEAD = ",".join(HEADERS[:3])


def test_a_clean_file_is_read_cell_for_cell(bench: Bench) -> None:
    reading = bench.read(bench.write(f"{HEAD}\n济南甲公司,91370100X,济监罚〔2024〕1号\n 乙 ,,\n"))
    assert bench.rows("row_no", "subject_name", "uscc", "_surplus") == [
        (1, "济南甲公司", "91370100X", None),
        (2, " 乙 ", None, None),
    ]
    assert (reading.rows, reading.encoding, reading.columns) == (
        2,
        "UTF-8",
        ("subject_name", "uscc", "document_number"),
    )
    assert [reading.position(n) for n in (1, 2)] == ["第 2 行", "第 3 行"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_line_ends_and_gzip_do_not_matter(
    bench: Bench, encoding: str, name: str, ends: str, packed: bool
) -> None:
    content = f'{HEAD}{ends}"甲{ends}公司",A,"说""是"""{ends}𠮷,B,C{ends}'.encode(encoding)
    path = bench.write(gzip.compress(content) if packed else content, "a.csv.gz")
    assert bench.read(path).encoding == name
    assert bench.rows("subject_name", "document_number") == [(f"甲{ends}公司", '说"是"'), ("𠮷", "C")]


def test_gb18030_that_begins_late_in_the_file_is_found(bench: Bench) -> None:
    content = b"name,code\n" + b"x,1\n" * 400_000 + "甲公司,2\n".encode("gb18030")
    assert bench.read(bench.write(content)).encoding == "GB18030"
    assert bench.con.execute("SELECT subject_name FROM source WHERE row_no = 400001").fetchone() == ("甲公司",)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(bench: Bench, delimiter: str) -> None:
    lines = [HEADERS[:3], ["甲", "1", "a,b;c"[: 1 if delimiter in ",;" else None]]]
    reading = bench.read(bench.write("\n".join(delimiter.join(row) for row in lines)))
    assert reading.delimiter == delimiter
    assert bench.rows("subject_name", "uscc") == [("甲", "1")]


def test_single_quotes_are_found(bench: Bench) -> None:
    bench.read(bench.write("'行政相对人名称','统一社会信用代码'\n'甲,乙','1'\n"))
    assert bench.rows("subject_name", "uscc") == [("甲,乙", "1")]


def test_titles_above_the_header_are_passed_over(bench: Bench) -> None:
    reading = bench.read(bench.write(f'济南市行政处罚,,\n"填报\n单位",,\n\n{HEAD}\n甲,1,2\n'))
    assert bench.rows("subject_name") == [("甲",)]
    assert reading.position(1) == "第 5 行"


def test_short_rows_are_padded_and_surplus_is_kept(bench: Bench) -> None:
    reading = bench.read(bench.write(f"{HEAD}\n甲\n乙,1,2,3,,4\n丙,5,6\n"))
    assert bench.rows("subject_name", "uscc", "document_number", "_surplus") == [
        ("甲", None, None, None),
        ("乙", "1", "2", "3 | 4"),
        ("丙", "5", "6", None),
    ]
    assert reading.rows == 3


def test_text_below_a_blank_header_is_surplus(bench: Bench) -> None:
    bench.read(bench.write(f"{HEAD},,\n甲,1,2,,\n乙,1,2,,多余\n"))
    assert bench.rows("subject_name", "_surplus") == [("甲", None), ("乙", "多余")]


@pytest.mark.parametrize("ragged", ["", "丁\n"])
def test_lines_without_text_are_no_rows_and_positions_stay_true(bench: Bench, ragged: str) -> None:
    reading = bench.read(bench.write(f'{HEAD}\n甲,1,"a\nb"\n\n乙,1,2\n{ragged}\n\n'))
    assert [r[0] for r in bench.rows("subject_name")] == ["甲", "乙", *ragged.split()]
    assert [reading.position(n) for n in (1, 2)] == ["第 2 行", "第 4 行"]


def test_rows_of_empty_cells_are_no_rows(bench: Bench) -> None:
    reading = bench.read(bench.write(f"序号,{HEAD}\n1,甲,1,2\n2,,,\n,,,\n3,乙,1,2\n,,,\n"))
    assert bench.rows("row_no", "subject_name") == [(1, "甲"), (2, "乙")]
    assert reading.position(2) == "第 5 行"


def test_a_stray_quotation_mark_costs_no_row(bench: Bench) -> None:
    bench.read(bench.write(f'{HEAD}\n甲"乙,1,2\n"丙"丁,1,2\n戊,1,2\n'))
    assert [r[0] for r in bench.rows("subject_name")] == ['甲"乙', "丙丁", "戊"]


def test_a_name_with_wildcards_is_only_a_name(bench: Bench) -> None:
    bench.write(f"{HEAD}\n乙,1,2\n", "ab.csv")
    bench.read(bench.write(f"{HEAD}\n甲,1,2\n", "a[b]*?'.csv"))
    assert bench.rows("subject_name") == [("甲",)]


def test_rows_keep_the_order_of_the_file(bench: Bench) -> None:
    lines = "".join(f"名{n},{n},{'x' * (n % 97)}\n" for n in range(1, 200_001))
    bench.read(bench.write(f"{HEAD}\n{lines}"))
    assert bench.con.execute("SELECT count(*), bool_and(uscc = row_no::VARCHAR) FROM source").fetchone() == (
        200_000,
        True,
    )


def test_the_published_register_is_read_whole(bench: Bench, shared: Path) -> None:
    unused = ["character", "businessScope", "province", "city", "address"]
    mapping: dict[str, str | None] = {"registrationDay": "decision_date", "capital": "fine"} | dict.fromkeys(unused)
    path = shared / "data" / "enterprises.csv.gz"
    reading = bench.read(path, mapping)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        wanted = [(r["name"] or None, r["code"] or None, r["capital"] or None) for r in csv.DictReader(file)]
    assert reading.rows == len(wanted) == 25_074
    assert bench.rows("subject_name", "uscc", "fine") == wanted


# Text that any program may have written into a CSV: no NUL and no half of a surrogate pair.
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\ufeff"), max_size=12)
TABLES = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=8)


def blank(row: tuple[str, ...]) -> bool:
    return not any(c and not c.isspace() for c in row)


@settings(max_examples=150, deadline=None)
@given(
    TABLES,
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", "\t", ";"]),
)
def test_any_table_written_as_csv_reads_back_identically(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    encoding: str,
    quoting: int,
    ends: str,
    delimiter: str,
) -> None:
    # The csv module leaves a lone carriage return unquoted where the lines end otherwise: nobody could tell them apart.
    assume(ends == "\r\n" or quoting == csv.QUOTE_ALL or not any("\r" in cell for row in rows for cell in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=quoting, lineterminator=ends, delimiter=delimiter)  # type: ignore[arg-type]
    writer.writerows([HEADERS[:3], ("首行", "1", "2"), *rows, ("末行，甲乙丙丁", "1", "2")])
    bench = Bench(tmp_path_factory.mktemp("any"))
    reading = bench.read(bench.write(text.getvalue().encode(encoding)))
    kept = [("首行", "1", "2"), *(r for r in rows if not blank(r)), ("末行，甲乙丙丁", "1", "2")]
    assert reading.rows == len(kept)
    assert bench.rows("subject_name", "uscc", "document_number") == [tuple(c or None for c in row) for row in kept]
    bench.con.close()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text("甲乙 ab1;", min_size=1, max_size=4), min_size=1, max_size=6), min_size=1, max_size=8))
def test_ragged_tables_keep_every_row_and_every_text(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("ragged"))
    kept = [r for r in rows if any(not c.isspace() for c in r)] + [["末"]]
    bench.read(bench.write("\n".join([HEAD, *(",".join(r) for r in [*rows, ["末"]])])))
    assert bench.rows("subject_name", "uscc", "document_number", "_surplus") == [
        (*(r[:3] + [None] * (3 - len(r[:3]))), " | ".join(r[3:]) or None) for r in kept
    ]
    bench.con.close()


def test_the_example_resource_has_the_headers_that_these_tests_write() -> None:
    assert [f.title.zh for f in resource().fields] == HEADERS
