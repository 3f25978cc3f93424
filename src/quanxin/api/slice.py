"""What the interface for machines adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice, Term

SLICE = Slice(
    key="api",
    title=("接口", "Interface"),
    routers=(
        "quanxin.api.catalogue:router",
        "quanxin.api.handing_in:router",
        "quanxin.api.submissions:router",
        "quanxin.api.changes:router",
        "quanxin.api.cases:router",
    ),
    terms=(Term("answers", "49 3 * * *", "quanxin.api.idempotency:forget", "api.forget-answers"),),
)
