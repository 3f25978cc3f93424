"""The sample city: what its manifest says beforehand is what the receipts say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.archive.models import Record
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import PUBLIC
from quanxin.demo.run import run, write_city
from quanxin.subjects.models import Subject


@pytest.mark.slow
@pytest.mark.django_db
def test_the_manifest_equals_the_receipts_code_by_code(tmp_path: Path) -> None:
    outcome = run(subjects=900, seed=11, folder=tmp_path, actor=operator())
    assert outcome["disagreements"] == []
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert len({planned["resource"] for planned in manifest["files"]}) >= 30
    assert {planned["file"].rsplit(".", 1)[1] for planned in manifest["files"]} == {"csv", "xlsx", "jsonl", "parquet"}
    codes = {code for planned in manifest["files"] for code in planned["codes"]}
    assert len(codes) >= 20
    assert outcome["received"] == sum(
        outcome[bucket] for bucket in ("accepted", "updated", "duplicate", "quarantined", "unlinked")
    )
    assert 8 <= outcome["accepted"] / 900 <= 13
    assert {"offered", "kept", "breached"} <= set(outcome["promised"])
    assert Subject.objects.values("type").distinct().count() >= 12
    busiest = Record.objects.filter(published=True).values_list("subject_id", flat=True).first()
    assert busiest is not None
    assert sum(len(chapter.records) for chapter in archive_of(busiest, PUBLIC).chapters) >= 1


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_city(200, 3, tmp_path / name)
    texts = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir() if p.suffix in (".csv", ".jsonl")}
    assert texts == {name: (tmp_path / "b" / name).read_bytes() for name in texts}
