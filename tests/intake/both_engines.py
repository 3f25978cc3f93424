"""One hand-in on both engines, and all that it leaves, to be compared.

Invariant: what is compared is everything but numbers given out, seconds and the random part of seals.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from quanxin.accounts import operator
from quanxin.archive.models import Event, Record
from quanxin.calendar import today
from quanxin.demo.city import code_of
from quanxin.intake import at_scale
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt
from quanxin.runtime.pack import current_pack
from tests.city import CODES, hand_in, penalty, person, register
from tests.engine.corpus import Row, rows_of
from tests.spark import LOCAL

PENALTY = "administrative-penalty"
Seen = dict[str, Any]


def all_flaws() -> list[Row]:
    """Sound rows, repeats, contradictions, persons, strangers, and rows with every flaw that cells may have."""
    pack = current_pack()
    rules = pack.on(today())
    rows: list[Row] = [penalty(n % 3, f"甲〔2025〕{n}号") for n in range(20)]
    rows += [
        penalty(0, "甲〔2025〕0号"),
        penalty(1, "甲〔2025〕1号", fine="9"),
        penalty(0, **person()),
        penalty(1, uscc=None),
    ]
    rows += [
        penalty(0, "乙1号", facts='换\n行"引号"，逗号,'),
        penalty(2, "乙2号", uscc=CODES[0]),
        penalty(1, "乙3号", fine="约三万"),
    ]
    rows += [
        penalty(0, "乙4号", subject_name="别的名称有限公司"),
        penalty(2, "乙5号", uscc="91370102MA3C0001X"),
        penalty(2, "乙6号", uscc=code_of("91", "370102", 99), subject_name="无人登记的公司"),
        penalty(0, **person("20150615")),
    ]
    wild = rows_of(rules.resources[PENALTY], rules, 119)
    return rows + wild


def seen(receipt: Receipt) -> Seen:
    """All that a hand-in left, without what is another each time: numbers given out, seconds, seals."""
    said = receipt.to_json()
    for name in ("batch", "seconds"):
        del said[name]
    records = Record.objects.filter(batch_id=receipt.batch).order_by("row_no")
    names = (
        "row_no",
        "key_hash",
        "content_hash",
        "version",
        "payload",
        "event_date",
        "valid_from",
        "valid_until",
        "published",
        "public_until",
        "tier",
        "provider",
        "resource",
    )
    held = Held.objects.filter(batch_id=receipt.batch).order_by("row_no")
    return {
        "receipt": said,
        "records": list(records.values(*names)),
        "held": [(h.row_no, h.position, h.bucket, _unsealed(h.original), _unsealed(h.issues)) for h in held],
        "events": sorted(Event.objects.filter(batch_id=receipt.batch).values_list("kind", flat=True)),
    }


def _unsealed(value: object) -> str:
    return re.sub('"sealed:[^"]*"', '"sealed"', json.dumps(value, ensure_ascii=False, sort_keys=True))


def undone(act: Callable[[], Receipt]) -> Seen:
    """What an act leaves; then it is undone."""
    with transaction.atomic():
        found = seen(act())
        transaction.set_rollback(True)
    return found


def by_duckdb(path: Path, resource: str = PENALTY) -> Receipt:
    return intake(path, resource=resource, provider="market-regulation", actor=operator())


def by_spark(address: str, master: str = LOCAL, resource: str = PENALTY, **more: Any) -> Receipt:
    return at_scale.intake(
        address, resource=resource, provider="market-regulation", actor=operator(), master=master, **more
    )


def ground(folder: Path) -> None:
    """A register, and records that some rows update or repeat."""
    register(folder)
    hand_in(folder, PENALTY, [penalty(0, "甲〔2025〕3号"), penalty(1, "甲〔2025〕4号", fine="7")], name="before.csv")


def hold_equal(here: Seen, there: Seen) -> None:
    assert here["receipt"]["received"] == 150
    assert all(here["receipt"][bucket] for bucket in ("accepted", "duplicate", "quarantined", "unlinked"))
    told = {k: (v, there["receipt"].get(k)) for k, v in here["receipt"].items() if there["receipt"].get(k) != v}
    assert there["receipt"].keys() == here["receipt"].keys()
    assert told == {}, told  # this file is not rewritten by pytest, which would show what differs
    assert there["events"] == here["events"]
    for part in ("records", "held"):
        for one, other in zip(here[part], there[part], strict=True):
            assert other == one


def split(path: Path, folder: Path, parts: int) -> None:
    """The rows of a CSV in several files with the same header, whose names are in the order of the rows."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    folder.mkdir()
    size = -(-len(rows) // parts)
    for n in range(parts):
        with (folder / f"第 {n} 份.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows[n * size : (n + 1) * size]])


def same_rows(here: Seen, there: Seen) -> None:
    """But for names, digests, formats and places the same was found."""
    for name in ("received", "accepted", "updated", "duplicate", "quarantined", "unlinked", "codes", "enrolled"):
        assert there["receipt"][name] == here["receipt"][name]
    assert there["records"] == here["records"]
    for held, other in zip(here["held"], there["held"], strict=True):
        assert (other[0], *other[2:]) == (held[0], *held[2:])
