"""Deleting an honour at its holder's wish (荣誉信息).

Invariant: only what is to a subject's credit goes by its wish alone; nobody who reads records sees it afterwards, and its
holder sees that it was deleted.
"""

from __future__ import annotations

from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive import restrictions
from quanxin.archive.definitions import definition
from quanxin.archive.models import Event, Record, Restriction
from quanxin.calendar import now, today
from quanxin.casework.errors import RightsError
from quanxin.casework.parties import Party
from quanxin.policy.model import Basis
from quanxin.runtime.pack import current_pack

CLOCK = "honour-deletion"


@act
def delete(party: Party, record: Record) -> list[Event]:
    """Delete an honour of the party's subject: at once, so that the term that the law gives is kept.

    Deleted twice, nothing more happens. Raises ``RightsError`` for a record that is not to the subject's credit.
    """
    if definition(record.batch_id).nature != "positive":
        raise RightsError("not-an-honour")
    clock = current_pack().on(today()).clocks[CLOCK]
    basis: list[Basis] = list(clock.basis)
    reference = f"honour:{record.subject_id}-{record.id}"
    events = restrictions.restrict(
        party.actor, [record], Restriction.Kind.DELETED, case=reference, basis=basis, at=now()
    )
    if events:
        audit(party.actor, "rights.delete-honour", reference, on_behalf=party.on_behalf)
    return events
