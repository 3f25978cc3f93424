"""What the interface for machines adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice, Term

SLICE = Slice(
    key="api",
    title=("接口", "Interface"),
    terms=(Term("answers", "49 3 * * *", "quanxin.api.idempotency:forget", "api.forget-answers"),),
)
