"""What supervision adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Leaf, Link, Slice

OVERSEEING = frozenset({Role.DECIDER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR})

SLICE = Slice(
    key="supervision",
    title=("分级分类监管", "Graded supervision"),
    links=(
        Link(page="desk:classes", title=_("分级分类"), place=13, roles=OVERSEEING),
        Link(page="desk:inspections", title=_("行政检查"), place=14, roles=OVERSEEING, also=("/desk/inspectors",)),
        Link(page="desk:field", title=_("检查任务"), place=5, roles=frozenset({Role.INSPECTOR})),
        Link(page="my:classes", title=_("分级分类"), place=103, shown=lambda me: me.may_archive and me.scorable),
        Link(page="my:inspections", title=_("检查"), place=106, shown=lambda me: not me.agency, also=("/my/draws",)),
        Link(page="portal:inspection-items", title=_("行政检查"), place=107, also=("/inspections/",)),
    ),
    demo={
        "classes": "quanxin.supervision.classing.sample:class_city",
        "drawn": "quanxin.supervision.drawing.sample:draw_some",
        "inspected": "quanxin.supervision.inspecting.sample:inspect",
    },
    pages={
        Face.DESK: "quanxin.supervision.urls:DESK",
        Face.MY: "quanxin.supervision.urls:MY",
        Face.PORTAL: "quanxin.supervision.urls:PORTAL",
    },
    routers=("quanxin.supervision.classing.api:router",),
    commands=("quanxin.supervision.classing.cli:register",),
    jobs=(Job("33 0 * * *", "quanxin.supervision.classing.standings:by_night", "supervision.classes"),),
    leaves={"supervision.classify": Leaf("classes", says=("changed", "edition", "standing"))},
    health={"classes": "quanxin.supervision.classing.health:findings"},
    deep={"classes-deep": "quanxin.supervision.classing.health:deep"},
    panels={
        "inspection-plan": "quanxin.supervision.planning.lines_desk:panel",
        "inspection-draw": "quanxin.supervision.drawing.desk:panel",
    },
    handlers=("quanxin.supervision.classing.standings:CLASSES",),
)
