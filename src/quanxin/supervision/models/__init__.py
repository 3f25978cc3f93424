"""The tables of supervision, by what they are about."""

from quanxin.supervision.models.classes import CreditClass, RiskClass
from quanxin.supervision.models.draws import Chain, Draw, Selected
from quanxin.supervision.models.inspections import Inspection
from quanxin.supervision.models.plans import Inspector, PlanLine, Recusal

__all__ = [
    "Chain",
    "CreditClass",
    "Draw",
    "Inspection",
    "Inspector",
    "PlanLine",
    "Recusal",
    "RiskClass",
    "Selected",
]
