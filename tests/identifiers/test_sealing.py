"""Sealing: what the ring's keys seal opens again, says nothing, and belongs where it was put."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import secrets

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from quanxin.identifiers.ring import BadRing, Key, Ring, State, new_key, new_ring
from quanxin.identifiers.sealing import (
    HEAD_BYTES,
    MARK,
    OVERHEAD,
    CannotUnseal,
    Sealer,
    head_of,
    indexing,
    key_of,
    text_head_of,
)
from tests.identifiers.written import right, wide

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
NUMBER = "379999198006150018"
RINGS = {name: new_ring(name, AT) for name in ("aes-256-gcm", "sm4-gcm")}
SEALERS = {name: Sealer(ring) for name, ring in RINGS.items()}
SEALER = SEALERS["aes-256-gcm"]
every_suite = pytest.mark.parametrize("sealer", SEALERS.values(), ids=SEALERS)


@every_suite
@given(text=st.text(), of=st.text(max_size=40))
def test_what_was_sealed_opens_to_the_same_text(sealer: Sealer, text: str, of: str) -> None:
    sealed = sealer.seal(text, of)
    assert sealer.unseal(sealed, of) == text
    assert len(sealed) == len(text.encode()) + OVERHEAD
    assert sealer.open_text(sealer.seal_text(text, of), of) == text


@every_suite
@given(number=right)
def test_a_sealed_number_does_not_show_and_differs_each_time(sealer: Sealer, number: str) -> None:
    first, second = sealer.seal(number, "x"), sealer.seal(number, "x")
    assert first != second
    assert number.encode() not in first + second


def test_a_sealed_number_comes_as_the_database_gives_it() -> None:
    assert SEALER.unseal(memoryview(SEALER.seal(NUMBER, "x")), "x") == NUMBER  # type: ignore[arg-type]


@every_suite
@given(at=st.integers(0, len(NUMBER) + OVERHEAD - 1), bit=st.integers(0, 7))
def test_a_sealed_number_with_one_bit_altered_does_not_open(sealer: Sealer, at: int, bit: int) -> None:
    sealed = bytearray(sealer.seal(NUMBER, "x"))
    sealed[at] ^= 1 << bit
    with pytest.raises(CannotUnseal):
        sealer.unseal(bytes(sealed), "x")


@pytest.mark.parametrize("length", [0, 1, HEAD_BYTES, OVERHEAD - 1, OVERHEAD, OVERHEAD + len(NUMBER) - 1])
def test_a_sealed_number_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(CannotUnseal):
        SEALER.unseal(SEALER.seal(NUMBER, "x")[:length], "x")


@given(data=st.binary(max_size=80))
def test_bytes_that_were_never_sealed_do_not_open(data: bytes) -> None:
    with pytest.raises(CannotUnseal):
        SEALER.unseal(data, "x")
    with pytest.raises(CannotUnseal):
        SEALER.open_text(MARK + base64.b64encode(data).decode(), "x")


@every_suite
def test_what_was_moved_to_where_it_does_not_belong_does_not_open(sealer: Sealer) -> None:
    with pytest.raises(CannotUnseal, match="not of what"):
        sealer.unseal(sealer.seal(NUMBER, "webhook:1:https://a/"), "webhook:2:https://a/")


def test_a_text_that_is_not_sealed_is_handed_back_as_it_is() -> None:
    assert SEALER.open_text("约三万", "held") == "约三万"


def test_what_is_sealed_names_its_algorithm_and_key_in_its_first_bytes() -> None:
    for ring in RINGS.values():
        sealed = Sealer(ring).seal(NUMBER, "x")
        assert sealed[:HEAD_BYTES] == head_of(ring.writer)
        assert key_of(sealed) == ring.writer.id
        assert Sealer(ring).seal_text(NUMBER, "x").startswith(text_head_of(ring.writer))
    assert {head_of(ring.writer)[1] for ring in RINGS.values()} == {1, 2}


def test_the_latest_active_key_seals_and_every_key_of_the_ring_opens() -> None:
    old = RINGS["aes-256-gcm"]
    new = old.with_key(new_key("sm4-gcm", AT))
    sealed = Sealer(old).seal(NUMBER, "x")
    assert Sealer(new).unseal(sealed, "x") == NUMBER
    assert key_of(Sealer(new).seal(NUMBER, "x")) == new.writer.id != old.writer.id
    retired = new.with_state(old.writer.id, State.RETIRED)
    assert Sealer(retired).unseal(sealed, "x") == NUMBER


def test_a_destroyed_key_opens_nothing_and_leaves_no_secret() -> None:
    old = RINGS["aes-256-gcm"]
    gone = old.with_key(new_key("aes-256-gcm", AT)).with_state(old.writer.id, State.DESTROYED)
    with pytest.raises(CannotUnseal, match=old.writer.id):
        Sealer(gone).unseal(Sealer(old).seal(NUMBER, "x"), "x")
    assert old.writer.secret.hex() not in gone.to_json()


def test_an_unknown_key_makes_the_ring_be_read_again_before_it_is_given_up() -> None:
    old = RINGS["aes-256-gcm"]
    new = old.with_key(new_key("aes-256-gcm", AT))
    asked: list[Ring] = []

    def reread() -> Ring:
        asked.append(new)
        return new

    sealer = Sealer(old, reread)
    assert sealer.unseal(Sealer(new).seal(NUMBER, "x"), "x") == NUMBER
    assert sealer.unseal(Sealer(new).seal(NUMBER, "x"), "x") == NUMBER
    assert len(asked) == 1
    with pytest.raises(CannotUnseal, match="does not hold"):
        sealer.unseal(Sealer(new_ring("aes-256-gcm", AT)).seal(NUMBER, "x"), "x")


@every_suite
@given(number=right)
def test_a_number_has_one_blind_index_whichever_way_it_was_written(sealer: Sealer, number: str) -> None:
    index = sealer.blind_index(number)
    for written in (number.lower(), wide(number), f" {number[:6]}-{number[6:]} "):
        assert sealer.blind_index(written) == index


@given(first=right, second=right)
def test_two_numbers_have_two_blind_indexes(first: str, second: str) -> None:
    assert (SEALER.blind_index(first) == SEALER.blind_index(second)) == (first == second)


def test_a_blind_index_is_hmac_under_its_own_derived_key_so_that_stored_ones_stay_good() -> None:
    ring = RINGS["aes-256-gcm"]
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"quanxin blind index").derive(ring.indexer.secret)
    assert SEALER.blind_index(NUMBER) == hmac.new(derived, NUMBER.encode(), "sha256").hexdigest()
    assert indexing(ring.indexer)(NUMBER) == SEALER.blind_index(NUMBER)
    assert SEALERS["sm4-gcm"].blind_index(NUMBER) != SEALER.blind_index(NUMBER)


def test_nothing_is_looked_for_while_the_index_key_is_being_replaced() -> None:
    ring = RINGS["aes-256-gcm"]
    between = Ring(ring.keys, (*ring.index, new_key("hmac-sha256", AT, state=State.NEXT)))
    with pytest.raises(BadRing, match="rotation"):
        Sealer(between).blind_index(NUMBER)


@every_suite
def test_a_ring_is_the_same_after_it_was_written_and_read(sealer: Sealer) -> None:
    assert Ring.from_json(sealer.ring.to_json()) == sealer.ring


def test_a_ring_never_shows_its_secrets() -> None:
    ring = RINGS["aes-256-gcm"]
    assert ring.writer.secret.hex() not in repr(ring)
    assert repr(ring.writer.secret) not in repr(ring)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"form": 2, "keys": [], "index": []}', '{"form": 1, "keys": [], "index": []}'],
)
def test_what_is_no_ring_is_refused_in_words_without_being_repeated(text: str) -> None:
    with pytest.raises(BadRing) as refused:
        Ring.from_json(text)
    assert refused.value.zh
    assert refused.value.hint


def test_a_ring_with_a_short_secret_or_two_keys_of_one_id_is_refused() -> None:
    ring = RINGS["aes-256-gcm"]
    short = Key(secrets.token_hex(4), "aes-256-gcm", AT, State.ACTIVE, b"short")
    for bad in (ring.with_key(short), ring.with_key(ring.writer)):
        with pytest.raises(BadRing):
            Ring.from_json(bad.to_json())


def test_a_ring_without_an_active_key_seals_nothing() -> None:
    ring = RINGS["aes-256-gcm"]
    with pytest.raises(BadRing, match="active"):
        Sealer(ring.with_state(ring.writer.id, State.RETIRED)).seal(NUMBER, "x")
