"""What credit checks add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(
    key="checks",
    title=("信用核查", "Credit checks"),
    works={"check-list": "quanxin.checks.lists:LISTS"},
)
