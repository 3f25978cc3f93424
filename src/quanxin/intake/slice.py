"""What intake adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="intake",
    title=("归集", "Intake"),
    health={"drop-folder": "quanxin.intake.drop_health:findings"},
    deep={"lake-deep": "quanxin.intake.lake_health:deep"},
    routers=(
        "quanxin.intake.api.catalogue:router",
        "quanxin.intake.api.batches:router",
        "quanxin.intake.api.submissions:router",
    ),
    jobs=(
        Job("* * * * * 5/10", "quanxin.intake.submissions:take_over", "intake.take-over"),
        Job("* * * * * */5", "quanxin.intake.drop_scan:scan_as_job", "intake.scan-drop-folder"),
        Job("* * * * *", "quanxin.intake.pulls:pull_due", "intake.pull-due"),
        Job("37 2 * * *", "quanxin.intake.lake_upkeep:compact_by_night", "archive.compact"),
        Job("17 3 * * *", "quanxin.intake.submissions:tidy", "intake.tidy-inbox"),
    ),
)
