"""Published vectors of draws, step by step: the chain, the key, the orders; the picks of RFC 3797 and the bits that it asks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from quanxin.draws import Chain, Label, Quota
from quanxin.draws.chain import follows
from quanxin.draws.frame import bits_needed
from quanxin.draws.ordering import key_of, lowest, order, orders, picked, picks
from quanxin.draws.randomness import text_of

FOLDER = Path(__file__).resolve().parents[2].parent / "shared/conformance/draws"


def vectors(name: str) -> Any:
    path = FOLDER / name
    if not path.exists():
        pytest.skip("the published vectors are not on this machine")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def vrs() -> Any:
    return vectors("vrs.json")


@pytest.fixture(scope="module")
def rfc() -> Any:
    return vectors("rfc3797.json")


def test_the_chain_ends_at_its_anchor_and_each_code_proves_itself(vrs: Any) -> None:
    chain = Chain(vrs["secret_utf8"].encode(), length=10)
    assert chain.anchor.hex() == vrs["commit_H10"]
    assert chain.code(1).hex() == vrs["reveal_H9"]
    assert follows(chain.code(1), chain.anchor)
    assert not follows(chain.code(2), chain.anchor)


def test_the_key_comes_from_the_raw_code_and_the_text_of_the_sources(vrs: Any) -> None:
    assert text_of([range(1, 7)] * 3) == vrs["randomness_utf8"]
    assert key_of(bytes.fromhex(vrs["reveal_H9"]), vrs["randomness_utf8"]).hex() == vrs["prk"]


def test_every_label_has_its_order_and_the_lowest_are_taken(vrs: Any) -> None:
    key, said = bytes.fromhex(vrs["prk"]), {one["label"].encode(): one["order"] for one in vrs["order"]}
    assert {label: order(key, label).hex() for label in said} == said
    assert [value.hex() for value in orders(key, said)] == list(said.values())
    assert lowest(key, sorted(said), 3, without={b"blue"}) == [b"lavenderblush", b"darkgoldenrod", b"mediumvioletred"]


def test_rfc_3797_hashes_divides_and_picks_as_its_example(rfc: Any) -> None:
    assert text_of([[9319], [2, 5, 8, 10, 12], [9, 18, 26, 34, 41, 45]]) == rfc["key"]
    chosen = picks(rfc["key"], rfc["pool"])
    for step in rfc["steps"]:
        count = step["i"].to_bytes(2, "big")
        made = hashlib.md5(count + rfc["key"].encode() + count, usedforsecurity=False).hexdigest()
        assert made.upper() == step["md5"]
        assert rfc["pool"] - step["i"] == step["div"]
        assert int(made, 16) % step["div"] == step["rem"]
        assert next(chosen) + 1 == step["picked"]
    numbered = [str(n).encode() for n in range(1, rfc["pool"] + 1)]
    assert [int(one) for one in picked(rfc["key"], numbered, 16)] == [step["picked"] for step in rfc["steps"]]
    assert picked(rfc["key"], numbered, 2, without={b"7"}) == [b"17", b"2"]


def test_the_bits_needed_are_those_of_the_rfc(rfc: Any) -> None:
    for size, bits in rfc["entropy_bits_to_pick_10_from"].items():
        needed = bits_needed({"A": int(size)}, [Quota("A", "0", floor=10)])
        assert round(needed) == bits or int(needed) + 1 == bits, size
    assert bits_needed({"A": 10**6}, [Quota("A", "0.05")]) == 128


def test_a_label_is_what_its_parts_say() -> None:
    label = Label("A", "91370100MA3TEST00X", "food-01")
    assert str(label) == "A|91370100MA3TEST00X|food-01"
    assert Label.read(str(label)) == label
