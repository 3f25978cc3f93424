"""Batches that are taken in together come out as if they had been taken in one after the other."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError, connection, connections, transaction

from quanxin.accounts import operator
from quanxin.accounts.models import AuditLine
from quanxin.archive import lake, lake_compaction, lake_proof, row_hashes
from quanxin.archive.models import Batch, Event, Record
from quanxin.demo.city import code_of
from quanxin.intake import small_batches
from quanxin.intake.models import Held
from quanxin.intake.receipt import Receipt
from quanxin.proofs import merkle
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.group_commit import Witness
from quanxin.subjects.models import Identifier, Subject
from tests.city import CODES, NAMES, penalty, person, register
from tests.intake.test_link_decisions import debtor
from tests.intake.test_small_batches import AWKWARD, PENALTY

Rows = Sequence[dict[str, str | None]]
REGISTER = "enterprise-registration"
BUCKETS = ("accepted", "updated", "duplicate", "quarantined", "unlinked")
MIXED: list[Rows] = [
    [penalty(0, "一号"), penalty(1, "二号", facts=AWKWARD), penalty(1, "二号", facts=AWKWARD)],
    [penalty(2, "三号", fine="约三万"), penalty(0, "四号"), penalty(0, "四号", fine="7")],
    [
        penalty(0, "五号", uscc=None),
        penalty(0, "六号", uscc=code_of("91", "370102", 7), subject_name="查无此人有限公司"),
    ],
    [penalty(0, "七号") | person(), penalty(0, "八号") | person(serial=3)],
    [penalty(1, "九号") | person(serial=5)],
]


def asked(rows: Rows, **changes: Any) -> dict[str, Any]:
    names = dict.fromkeys(name for row in (*rows, penalty(0) | person()) for name in row)
    rows = [dict.fromkeys(names) | row for row in rows]
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    name = f"{digest[:8]}.jsonl"
    return {
        "rows": rows,
        "digest": digest,
        "resource": PENALTY,
        "provider": "market-regulation",
        "actor": operator(),
        "name": name,
    } | changes


def together(monkeypatch: pytest.MonkeyPatch, batches: Sequence[dict[str, Any]]) -> list[Any]:
    """Take batches in as one group; return what becomes of each: its receipt or its error."""
    members: list[Any] = []
    with monkeypatch.context() as patch:
        patch.setattr(small_batches._together, "do", lambda _, member: members.append(member))
        patch.setattr(small_batches, "_take_in", members.extend)  # what is asked for within a transaction
        for batch in batches:
            small_batches.take_in(**batch)
    assert all(small_batches._along(members[:n], members[n]) for n in range(1, len(members)))
    assert len(members) == len(batches)
    small_batches._take_in(members)
    return [member.error or member.receipt for member in members]


def kept() -> tuple[Any, ...]:
    """All that is kept but the register, without what no two takings-in share; numbers count from the first."""
    batches = list(Batch.objects.exclude(resource=REGISTER).order_by("id").values_list("id", flat=True))
    subjects = {s.pk: (s.type, s.code, s.name) for s in Subject.objects.all()}
    for pk, kind, value, batch in Identifier.objects.order_by("kind", "value").values_list(
        "subject_id", "kind", "value", "batch"
    ):
        subjects[pk] += (kind, value, batches.index(batch) if batch in batches else None)
    names = [f.name for f in Record._meta.concrete_fields]
    told = [n for n in names if n not in ("id", "batch_id", "recorded_at", "superseded_at", "subject_id", "pk")]
    records = [
        (batches.index(r.batch_id), subjects[r.subject_id], r.superseded_at is None, *(getattr(r, n) for n in told))
        for r in Record.objects.exclude(resource=REGISTER)
    ]
    held = [
        (batches.index(h.batch_id), h.row_no, h.position, h.bucket, h.issues, h.stated, h.stated_key)
        for h in Held.objects.filter(batch_id__in=batches)
    ]
    receipts = [
        {k: v for k, v in b.receipt.items() if k not in ("batch", "seconds")}
        for b in Batch.objects.filter(pk__in=batches)
    ]
    acts = AuditLine.objects.filter(act="intake.commit", target__in=[f"batch:{b}" for b in batches]).order_by("id")
    events = Event.objects.filter(batch__in=batches).order_by("position").values_list("batch_id", flat=True)
    return (
        sorted(map(repr, records)),
        sorted(map(repr, held)),
        receipts[::-1],
        sorted(map(repr, subjects.values())),
        [(batches.index(batch), a.actor, rooted(batch, a.particulars)) for a in acts for batch in [a.target[6:]]],
        list(map(batches.index, events)),
    )


def rooted(batch: str, said: dict[str, Any]) -> dict[str, Any]:
    """What a line says, with whether the root is that over the rows of its batch alone, whose salts are of chance."""
    one = Record.objects.filter(batch_id=batch).first()
    root = row_hashes.row_of(one)[0] if one is not None else merkle.EMPTY.hex()
    assert said["rows_root"] == root
    return {key: value for key, value in said.items() if key != "rows_root"}


def undone(act: Callable[[], object]) -> tuple[Any, ...]:
    """What an act leaves, once its events have their positions; then it is undone."""
    with transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = kept()
        transaction.set_rollback(True)
    return found


def one_by_one(batches: Sequence[dict[str, Any]]) -> None:
    for batch in batches:
        small_batches.take_in(**batch)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("providers", [("market-regulation",), ("market-regulation", "taxation")])
def test_a_group_leaves_what_its_batches_would_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, providers: tuple[str, ...]
) -> None:
    register(tmp_path)
    batches = [asked(rows, provider=providers[n % len(providers)]) for n, rows in enumerate(MIXED)]
    passes = count_passes(monkeypatch)
    alone = undone(lambda: one_by_one(batches))
    assert len(passes) == len(MIXED)
    grouped = undone(lambda: together(monkeypatch, batches))
    assert len(passes) == len(MIXED) + 1
    assert grouped == alone
    for receipt in grouped[2]:
        assert sum(receipt[bucket] for bucket in BUCKETS) == receipt["received"]
    assert all(any(receipt[bucket] for receipt in grouped[2]) for bucket in BUCKETS if bucket != "updated")
    assert sum(receipt["enrolled"] for receipt in grouped[2]) == 3


def count_passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    passes: list[int] = []
    commit = small_batches.commit_parts

    def counted(con: Any, workdir: Any, parts: Any, *rest: Any) -> list[Receipt]:
        passes.append(len(parts))
        return commit(con, workdir, parts, *rest)

    monkeypatch.setattr(small_batches, "commit_parts", counted)
    return passes


@pytest.mark.django_db(transaction=True)
def test_batches_that_touch_are_parted_and_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(tmp_path)
    code = penalty(0, "一号")
    batches = [
        asked([code]),
        asked([penalty(1, "二号")]),
        asked([penalty(0, "一号", fine="2")]),  # the same key otherwise: a new version
        asked([penalty(2, "三号"), code | {"fine": "3"}]),  # and another
        asked([code | {"fine": "3"}]),  # what stands already: a duplicate
        asked([penalty(0, "五号") | person()]),
        asked([penalty(0, "六号") | person()]),  # a person whom the batch before enrols
    ]
    alone = undone(lambda: one_by_one(batches))
    assert undone(lambda: together(monkeypatch, batches)) == alone
    assert [(r["accepted"], r["updated"], r["duplicate"]) for r in alone[2]] == [
        (1, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1), (1, 0, 0), (1, 0, 0),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_batches_that_touch_by_a_subject_that_each_states_otherwise_are_parted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tmp_path)
    stated = ({"uscc": CODES[0]}, {"uscc": None}, {"uscc": CODES[0]})
    batches = [
        asked([], resource="judgment-debtors", provider="courts", digest=f"{n:064}")
        | {"rows": [debtor(subject_name=NAMES[0], duties=f"支付货款{n}", **how)]}
        for n, how in enumerate(stated)
    ]
    alone = undone(lambda: one_by_one(batches))
    assert undone(lambda: together(monkeypatch, batches)) == alone
    assert [(r["accepted"], r["updated"]) for r in alone[2]] == [(1, 0), (0, 1), (0, 1)]


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_fails_does_not_fail_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(tmp_path)
    batches = [asked([penalty(0, f"{n}号")]) for n in range(4)]
    batches[1]["name"] = "x" * 300  # no column holds it
    first, poisoned, *others = together(monkeypatch, batches)
    assert isinstance(poisoned, DataError)
    assert [made.accepted for made in (first, *others)] == [1, 1, 1]
    assert Record.objects.filter(resource=PENALTY).count() == Batch.objects.filter(resource=PENALTY).count() == 3
    prove()


@pytest.mark.django_db(transaction=True)
def test_what_falls_with_a_batch_falls_alone_and_what_was_answered_elsewhere_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tmp_path)
    told: list[str] = []

    def witness(n: int, *, ours: bool = True) -> Witness:
        return Witness(n, lambda: ours, lambda made: told.append(made.batch))

    batches = [
        asked([penalty(0, "一号")], witness=witness(3)),
        asked([penalty(0, "二号")], witness=witness(2, ours=False)),
        asked([penalty(0, "三号")], witness=witness(1)),
    ]
    first, none, third = together(monkeypatch, batches)
    assert none is None
    assert told[-2:] == [first.batch, third.batch]
    assert Batch.objects.filter(resource=PENALTY).count() == 2
    again = together(monkeypatch, batches)
    assert [made and (made.batch, made.repeated) for made in again] == [(first.batch, True), None, (third.batch, True)]


@pytest.mark.django_db(transaction=True)
def test_lake_and_database_agree_after_a_group_and_after_compaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tmp_path)
    made = together(monkeypatch, [asked(rows) for rows in MIXED])
    together(monkeypatch, [asked([penalty(0, f"后{n}号")]) for n in range(3)])
    files = {e["path"] for b in Batch.objects.filter(resource=PENALTY) for e in b.manifest}
    assert len(files) == 2
    for receipt in made:
        held = Batch.objects.get(pk=receipt.batch).manifest
        assert bool(held) == bool(receipt.accepted + receipt.updated)
    prove()
    with workshop() as (con, workdir):
        assert lake_compaction.compact(con, PENALTY, workdir).files == 1
    lake.settle(PENALTY)
    prove()


def prove() -> None:
    with workshop() as (con, workdir):
        proof = lake_proof.prove(con, PENALTY, workdir)
    assert proof.holds, proof
    assert proof.rows == Record.objects.filter(resource=PENALTY).count() > 0
    assert not lake.orphans(PENALTY)


@pytest.mark.django_db(transaction=True)
def test_eight_writers_of_one_key_make_one_version_each_in_order(tmp_path: Path) -> None:
    register(tmp_path)
    receipts: list[Receipt | None] = []
    start = threading.Barrier(8)

    def write(n: int) -> None:
        try:
            start.wait()
            receipts.append(small_batches.take_in(**asked([penalty(0, "一号", fine=str(n + 1))])))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((r.accepted, r.updated) for r in receipts if r) == [(0, 1)] * 7 + [(1, 0)]
    versions = list(Record.objects.filter(resource=PENALTY).order_by("version"))
    assert [r.version for r in versions] == list(range(1, 9))
    assert [r.batch_id for r in versions] == sorted(r.batch_id for r in versions)
    assert [r.superseded_at for r in versions[:-1]] == [r.recorded_at for r in versions[1:]]
    assert versions[-1].superseded_at is None
    prove()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_at_any_instant_none_of_a_group_is_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(tmp_path)

    def group(n: int) -> list[dict[str, Any]]:
        return [asked([penalty(i, f"{n}-{i}号"), penalty(i, f"{n}-{i}号x", fine="约三万")]) for i in range(3)]

    together(monkeypatch, group(0))
    began = time.monotonic()
    together(monkeypatch, group(1))
    usual, source, killed = time.monotonic() - began, random.Random(5), 0
    for n in range(2, 17):
        connections.close_all()  # the child must not share the parent's connection
        child = os.fork()
        if child == 0:
            try:
                together(monkeypatch, group(n))
            finally:
                os._exit(0)
        time.sleep(source.uniform(0, usual * 4))  # a forked process makes its bench anew
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        assert Batch.objects.filter(resource=PENALTY).count() % 3 == 0
        for batch in Batch.objects.filter(resource=PENALTY):
            assert Record.objects.filter(batch_id=batch.pk).count() == batch.accepted == 1
            assert Held.objects.filter(batch_id=batch.pk).count() == batch.quarantined == 1
            assert all((lake.root() / e["path"]).stat().st_size == e["bytes"] for e in batch.manifest)
    assert killed
    for n in range(2, 17):
        together(monkeypatch, group(n))
    assert Record.objects.filter(resource=PENALTY).count() == 17 * 3
    prove()
