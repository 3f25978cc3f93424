"""What evaluation adds to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Leaf, Link, Slice

SLICE = Slice(
    key="evaluation",
    title=("评价", "Evaluation"),
    links=(
        Link(page="desk:scores", title=_("主体得分"), place=50, roles=frozenset({Role.CENTRE})),
        Link(
            page="desk:models",
            title=_("评价模型"),
            place=51,
            roles=frozenset({Role.MODELLER, Role.APPROVER}),
            also=("/desk/studies/", "/desk/editions/"),
        ),
    ),
    pages={Face.DESK: "quanxin.evaluation.desk.urls:PAGES"},
    commands=("quanxin.evaluation.cli:register",),
    health={"evaluation": "quanxin.evaluation.health:findings"},
    deep={"evaluation-deep": "quanxin.evaluation.health:deep"},
    works={"study": "quanxin.evaluation.studies:STUDIES"},
    jobs=(Job("47 1 * * *", "quanxin.evaluation.incremental:by_night", "evaluation.by-night"),),
    handlers=("quanxin.evaluation.incremental:SCORES",),
    leaves={
        "evaluation.run": Leaf("run", says=("run", "edition", "scope", "subjects", "results")),
        "evaluation.approve": Leaf("edition", says=("edition",)),
        "evaluation.refuse": Leaf("edition", says=("edition",)),
    },
    demo={"evaluated": "quanxin.evaluation.sample:evaluate_city"},
)
