"""The effects of repair and of shielding: what may be applied for, what follows from false material, what a ruling covers.

Invariant: an application is judged by the regime of its day, which its case keeps; a shield is about the records that
stood at its moment, each with its event.
"""

from __future__ import annotations

from collections.abc import Sequence

from quanxin.archive import restrictions
from quanxin.archive.models import Record, Restriction
from quanxin.calendar import add_months, day_of
from quanxin.casework.archive_effects import release
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.errors import RightsError
from quanxin.rights import repairs
from quanxin.rights.models import Bar
from quanxin.subjects.queries import cluster

Kind = Restriction.Kind


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
        subject_id=case.subject_id,
        case=case,
        from_at=performing.at,
        published_until=add_months(day, rule.published_months),
        without_commitment_until=add_months(day, months) if months else None,
    )


@effect("rights.shield", undo=release)
def shield(performing: Performing, given: Given) -> None:
    """Restrict in a way (``kind``) what the regime of the day covers of the subject's records and is in sight.

    Raises ``RightsError`` where there is nothing.
    """
    about = repairs.covered(cluster(performing.case.subject), repairs.regime_of(day_of(performing.at)))
    if not (found := list(about.exclude(restrictions.hidden()).order_by("id"))):
        raise RightsError("shield-nothing")
    _restrict(performing, found, Kind(str(given["kind"])))


@effect("rights.repair-shielded")
def repair_shielded(performing: Performing, _given: Given) -> None:
    """Repair for good what the case shields, by the articles of its day."""
    held = Restriction.objects.filter(case=performing.case.reference, kind=Kind.SHIELDED, ended_at=None)
    found = (restrictions.current(one) for one in held.order_by("id"))
    _restrict(performing, [record for record in found if record is not None], Kind.REPAIRED)


def _restrict(performing: Performing, records: Sequence[Record], kind: Restriction.Kind) -> None:
    case, basis = performing.case, performing.procedure.basis
    made = restrictions.restrict(performing.actor, records, kind, case=case.reference, basis=basis, at=performing.at)
    performing.events += [event.pk for event in made]
