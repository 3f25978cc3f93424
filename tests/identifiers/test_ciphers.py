"""The suites against what the standards publish: GB/T 32907, GB/T 32905, RFC 8998 and NIST's GCM."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3, Hash

from quanxin.identifiers import ciphers
from quanxin.identifiers.ciphers import AES, SM4, Altered, Suite, SuiteMissing, available, suite

needs_sm = pytest.mark.skipif(not available(SM4), reason="OpenSSL on this machine does not offer SM4-GCM and SM3")
KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
# RFC 8998, appendix A.1
IV = bytes.fromhex("00001234567800000000abcd")
AAD = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
PLAIN = b"".join(bytes([c]) * 8 for c in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
SEALED = bytes.fromhex(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    "83de3541e4c2b58177e065a9bf7b62ec"
)


@needs_sm
def test_sm4_encrypts_as_the_standard_says() -> None:
    made = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()  # noqa: S305  one block, as the standard prints it
    assert made.update(KEY) == bytes.fromhex("681edf34d206965e86b3e94f536e4246")


@needs_sm
def test_sm4_a_million_times_over_is_what_the_standard_says() -> None:
    made = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()  # noqa: S305
    block = KEY
    for _ in range(1_000_000):
        block = made.update(block)
    assert block == bytes.fromhex("595298c7c6fd271f0402f804c33d3f66")


@needs_sm
@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_digests_as_the_standard_says(text: bytes, digest: str) -> None:
    made = Hash(SM3())
    made.update(text)
    assert made.finalize().hex() == digest


@needs_sm
def test_sm4_gcm_seals_and_opens_as_rfc_8998_says() -> None:
    cipher = SM4.cipher(KEY)
    assert cipher.encrypt(IV, PLAIN, AAD) == SEALED
    assert cipher.decrypt(IV, SEALED, AAD) == PLAIN


@needs_sm
def test_hmac_sm3_is_built_from_sm3_as_rfc_2104_says() -> None:
    def sm3(data: bytes) -> bytes:
        made = Hash(SM3())
        made.update(data)
        return made.finalize()

    key = bytes(range(32))
    block = key.ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in block) + b"370102")
    assert SM4.digest(key, b"370102") == sm3(bytes(b ^ 0x5C for b in block) + inner)


def test_aes_gcm_seals_as_nist_says() -> None:
    # SP 800-38D, test case 16 of the GCM specification
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
        "b16aedf5aa0de657ba637b39"
    )
    sealed = AES.cipher(key).encrypt(bytes.fromhex("cafebabefacedbaddecaf888"), plain, AAD)
    assert sealed[:16].hex() == "522dc1f099567d07f47f37a32a84427d"
    assert sealed[-16:].hex() == "76fc6ece0f4e1768cddf8853bb2d551b"


@pytest.mark.parametrize("found", [AES, pytest.param(SM4, marks=needs_sm)], ids=["aes", "sm4"])
@pytest.mark.parametrize("at", [0, 20, -1])
def test_one_altered_byte_or_other_associated_data_is_seen(found: Suite, at: int) -> None:
    cipher = found.aead(bytes(32), b"test")
    sealed = bytearray(cipher.encrypt(IV, PLAIN, AAD))
    with pytest.raises(Altered):
        cipher.decrypt(IV, bytes(sealed), AAD + b"x")
    sealed[at] ^= 1
    with pytest.raises(Altered):
        cipher.decrypt(IV, bytes(sealed), AAD)


def test_a_suite_is_known_by_its_name_its_mac_and_for_short() -> None:
    assert suite("aes-256-gcm") is suite("hmac-sha256") is AES
    if available(SM4):
        assert suite("sm4-gcm") is suite("sm4") is suite("hmac-sm3") is SM4


def test_a_suite_that_does_not_exist_is_refused_in_words() -> None:
    with pytest.raises(SuiteMissing) as refused:
        suite("rot13")
    assert "aes-256-gcm" in refused.value.zh


def test_a_suite_that_this_machine_lacks_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lacking(SM3):
        def __init__(self) -> None:
            raise UnsupportedAlgorithm("as OpenSSL without SM3 has it")

    lacking = Suite(2, "sm4-gcm", "hmac-sm3", 16, SM4.cipher, Lacking)
    monkeypatch.setattr(ciphers, "SUITES", {"sm4-gcm": lacking})
    with pytest.raises(SuiteMissing) as refused:
        suite("sm4")
    assert "OpenSSL" in refused.value.zh
    assert "aes-256-gcm" in refused.value.hint
