"""Published vectors of 统一社会信用代码: the valid are accepted, the grandfathered named as such, the invalid refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quanxin.identifiers import State, uscc

FILE = Path(__file__).resolve().parents[2].parent / "shared/conformance/uscc.json"
VECTORS = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
absent = pytest.mark.skipif(not VECTORS, reason="the published vectors are not on this machine")
REASONS = {"uscc-length", "uscc-charset", "uscc-check-digit", "uscc-placeholder"}


@absent
def test_every_valid_code_is_accepted() -> None:
    assert len(VECTORS["valid"]) > 0
    assert {code: uscc.check(code).state for code in VECTORS["valid"]} == dict.fromkeys(VECTORS["valid"], State.VALID)


@absent
def test_every_grandfathered_code_is_reported_as_such() -> None:
    for code in VECTORS["grandfathered"]:
        assert uscc.check(code).state is State.GRANDFATHERED, code
        assert uscc.check(code).code == "uscc-grandfathered"


@absent
def test_every_invalid_code_is_refused_for_the_right_reason() -> None:
    for code in VECTORS["invalid"]:
        status = uscc.check(code)
        assert status.state is State.INVALID, code
        assert status.code in REASONS
        if len(code) != 18:
            assert status.code == "uscc-length", code
        elif set(code) & set("IOZSV"):
            assert status.code == "uscc-charset", code
