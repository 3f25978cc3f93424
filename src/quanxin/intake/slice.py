"""What intake adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Leaf, Link, Slice

DEPARTMENT = frozenset({Role.INTAKE})
JUDGING = frozenset({Role.STEWARD, Role.AUDITOR, Role.INTAKE, Role.DECIDER})
HANDING_OVER = frozenset({Role.STEWARD, Role.APPROVER, Role.AUDITOR})
STEWARD, QUALITY = frozenset({Role.STEWARD}), frozenset({Role.CENTRE, Role.INTAKE})
COMMANDS = ("batches", "forms", "lake", "quality", "ways_in", "unlinked", "ownership")

BATCH = Leaf(
    "batch",
    says=(
        "resource", "provider", "mode", "sha256", "received", "accepted", "updated", "duplicate", "quarantined", "unlinked",
        "rows_root",
    ),
)  # fmt: skip

SLICE = Slice(
    key="intake",
    title=("归集", "Intake"),
    health={"drop-folder": "quanxin.intake.drop_health:findings", "shared": "quanxin.intake.health:shared"},
    deep={"lake-deep": "quanxin.intake.lake_health:deep"},
    links=(
        Link(page="desk:upload", title=_("报送文件"), place=20, roles=DEPARTMENT),
        Link(page="desk:batches", title=_("批次与回执"), place=21, roles=DEPARTMENT),
        Link(page="desk:records", title=_("更正与撤销"), place=22, roles=DEPARTMENT),
        Link(page="desk:unlinked", title=_("待关联"), place=23, roles=STEWARD, also=("/desk/decisions",)),
        Link(page="desk:conflicts", title=_("归属冲突"), place=24, roles=JUDGING),
        Link(page="desk:handovers", title=_("记录移交"), place=25, roles=HANDING_OVER),
        Link(page="desk:quality", title=_("质量通报"), place=26, roles=QUALITY),
    ),
    pages={Face.DESK: "quanxin.intake.desk.urls:PAGES"},
    commands=tuple(f"quanxin.intake.cli.{name}:register" for name in COMMANDS),
    routers=(
        "quanxin.intake.api.catalogue:router",
        "quanxin.intake.api.batches:router",
        "quanxin.intake.api.submissions:router",
    ),
    leaves={
        "intake.commit": BATCH,
        "intake.move-held": BATCH,
        "intake.enter": Leaf("record", says=("batch",)),
        "intake.withdraw": Leaf("withdrawal", says=("ended",)),
        "intake.take-back": Leaf("withdrawal", says=("records", "restored", "held")),
    },
    works={"submission": "quanxin.intake.submissions:SUBMISSIONS"},
    jobs=(
        Job("* * * * * */5", "quanxin.intake.drop_scan:scan_as_job", "intake.scan-drop-folder"),
        Job("* * * * *", "quanxin.intake.pulls:pull_due", "intake.pull-due"),
        Job("37 2 * * *", "quanxin.intake.lake_upkeep:compact_by_night", "archive.compact"),
        Job("17 3 * * *", "quanxin.intake.submissions:tidy", "intake.tidy-inbox"),
    ),
)
