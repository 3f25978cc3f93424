"""What long work adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice, Term

SLICE = Slice(
    key="work",
    title=("长时处理", "Long work"),
    jobs=(Job("* * * * * 5/10", "quanxin.work.engine:take_over_every_kind", "work.take-over"),),
    terms=(Term("work-results", "27 3 * * *", "quanxin.work.retention:remove_of_every_kind", "work.remove-over"),),
)
