"""Verifiable credentials (W3C Data Model 2.0) with a proof of eddsa-jcs-2022: signed JSON that verifies offline.

Invariant: a proof covers every name and value of the credential and of the proof itself but its own value; what is read is read
strictly, and keys are those that the verifier brings, never those that a credential names alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from quanxin.proofs.jcs import NotCanonical, canonical
from quanxin.proofs.notes import holds

SUITE = "eddsa-jcs-2022"
CONTEXT = "https://www.w3.org/ns/credentials/v2"
_ED25519 = b"\xed\x01"  # the multicodec of an Ed25519 public key
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LONGEST = 200  # characters of a value in base 58: a signature has 88


class BadCredential(ValueError):
    """A credential whose proof cannot be read."""


def base58(raw: bytes) -> str:
    """Bytes in base 58 as Bitcoin writes it."""
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _ALPHABET[rest] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def unbase58(text: str) -> bytes:
    """The bytes of a text in base 58. Raises ``BadCredential`` for one that is none."""
    number = 0
    if len(text) > _LONGEST:
        raise BadCredential("longer than a key or a signature is")
    for figure in text:
        place = _ALPHABET.find(figure)
        if place < 0:
            raise BadCredential("not base 58")
        number = number * 58 + place
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(public: bytes) -> str:
    """An Ed25519 public key as a Multikey writes it (``z6Mk…``)."""
    return "z" + base58(_ED25519 + public)


def public_of(text: str) -> bytes:
    """The Ed25519 public key of a Multikey. Raises ``BadCredential`` for what is none."""
    raw = unbase58(text.removeprefix("z")) if text.startswith("z") else b""
    if raw[:2] != _ED25519 or len(raw) != 34:
        raise BadCredential("no Ed25519 Multikey")
    return raw[2:]


def hash_data(unsigned: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """What is signed: the hash of the proof's options and that of the credential, 64 bytes."""
    proof = hashlib.sha256(canonical(options)).digest()
    return proof + hashlib.sha256(canonical(unsigned)).digest()


def options_of(unsigned: Mapping[str, Any], method: str, created: str) -> dict[str, Any]:
    """The options of a proof that asserts a credential: by which key, and when."""
    told = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    return {"@context": unsigned["@context"], **told} if "@context" in unsigned else told


def signed(unsigned: Mapping[str, Any], method: str, created: str, sign: Callable[[bytes], bytes]) -> dict[str, Any]:
    """A credential with its proof; ``sign`` makes an Ed25519 signature of 64 bytes."""
    options = options_of(unsigned, method, created)
    return {**unsigned, "proof": {**options, "proofValue": "z" + base58(sign(hash_data(unsigned, options)))}}


def method_of(credential: Mapping[str, Any]) -> str:
    """By which key a credential says to be signed. Raises ``BadCredential`` where it has no proof of this suite."""
    proof = credential.get("proof")
    if not isinstance(proof, dict) or not isinstance(proof.get("verificationMethod"), str):
        raise BadCredential("no proof")
    if (proof.get("type"), proof.get("cryptosuite")) != ("DataIntegrityProof", SUITE):
        raise BadCredential(f"no proof of {SUITE}")
    return str(proof["verificationMethod"])


def proves(credential: Mapping[str, Any], public: bytes) -> bool:
    """Whether the proof of a credential is that of a key; never raises."""
    try:
        method_of(credential)
        proof = dict(credential["proof"])
        value = proof.pop("proofValue")
        if not isinstance(value, str) or not value.startswith("z"):
            return False
        if proof.get("proofPurpose") != "assertionMethod" or not _same_context(credential, proof):
            return False
        unsigned = {name: said for name, said in credential.items() if name != "proof"}
        return holds(public, unbase58(value[1:]), hash_data(unsigned, proof))
    except (BadCredential, NotCanonical, KeyError, TypeError):
        return False


def _same_context(credential: Mapping[str, Any], proof: Mapping[str, Any]) -> bool:
    """Whether the context of a credential begins with that of its proof, where the proof has one."""
    if "@context" not in proof:
        return True
    whole, told = (one if isinstance(one, list) else [one] for one in (credential.get("@context"), proof["@context"]))
    return bool(whole[: len(told)] == told)
