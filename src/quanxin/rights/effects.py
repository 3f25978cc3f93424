"""The effects of repair: whether it may be applied for at all, and what follows from false material.

Invariant: an application is judged by the regime of its day, which its case keeps.
"""

from __future__ import annotations

from quanxin.calendar import add_months, day_of
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.errors import RightsError
from quanxin.rights import repairs
from quanxin.rights.models import Bar


@effect("rights.open-window")
def open_window(performing: Performing, _given: Given) -> None:
    """Let an application in where the regime of the day opens a window for the record, with the materials that it asks for.

    Raises ``RightsError``, in words, where it does not, or where the commitment or the proof is missing.
    """
    record, fields = performing.record, performing.fields
    if record is None:
        raise RightsError("record-not-yours")
    (prospect,) = repairs.prospects([record], apart_from=performing.case)
    regime = repairs.expect_open(prospect)
    if not fields.get("committed"):
        raise RightsError("commitment-missing")
    material, asked = regime.material("proof"), bool(fields.get("ask_department"))
    if not performing.papers and not (asked and material is not None and material.fetchable):
        raise RightsError("proof-missing")
    performing.case.particulars |= repairs.kept(prospect.window, regime, list(performing.papers), asked)


@effect("rights.bar", harms=True)
def bar(performing: Performing, _given: Given) -> None:
    """Begin what the regime of the application says of false material: no commitment counts for so long."""
    case, day = performing.case, day_of(performing.at)
    regime = repairs.regime_of(day_of(case.filed_at))
    if regime is None or (rule := regime.false_material) is None:
        return
    months = rule.without_commitment_months
    Bar.objects.create(
        subject_id=case.subject_id, case=case, from_at=performing.at,
        published_until=add_months(day, rule.published_months),
        without_commitment_until=add_months(day, months) if months else None,
    )  # fmt: skip
