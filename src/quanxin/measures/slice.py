"""What measures add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(
    key="measures",
    title=("激励与惩戒", "Measures"),
)
