"""The same hand-in on both engines: the same buckets, codes, receipt, records and held rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from quanxin.accounts import operator
from quanxin.archive.models import Event, Record
from quanxin.calendar import today
from quanxin.demo.city import code_of
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Conflict
from quanxin.intake.pipeline import intake
from quanxin.runtime.pack import current_pack
from tests.city import CODES, NAMES, penalty, register, write
from tests.engine.corpus import rows_of
from tests.intake.both_engines import (
    PENALTY,
    all_flaws,
    by_duckdb,
    by_spark,
    ground,
    hold_equal,
    same_rows,
    seen,
    undone,
)
from tests.spark import COMPILED, needed, set_so

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SMALLER = "abnormal-operations"  # of few items; what of a hand-in is not its rows' is the same for any

pytestmark = [pytest.mark.django_db, pytest.mark.spark, needed]


def test_one_file_on_both_engines(local: SparkSession, tmp_path: Path) -> None:
    ground(tmp_path)
    path = write(tmp_path, PENALTY, all_flaws())
    with set_so(local, COMPILED):
        hold_equal(undone(lambda: by_duckdb(path)), undone(lambda: by_spark(str(path))))


def test_what_one_engine_took_in_the_other_knows(local: SparkSession, tmp_path: Path) -> None:
    ground(tmp_path)
    path = write(tmp_path, PENALTY, [penalty(0, "丙1号")])
    first = by_duckdb(path)
    again = by_spark(str(path))
    assert again.repeated
    assert again.batch == first.batch


def test_another_provider_s_record_is_no_more_changed_by_spark_than_by_duckdb(
    local: SparkSession, tmp_path: Path
) -> None:
    register(tmp_path)
    theirs = write(tmp_path, PENALTY, [penalty(0, "丁1号")], "theirs.csv")
    intake(theirs, resource=PENALTY, provider="urban-management", actor=operator())
    path = write(tmp_path, PENALTY, [penalty(0, "丁1号", fine="9"), penalty(1, "丁2号")])
    here, there = undone(lambda: by_duckdb(path)), seen(by_spark(str(path)))
    assert (here["receipt"]["updated"], here["receipt"]["codes"]["owned-by-another"]) == (0, 1)
    same_rows(here, there)
    conflict = Conflict.objects.get()
    assert (conflict.holder, conflict.claimant, conflict.state) == ("urban-management", "market-regulation", "open")
    standing = Record.objects.filter(resource=PENALTY, superseded_at=None)
    assert set(standing.values_list("provider", "version")) == {("urban-management", 1), ("market-regulation", 1)}


def test_parquet_is_read_too(local: SparkSession, tmp_path: Path) -> None:
    register(tmp_path)
    rules = current_pack().on(today())
    sound = {"subject_name": NAMES[1], "uscc": CODES[1], "decision_date": "2025-08-31", "authority_name": "济南市历下区",
             "reason": rules.code_sets["abnormal-reason"].codes[0].value}  # fmt: skip
    unheard = sound | {"subject_name": "无人登记的公司", "uscc": code_of("91", "370102", 99)}
    path = write(tmp_path, SMALLER, [sound, sound, unheard, *rows_of(rules.resources[SMALLER], rules, 147)])
    duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{path}', all_varchar = true, header = true)) TO '{tmp_path}/rows.parquet'"
    )
    here = undone(lambda: by_duckdb(tmp_path / "rows.parquet", SMALLER))
    hold_equal(here, undone(lambda: by_spark(str(tmp_path / "rows.parquet"), resource=SMALLER)))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.csv": b"\xd0\xd0\xd5\xfe,\xb4\xfa\xc2\xeb\n1,2\n"}, "file-headers-unmatched"),
        ({"a.csv": "行政相对人名称,备注\n济南,\n".encode() + b"\xd0\xd5,2\n"}, "spark-encoding"),
        ({"a.csv": "行政相对人名称\n".encode()}, "file-empty"),
        ({"a.csv": "行政相对人名称,没有这列\n甲,2\n".encode()}, "file-column-unknown"),
        ({"a.csv": "行政相对人名称\n甲\n".encode(), "b.csv": "备注\n甲\n".encode()}, "spark-headers-differ"),
        ({"a.csv": "行政相对人名称\n甲\n".encode(), "b.parquet": b"PAR1"}, "spark-format"),
        ({"a.parquet": b"PAR1"}, "spark-failed"),
        ({"_SUCCESS": b""}, "file-empty"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(
    local: SparkSession, tmp_path: Path, files: dict[str, bytes], code: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with pytest.raises(IntakeError) as refused:
        by_spark(str(folder))
    assert refused.value.code == code
    assert not Event.objects.exists()


def test_what_is_not_there_is_said(local: SparkSession, tmp_path: Path) -> None:
    for address, code in ((str(tmp_path / "none.csv"), "file-missing"), ("nosuch://host/a.csv", "spark-failed")):
        with pytest.raises(IntakeError) as refused:
            by_spark(address)
        assert refused.value.code == code


def test_cells_beyond_the_header_are_kept(local: SparkSession, tmp_path: Path) -> None:
    lines: Sequence[str] = ["行政相对人名称,备注", "甲,1,多,,余", "乙", "  ,　", "丙,3"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    here, there = undone(lambda: by_duckdb(path)), undone(lambda: by_spark(str(path)))
    assert here["receipt"]["codes"]["cells-beyond-columns"] == 1
    same_rows(here, there)
