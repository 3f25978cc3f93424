"""The one form of what is committed to: exact, whatever database or reader it goes through, or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanxin.proofs.canonical import canonical

LARGEST = 2**53 - 1
EXACT = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(EXACT)
def test_what_has_a_form_keeps_it_through_any_reader(value: Any) -> None:
    raw = canonical(value)
    assert canonical(json.loads(raw)) == raw
    assert canonical(json.loads(json.dumps(value, indent=1))) == raw


@pytest.mark.parametrize(
    "value",
    [0.1, 1.0, {"a": [{"b": 1e3}]}, float("nan"), float("inf"), LARGEST + 1, -LARGEST - 1, 10**40, {1: "a"}, b"a", {"a"},
     "\ud800", {"\udfff": 1}],
)  # fmt: skip
def test_what_may_come_back_otherwise_has_none(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # half a pair says so in its own words
        canonical(value)


def test_what_is_nested_beyond_reason_has_none() -> None:
    value: Any = []
    for _ in range(5_000):
        value = [value]
    with pytest.raises(ValueError, match="deep"):
        canonical(value)


def test_keys_stand_in_the_order_of_rfc_8785() -> None:
    """Section 3.2.3: by UTF-16 code units, in which what lies beyond the first plane comes before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    raw = canonical(dict.fromkeys(keys, 0)).decode()
    assert list(json.loads(raw)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical({"a": '\u20ac$\u000f\nA\'B"\\\\"/'}) == b'{"a":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
