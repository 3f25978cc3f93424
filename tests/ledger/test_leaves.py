"""Acts as leaves: what is declared gets one within its act, and it says of whom to nobody."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DataError, transaction
from hypothesis import HealthCheck, given, settings

import quanxin
from quanxin.accounts import Actor, operator, people
from quanxin.accounts.models import AuditLine, audit
from quanxin.archive import row_hashes
from quanxin.archive.models import Record
from quanxin.archive.open_data import publishing
from quanxin.calendar import now
from quanxin.intake.withdrawals import take_back
from quanxin.ledger import editions, leaves, log, log_reading, sequencing
from quanxin.ledger.models import Leaf
from quanxin.proofs import merkle, receipts
from quanxin.proofs.canonical import canonical
from quanxin.proofs.notes import Key
from quanxin.proofs.receipts import Trust
from quanxin.runtime import slices
from tests.city import hand_in, licence, penalty, register
from tests.ledger.entries import nothing_of_anybody
from tests.proofs.test_canonical import EXACT

pytestmark = pytest.mark.django_db
ROOT = Path(quanxin.__file__).parent


def about(what: str) -> list[str]:
    return list(Leaf.objects.filter(about=what).order_by("id").values_list("kind", flat=True))


def test_what_is_done_is_a_leaf_and_its_receipt_opens_it(tmp_path: Path) -> None:
    register(tmp_path)
    made = hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(1, "济历罚〔2025〕2号")])
    take_back(operator(), made.batch, reason="报送有误")
    people.add_account(operator(), "zhang", password="a-long-pass-word-2026")
    editions.take_over()
    editions.take_over()
    published = publishing.publish()
    assert published is not None
    assert about(f"batch:{made.batch}") == ["batch", "withdrawal"]
    assert about("user:zhang") == ["administration"]
    assert about(f"open-data:{published.day}") == ["publication"]
    assert Leaf.objects.filter(kind="pack").count() == 1, "taken over once"
    leaf = log.leaf_of("batch", f"batch:{made.batch}")
    assert leaf is not None
    assert sequencing.sequence() == Leaf.objects.count()
    leaf.refresh_from_db()
    receipt = log_reading.receipt(leaf)
    assert receipt is not None
    assert receipts.wrong(receipt, Trust([Key.read(key) for key in log_reading.public_keys()], now())) == []
    assert receipt.content["sha256"] == made.sha256, "whoever has the file sees that it is the one"
    assert (receipt.content["received"], receipt.content["accepted"]) == (2, 2)
    assert nothing_of_anybody() == {"administration", "batch", "pack", "publication", "withdrawal"}


def test_each_record_is_proven_among_the_rows_of_its_batch(tmp_path: Path) -> None:
    register(tmp_path)
    rows = [licence(n % 3, f"济历许〔2025〕{n}号") for n in range(7)]
    made = hand_in(tmp_path, "administrative-licence", rows)
    leaf = log.leaf_of("batch", f"batch:{made.batch}")
    assert leaf is not None
    assert leaf.content is not None
    for record in Record.objects.filter(batch_id=made.batch):
        root, row = row_hashes.row_of(record)
        assert leaf.content["rows_root"] == root
        whole = bytes.fromhex(root)
        assert merkle.included(merkle.leaf_hash(row.opened.encode()), row.place, row.rows, row.proof, whole)
        assert row.opened.endswith(f":{record.id}:{record.key_hash}:{record.content_hash}")
    # a batch that brought nothing has the root over nothing
    nothing = hand_in(
        tmp_path, "administrative-licence", [licence(0, f"济历许〔2025〕{n}号", uscc="x") for n in range(2)]
    )
    empty = log.leaf_of("batch", f"batch:{nothing.batch}")
    assert empty is not None
    assert empty.content is not None
    assert empty.content["rows_root"] == merkle.EMPTY.hex()


def test_what_is_undone_leaves_neither_line_nor_leaf() -> None:
    with transaction.atomic():
        audit(operator(), "accounts.add", "user:x")
        transaction.set_rollback(True)
    assert not Leaf.objects.exists()
    audit(operator(), "accounts.password", "user:x")
    assert not Leaf.objects.exists(), "what a person does with an own account is nobody's"


def test_the_digest_of_a_line_is_the_same_once_it_is_read() -> None:
    said = {"n": 1000.0, "big": 1e22, "small": 1e-7, "deep": [{"x": 10.50}, True, None], "text": "甲\u00e9"}
    line = audit(Actor("job:test"), "accounts.add", "user:y", **said)
    written = leaves.digest_of(line)
    assert leaves.digest_of(AuditLine.objects.get(pk=line.pk)) == written
    leaf = log.leaf_of("administration", "user:y")
    assert leaf is not None
    assert leaf.content is not None
    assert leaf.content["line"] == written


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=EXACT)
def test_content_comes_back_from_the_database_as_it_was_committed_to(value: object) -> None:
    try:
        with transaction.atomic():
            leaf = Leaf.objects.get(pk=log.add("test", "x", {"said": value}))
    except DataError:  # the database takes no NUL
        assert "\\u0000" in canonical(value).decode()
        return
    assert leaf.content is not None
    assert leaf.salt is not None
    assert log.entry_of("test", leaf.at, bytes(leaf.salt), leaf.content) == bytes(leaf.entry)


@pytest.mark.parametrize("value", [0.5, 2.0, [1, {"a": 1e3}]])
def test_content_that_may_come_back_otherwise_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no exact form"):
        log.add("test", "x", {"said": value})


def test_every_act_that_is_declared_is_one() -> None:
    assert len(slices.leaves()) >= 30
    assert set(slices.leaves()) <= set(_texts()), "an act that is declared and never written"


def _texts() -> Iterator[str]:
    """Every text of the package outside declarations."""
    for path in ROOT.rglob("*.py"):
        if path.name != "slice.py":
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
