"""What commitments add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(
    key="commitments",
    title=("信用承诺", "Commitments"),
)
