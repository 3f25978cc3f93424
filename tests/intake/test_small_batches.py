"""Few rows take a shorter way through the same steps: what is kept of them is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from quanxin.accounts import operator
from quanxin.archive.models import Record
from quanxin.demo.city import code_of
from quanxin.intake.models import Held
from quanxin.intake.pipeline import digest_of, intake
from quanxin.intake.small_batches import take_in
from quanxin.subjects.models import Identifier, Subject
from tests.city import penalty, person, register

PENALTY = "administrative-penalty"
AWKWARD = '逗号, 引号"、反斜杠\\n、制表\t、换行\n、\\N、{花} 完'
ROWS = [
    penalty(0, "一号"),
    penalty(1, "二号", facts=AWKWARD),
    penalty(2, "三号", fine="约三万", content=AWKWARD),
    penalty(0, "四号", uscc="91370102MA3EXAMPL0"),
    penalty(0, "五号", uscc=code_of("91", "370102", 7), subject_name="查无此人有限公司"),
    penalty(0, "六号") | person(),
    penalty(1, "七号", fine="1"),
    penalty(1, "七号", fine="2"),
    penalty(2, "八号"),
    penalty(2, "八号"),
]


def kept(folder: Path, rows: list[dict[str, str | None]], *, few: bool) -> tuple[Any, ...]:
    """All that taking rows in leaves, without the numbers and times that no two intakes share; then it is undone."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    asked = {"resource": PENALTY, "provider": "market-regulation", "actor": operator(), "name": path.name}
    with transaction.atomic():
        made = take_in(rows, digest_of(path), **asked) if few else intake(path, **asked)  # type: ignore[arg-type]
        assert made is not None
        names = [f.name for f in Record._meta.concrete_fields]
        told = [n for n in names if n not in ("id", "batch_id", "recorded_at", "subject_id", "pk")]
        records = list(Record.objects.filter(batch_id=made.batch).order_by("row_no").values(*told))
        subjects = sorted(Subject.objects.values_list("type", "code", "name", "region", "natural"))
        held = list(
            Held.objects.filter(batch_id=made.batch)
            .order_by("row_no")
            .values("row_no", "position", "bucket", "issues", "stated", "stated_key")
        )
        texts = [
            {k: v for k, v in row.original.items() if k != "identity_number"}
            for row in Held.objects.filter(batch_id=made.batch).order_by("row_no")
        ]
        numbers = sorted(Identifier.objects.values_list("kind", "value"))
        receipt = {k: v for k, v in made.to_json().items() if k not in ("batch", "seconds")}
        transaction.set_rollback(True)
    return receipt, records, subjects, held, texts, numbers


@pytest.mark.django_db(transaction=True)
def test_few_rows_leave_what_many_would(tmp_path: Path) -> None:
    register(tmp_path)
    few, many = (kept(tmp_path, ROWS, few=way) for way in (True, False))
    assert few == many
    assert all(few[0][bucket] for bucket in ("accepted", "quarantined", "unlinked", "duplicate"))
    assert any("引号" in record["payload"]["facts"] for record in few[1])


@pytest.mark.django_db(transaction=True)
def test_few_rows_that_change_what_stands(tmp_path: Path) -> None:
    register(tmp_path)
    take_in(ROWS[:1], "0" * 64, resource=PENALTY, provider="market-regulation", actor=operator(), name="first")
    rows = [penalty(0, "一号", fine="9"), penalty(1, "二号")]
    few, many = (kept(tmp_path, rows, few=way) for way in (True, False))
    assert few == many
    assert (few[0]["updated"], few[0]["accepted"]) == (1, 1)
    assert [record["version"] for record in few[1]] == [2, 1]
