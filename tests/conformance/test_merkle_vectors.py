"""Published proofs of Merkle trees: those that hold are accepted, every other one is refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from quanxin.proofs import merkle

FOLDER = Path(__file__).resolve().parents[2].parent / "shared/conformance"
absent = pytest.mark.skipif(not FOLDER.exists(), reason="the published vectors are not on this machine")


def vectors(name: str) -> list[dict[str, Any]]:
    return list(json.loads((FOLDER / name).read_text(encoding="utf-8")))


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def proof(vector: dict[str, Any]) -> list[bytes]:
    return [raw(one) for one in vector["proof"] or ()]


@absent
def test_inclusion() -> None:
    for v in vectors("merkle-inclusion.json"):
        holds = merkle.included(raw(v["leafHash"]), v["leafIdx"], v["treeSize"], proof(v), raw(v["root"]))
        assert holds is not v["wantErr"], v["case"]


@absent
def test_consistency() -> None:
    for v in vectors("merkle-consistency.json"):
        holds = merkle.consistent(v["size1"], v["size2"], raw(v["root1"]), raw(v["root2"]), proof(v))
        assert holds is not v["wantErr"], v["case"]
