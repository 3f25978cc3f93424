"""Identity numbers at rest."""

from __future__ import annotations

import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from quanxin.identifiers.sealing import KEY_BYTES, CannotUnseal, Sealer
from tests.identifiers.written import persons, wide

SEALER = Sealer(bytes(range(KEY_BYTES)))
OTHER = Sealer(bytes(range(1, KEY_BYTES + 1)))
NUMBER = "11010519491231002X"


@given(st.text())
def test_what_was_sealed_opens_to_the_same_text(text: str) -> None:
    sealed = SEALER.seal(text)
    assert SEALER.unseal(sealed) == text
    assert len(sealed) == len(text.encode()) + 29


@given(persons)
def test_a_sealed_number_does_not_show_and_differs_each_time(number: str) -> None:
    first, second = SEALER.seal(number), SEALER.seal(number)
    assert first != second
    assert number.encode() not in first


def test_a_database_may_hand_the_bytes_back_as_a_view_of_memory() -> None:
    assert SEALER.unseal(memoryview(SEALER.seal(NUMBER))) == NUMBER  # type: ignore[arg-type]


@given(st.integers(0, 46), st.integers(0, 7))
def test_a_sealed_number_with_one_bit_altered_does_not_open(at: int, bit: int) -> None:
    sealed = bytearray(SEALER.seal(NUMBER))
    sealed[at] ^= 1 << bit
    with pytest.raises(CannotUnseal):
        SEALER.unseal(bytes(sealed))


@given(st.integers(0, 46))
def test_a_sealed_number_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(CannotUnseal):
        SEALER.unseal(SEALER.seal(NUMBER)[:length])


@given(st.binary(max_size=80))
def test_bytes_that_were_never_sealed_do_not_open(data: bytes) -> None:
    with pytest.raises(CannotUnseal):
        SEALER.unseal(data)


def test_a_sealed_number_opens_with_no_other_key() -> None:
    with pytest.raises(CannotUnseal, match="another key"):
        OTHER.unseal(SEALER.seal(NUMBER))


@given(persons)
def test_a_number_has_one_blind_index_whichever_way_it_was_written(number: str) -> None:
    index = SEALER.blind_index(number)
    for written in (wide(number), number.lower(), f" {number[:6]}-{number[6:]} "):
        assert SEALER.blind_index(written) == index


@given(persons, persons)
def test_two_numbers_have_two_blind_indexes(first: str, second: str) -> None:
    assert (SEALER.blind_index(first) == SEALER.blind_index(second)) == (first == second)


def test_a_blind_index_is_sixty_four_hexadecimal_digits_that_another_key_does_not_give() -> None:
    index = SEALER.blind_index(NUMBER)
    assert len(bytes.fromhex(index)) == 32
    assert OTHER.blind_index(NUMBER) != index
    assert Sealer(bytes(range(KEY_BYTES))).blind_index(NUMBER) == index


def test_a_blind_index_is_hmac_under_its_own_derived_key_so_that_stored_ones_stay_good() -> None:
    master = bytes(range(KEY_BYTES))
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"quanxin identity blind index").derive(master)
    assert SEALER.blind_index(NUMBER) == hmac.new(key, NUMBER.encode(), "sha256").hexdigest()


@pytest.mark.parametrize("length", [0, 16, KEY_BYTES - 1])
def test_a_short_key_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Sealer(bytes(length))
