"""The public log: what is committed gets its place once, is proven, and shows when it was changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanxin.accounts import Actor
from quanxin.calendar import now
from quanxin.ledger import log, log_reading, monitoring, sealing, sequencing
from quanxin.ledger.models import Head, Leaf
from quanxin.proofs import checkpoints, receipts
from quanxin.proofs.notes import Key
from quanxin.proofs.receipts import Trust

pytestmark = pytest.mark.django_db(transaction=True)


def keys() -> list[Key]:
    return [Key.read(key) for key in log_reading.public_keys()]


def trust(of: list[Key] | None = None, **more: Any) -> Trust:
    return Trust(of if of is not None else keys(), now(), **more)


def some(count: int, kind: str = "batch") -> list[Leaf]:
    return [Leaf.objects.get(pk=log.add(kind, f"{kind}:{n}", {"n": n, "rows": "甲"})) for n in range(count)]


def served(client: Client) -> Callable[[str], bytes | None]:
    """The log as a stranger reads it."""

    def fetch(address: str) -> bytes | None:
        answer = client.get(f"/log/{address}")
        return answer.content if answer.status_code == 200 else None

    return fetch


def test_a_leaf_gets_its_place_and_its_receipt_verifies_offline() -> None:
    assert log_reading.head() is None
    leaves = some(3)
    assert log_reading.receipt(leaves[0]) is None, "it waits"
    assert sequencing.sequence() == 3
    assert sequencing.sequence() == 0
    for n, leaf in enumerate(leaves):
        leaf.refresh_from_db()
        receipt = log_reading.receipt(leaf)
        assert receipt is not None
        assert receipts.read(receipt.written()) == receipt
        assert receipts.wrong(receipt, trust()) == []
        assert receipt.content == {"n": n, "rows": "甲"}
        assert b"\xe7\x94\xb2" not in receipt.entry, "an entry holds a digest of its content, not the content"


def test_a_leaf_exists_exactly_if_its_act_was_committed() -> None:
    with transaction.atomic():
        log.add("batch", "batch:1", {})
        transaction.set_rollback(True)
    assert sequencing.sequence() == 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_of_a_receipt_is_named(data: st.DataObject) -> None:
    if log_reading.head() is None:
        some(5)
        sequencing.sequence()
    receipt = log_reading.receipt(Leaf.objects.get(place=3))
    assert receipt is not None
    raw = bytearray(receipt.written())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = receipts.read(bytes(raw))
    except receipts.Broken:
        return
    if read != receipt:  # a flipped bit of white space may say the same
        assert receipts.wrong(read, trust())


def test_garbage_is_no_receipt() -> None:
    for raw in (
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b"[" * 9999,
        b'{"format": "quanxin-receipt/1"}',
        b"x" * (receipts.MOST + 1),
    ):
        with pytest.raises(receipts.Broken):
            receipts.read(raw)


def test_what_was_forgotten_is_proven_by_nothing_and_stays_in_the_log(client: Client) -> None:
    leaf = some(2)[0]
    sequencing.sequence()
    assert log.forget("batch:0") == 1
    leaf.refresh_from_db()
    assert (leaf.salt, leaf.content, leaf.place) == (None, None, 0)
    assert log_reading.receipt(leaf) is None
    assert monitoring.follow(served(client), keys()).new == 2


def test_it_is_followed_from_outside(client: Client) -> None:
    fetch, before = served(client), ""
    for count in (1, 255, 1, 300):
        some(count)
        sequencing.sequence()
        seen = monitoring.follow(fetch, keys(), before)
        assert seen.new == count
        before = seen.note
    assert client.get("/log/tile/0/000").status_code == 200
    assert client.get("/log/tile/0/000")["Cache-Control"].endswith("immutable")
    for address in (
        "tile/0/009",
        "tile/9/000",
        "tile/0/002.p/200",
        "tile/0/000.p/256",
        "tile/x/000",
        "tile/entries/002",
    ):
        assert fetch(address) is None, address


def test_a_log_with_another_past_is_named(client: Client) -> None:
    some(300)
    sequencing.sequence()
    fetch, known = served(client), keys()
    before = monitoring.follow(fetch, known).note
    some(10)
    sequencing.sequence()

    def changed(address: str, raw: bytes) -> Callable[[str], bytes | None]:
        return lambda asked: raw if asked == address else fetch(asked)

    tile = bytearray(fetch("tile/0/001.p/54") or b"")
    tile[1500] ^= 1
    full = bytearray(fetch("tile/1/000.p/1") or b"")
    full[9] ^= 1
    bundle = bytearray(fetch("tile/entries/001.p/54") or b"")
    bundle[9] ^= 1
    head = (fetch("checkpoint") or b"").replace(b"310", b"311")
    for broken, word in (
        (changed("tile/0/001.p/54", bytes(tile)), "tiles"),
        (changed("tile/1/000.p/1", bytes(full)), "tiles"),
        (changed("tile/entries/001.p/54", bytes(bundle)), "entries"),
        (changed("checkpoint", head), "signature"),
        (changed("checkpoint", b""), "signature"),
    ):
        with pytest.raises(monitoring.Fork, match=word):
            monitoring.follow(broken, known, before)
    old = bytearray(fetch("tile/0/000") or b"")
    old[40] ^= 1
    with pytest.raises(monitoring.Fork, match="entries"):
        monitoring.follow(changed("tile/0/000", bytes(old)), known)
    after = monitoring.follow(fetch, known, before).note
    with pytest.raises(monitoring.Fork, match="rolled-back"):
        monitoring.follow(changed("checkpoint", before.encode()), known, after)


def test_two_at_once_never_fork() -> None:
    some(600)
    wrong: list[BaseException] = []

    def place() -> None:
        try:
            sequencing.sequence()
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    together = [threading.Thread(target=place) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert wrong == []
    assert list(Leaf.objects.values_list("place", flat=True)) == list(range(600))
    assert list(Head.objects.values_list("size", flat=True)) == [600]


@pytest.mark.parametrize("at", ["INSERT INTO ledger_tile", 'INSERT INTO "ledger_head"', "COMMIT"])
def test_killed_in_between_nothing_is_lost_and_nothing_half(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    some(300)
    sequencing.sequence()
    some(40)

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if at in sql:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    if at == "COMMIT":
        monkeypatch.setattr(sequencing, "_sign", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(die):
        sequencing.sequence()
    monkeypatch.undo()
    assert Leaf.objects.filter(place=None).count() == 40
    assert sequencing.sequence() == 40
    head = log_reading.head()
    assert head is not None
    assert log_reading.tree(340).root() == bytes(head.root)


def test_the_database_keeps_what_was_placed() -> None:
    some(2)
    sequencing.sequence()
    for sql in (
        "UPDATE ledger_leaf SET place = 7 WHERE place = 1",
        "UPDATE ledger_leaf SET entry = 'x' WHERE place = 1",
        "UPDATE ledger_leaf SET content = '{\"n\": 3}' WHERE place = 1",
        "DELETE FROM ledger_leaf",
        "UPDATE ledger_tile SET hashes = 'x'",
        "DELETE FROM ledger_tile",
        "UPDATE ledger_head SET note = 'x'",
        "DELETE FROM ledger_head",
        "TRUNCATE ledger_head",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_heads_of_a_former_key_prove_as_ever() -> None:
    leaf = some(1)[0]
    sequencing.sequence()
    sealing.rotate(Actor("op:root", frozenset()))
    some(1)
    sequencing.sequence()
    assert Leaf.objects.filter(kind="administration").count() == 1, "that the key was changed"
    leaf.refresh_from_db()
    receipt = log_reading.receipt(leaf)
    assert receipt is not None
    assert receipts.wrong(receipt, trust()) == []
    assert receipts.wrong(receipt, trust(keys()[-1:])) == ["signature"]
    head = log_reading.head()
    assert head is not None
    assert checkpoints.opened(head.note.encode(), keys()[-1:])[0].size == 3
    assert json.loads(receipt.entry)["kind"] == "batch"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_of_anything_that_is_served_is_named(client: Client, data: st.DataObject) -> None:
    if log_reading.head() is None:
        some(300)
        sequencing.sequence()
    fetch, asked, known = served(client), dict[str, bytes](), keys()

    def noting(address: str) -> bytes | None:
        if (found := fetch(address)) is not None:
            asked[address] = found
        return found

    monitoring.follow(noting, known)
    address = data.draw(st.sampled_from(sorted(asked)))
    raw = bytearray(asked[address])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(monitoring.Fork, match=r"^(signature|tiles|entries)$"):
        monitoring.follow(lambda place: bytes(raw) if place == address else fetch(place), known)
