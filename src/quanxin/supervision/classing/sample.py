"""What classes make of the sample city: everyone's stand, and some are contested.

Invariant: it is done by what does it every night, and by the acts of a review; made once, it is not made again.
"""

from __future__ import annotations

from collections.abc import Callable

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.calendar import today
from quanxin.casework import engine
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.policy.supervision import Scheme
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.supervision.classing import standings
from quanxin.supervision.models import CreditClass, RiskClass

REVIEW = "class-review"
DECIDED = ("change", "keep", "")  # what became of each review; "": it waits


def class_city(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Let everyone's classes stand, and some be contested; return how many there are of each kind, and of reviews."""
    tell("分级分类")
    standings.refresh()
    if not Case.objects.filter(kind=REVIEW).exists():
        for standing, decided in zip(_worse(), DECIDED, strict=False):
            _review(standing, current_pack().on(today()).schemes[standing.scheme], decided)
    reviews = Case.objects.filter(kind=REVIEW).count()
    return {"credit": CreditClass.objects.count(), "risk": RiskClass.objects.count(), "reviews": reviews}


def _worse() -> list[CreditClass]:
    """Classes of credit that stand and are not the best of their scheme, one a firm."""
    schemes = current_pack().on(today()).schemes
    firms = Subject.objects.filter(type="enterprise", merged_into=None).values("pk")
    found = CreditClass.objects.filter(until=None, subject_id__in=firms).exclude(grounds=[]).order_by("pk")
    worse = {one.subject_id: one for one in found if schemes[one.scheme].places[one.level] > 0}
    return list(worse.values())[: len(DECIDED)]


def _review(standing: CreditClass, scheme: Scheme, decided: str) -> None:
    firm = Subject.objects.get(pk=standing.subject_id)
    form = {"scheme": standing.scheme}
    case = file(REVIEW, Filed(Party(Actor("样例企业经办人"), firm), Thing(), "样例：已经整改，请复核。", form=form))
    if not decided:
        return
    better = {place: level for level, place in scheme.places.items()}[scheme.places[standing.level] - 1]
    office = Actor("样例分级单位", [Assignment(Role.DECIDER, case.provider)])
    engine.perform(office, case.number, decided, {"level": better, "reason": "样例：已核对依据和整改情况。"})
