"""What cannot be read ends in one clear error, and nothing of it stays behind."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import openpyxl
import pytest

from quanxin.intake.errors import IntakeError, translated
from quanxin.intake.reading import read_mapping
from quanxin.intake.wordings import WORDINGS
from tests.intake.example import HEADERS, Bench

HEAD = ",".join(HEADERS[:3]).encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr(name, "x")
    return out.getvalue()


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].append(HEADERS)
    book.save(out)
    return out.getvalue()


BAD: dict[str, tuple[bytes, str, str]] = {
    "nothing in it": (b"", "file-empty", "文件为空"),
    "only blanks": (b"\xef\xbb\xbf \r\n\n", "file-empty", "文件为空"),
    "only NUL": (bytes(4096), "file-empty", "空字节"),
    "only a header": (HEAD + b"\n", "file-empty", "只有表头"),
    "header and blank lines": (HEAD + b"\n,,\n\n", "file-empty", "只有表头"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "file-not-tabular", "PDF"),
    "zip": (zipped("a.csv"), "file-not-tabular", "ZIP"),
    "word": (zipped("word/document.xml"), "file-not-tabular", "Word"),
    "web page": ("\ufeff <HTML><table><tr><td>行政相对人名称".encode(), "file-not-tabular", "网页"),
    "binary": (HEAD + b"\n" + b"\x00\x01\x02\x03" * 40, "file-not-tabular", "二进制"),
    "picture": (b"\x89PNG\r\n\x1a\n", "file-not-tabular", "图片"),
    "other headers": ("天气,温度\n晴,3\n".encode(), "file-headers-unmatched", "天气、温度"),
    "no headers": ("甲公司,91370100\n".encode(), "file-headers-unmatched", "行政相对人名称"),
    "headers without a subject": ("备注,决定日期\n1,2\n".encode(), "file-headers-unmatched", "备注"),
    "cell of 10 MB": (HEAD + b"\na,b,c\na," + b"x" * 10_000_000 + b",c\n", "file-cell-too-long", "第 3 行"),
    "quoted cell of 10 MB": (HEAD + b'\na,b,c\na,"' + b"x\n" * 5_000_000 + b'",c\n', "file-cell-too-long", "第 3 行"),
    "Chinese cell over 1 MB": (HEAD + b"\na,b," + "泉".encode() * 400_000, "file-cell-too-long", "第 2 行"),
    "line without end": (HEAD + b"\n" + b"x" * 40_000_000, "file-cell-too-long", "第 2 行"),
    "open quote": (HEAD + b'\na,b,c\na,"b,c\nd,e,f\n', "file-quote-open", "第 3 行"),
    "damaged UTF-8": ("name,备注\n甲乙丙丁戊己庚辛,子\n济南\n".encode() + b"\xff,x", "file-encoding", "第 4 行"),
    "cut UTF-8": ("行政相对人名称,备注\n甲,".encode() + "乙".encode()[:2], "file-encoding", "第 2 行"),
    "no encoding": (b"name,code\na\xff\xff,1\n", "file-encoding", "第 2 行"),
    "cut gzip": (gzip.compress(HEAD + b"\n" + os.urandom(5000).hex().encode())[:3000], "file-corrupt", "损坏"),
    "cut workbook": (workbook()[:2000], "file-corrupt", "损坏"),
    "workbook that is none": (zipped("xl/workbook.xml"), "file-corrupt", "损坏"),
    "workbook without rows": (workbook(), "file-empty", "只有表头"),
    "encrypted workbook": (OLE + "EncryptedPackage".encode("utf-16-le"), "file-encrypted", "加密"),
    "old workbook": (OLE + bytes(2000), "file-not-tabular", "另存为 .xlsx"),
    "open document": (zipped("content.xml"), "file-not-tabular", "另存为 .xlsx"),
    "binary workbook": (zipped("xl/workbook.bin"), "file-not-tabular", "另存为 .xlsx"),
    "damaged parquet": (b"PAR1" + bytes(100) + b"PAR1", "file-corrupt", "损坏"),
    "json array": (b'[\n{"name": "\xe7\x94\xb2"}]', "file-json-array", "JSON \u6570\u7ec4"),
    "json of something else": (b'{"weather": "fine"}\n', "file-column-unknown", "weather"),
    "json with an unknown name": (b'{"name": "a"}\n{"name": "b", "colour": 1}', "file-column-unknown", "colour"),
    "json cell of 10 MB": (b'{"name": "a"}\n{"name": "' + b"x" * 10_000_000 + b'"}\n', "file-cell-too-long", "第 2 行"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_bad_file_is_refused_in_words_and_leaves_nothing(bench: Bench, case: str) -> None:
    content, code, words = BAD[case]
    with pytest.raises(IntakeError) as refused:
        bench.read(bench.write(content, "handed-in.csv"))
    assert refused.value.code == code
    assert words in refused.value.zh
    assert refused.value.en
    assert refused.value.hint
    assert bench.is_empty()


def test_a_file_that_is_not_there_and_a_folder_are_refused(bench: Bench) -> None:
    with pytest.raises(IntakeError) as refused:
        bench.read(bench.folder / "none.csv")
    assert refused.value.code == "file-missing"
    with pytest.raises(IntakeError) as refused:
        bench.read(bench.workdir)
    assert refused.value.code == "file-unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(bench: Bench) -> None:
    path = bench.write(HEAD)
    path.chmod(0)
    with pytest.raises(IntakeError) as refused:
        bench.read(path)
    assert refused.value.code == "file-unreadable"


def test_three_gigabytes_are_refused_by_a_disk_without_the_room(bench: Bench, full_disk: Path) -> None:
    path = bench.write(HEAD + b"\n" + b"a,b,c\n" * 200_000)
    with path.open("r+b") as file:
        file.truncate(3 << 30)
    bench.workdir = full_disk
    with pytest.raises(IntakeError) as refused:
        bench.read(path)
    assert refused.value.code == "disk-full"
    assert "6.0 GB" in refused.value.zh
    assert bench.is_empty()


def test_a_disk_that_fills_while_text_is_unpacked_is_reported(bench: Bench, full_disk: Path) -> None:
    content = gzip.compress(HEAD + b"\n" + b"a,b,c\n" * 1_000_000)
    bench.workdir = full_disk
    with pytest.raises(IntakeError) as refused:
        bench.read(bench.write(content))
    assert refused.value.code == "disk-full"
    assert bench.is_empty()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_mapping_file_is_yaml_or_json(bench: Bench) -> None:
    assert read_mapping(bench.write("单位: subject_name\n天气: null\n2024: remark\n", "m.yaml")) == {
        "单位": "subject_name",
        "天气": None,
        "2024": "remark",
    }
    assert read_mapping(bench.write('{"单位": "subject_name"}', "m.json")) == {"单位": "subject_name"}


@pytest.mark.parametrize("text", ["[", "- a\n- b\n", "a: [1]\n", "甲: 1\n"])
def test_a_mapping_file_that_is_none_is_refused(bench: Bench, text: str) -> None:
    with pytest.raises(IntakeError) as refused:
        read_mapping(bench.write(text, "m.yaml"))
    assert refused.value.code == "mapping-unreadable"


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x")], ids=repr)
def test_other_errors_are_not_dressed_up(tmp_path: Path, error: Exception) -> None:
    def fail(raised: Exception) -> None:
        raise raised

    run: Callable[[Exception], None] = fail
    with pytest.raises(type(error)), translated(tmp_path):
        run(error)


@pytest.mark.parametrize("code", WORDINGS)
def test_every_code_has_a_sentence_in_both_languages_and_a_hint(code: str) -> None:
    class Anything(dict[str, object]):
        def __missing__(self, key: str) -> str:
            return f"<{key}>"

    words = WORDINGS[code]
    sentences = [text.format_map(Anything()) for text in (words.zh, words.en, words.hint, words.hint_en)]
    assert sentences[0].endswith("。")
    assert sentences[1].endswith(".")
    assert all(sentences[2:])


TOO_MUCH = "SELECT list(range) FROM range(30_000_000)"  # one value: nothing of it can be put aside on a disk
MUCH = "CREATE TABLE kept AS SELECT hash(range) AS h FROM range(40_000_000)"


@pytest.mark.parametrize(("query", "code"), [(TOO_MUCH, "memory-short"), (MUCH, "disk-full")])
def test_short_memory_is_not_called_a_full_disk(full_disk: Path, query: str, code: str) -> None:
    con = duckdb.connect(config={"threads": 1, "memory_limit": "60MB", "temp_directory": str(full_disk)})
    con.execute("SET enable_progress_bar = false")
    with pytest.raises(IntakeError) as refused, translated(full_disk / "file.csv"):
        con.execute(query)
    assert refused.value.code == code
    con.close()
