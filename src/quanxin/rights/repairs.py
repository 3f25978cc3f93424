"""Repair (信用修复): who may apply for what from when on. The way of an application is the pack's procedure.

Invariant: an application is judged by the regime of its day, which it keeps; nothing but the two materials is asked for,
and nothing is granted before the shortest publication has passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from quanxin.archive.display import show_date
from quanxin.archive.models import Record, Restriction
from quanxin.archive.windows import windows_of
from quanxin.calendar import today
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.engine.windows import WORDS, Why, Window
from quanxin.policy.model import Text
from quanxin.policy.rights import RepairRegime
from quanxin.rights.models import Bar
from quanxin.runtime.pack import current_pack

KIND = "repair"  # the procedure of applications


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a subject may expect of the repair of a record on a day: from when on, what is needed, and why not yet.

    ``case`` is the open or granted application, if there is one; ``barred_until`` the day until which no commitment of
    the subject counts.
    """

    record: Record
    window: Window
    case: Case | None
    repaired: bool
    barred_until: dt.date | None

    @property
    def open(self) -> bool:
        """Whether repair may be applied for on the day."""
        return self.window.repairable and not (self.case or self.repaired or self.barred_until)

    @property
    def why(self) -> Text | None:
        """Why it may not be applied for; None where it may."""
        if self.repaired:
            return Text(zh="已经修复", en="it is repaired")
        if self.case is not None:
            return Text(zh=f"正在办理（{self.case.number}）", en=f"an application is under way ({self.case.number})")
        if self.barred_until is not None:
            until = self.barred_until
            return Text(zh=f"{show_date(until)}前不适用承诺办理", en=f"no commitment counts until {until}")
        return None if self.window.why is None else WORDS[self.window.why]


def prospects(
    records: Sequence[Record], on: dt.date | None = None, *, apart_from: Case | None = None
) -> list[Prospect]:
    """The prospects of records on a day (today), in their order, with a few questions however many they are.

    ``apart_from`` is the application that is being made.
    """
    day = on or today()
    held = windows_of(records, day)
    open_cases = {
        (c.subject_id, c.resource, c.key_hash): c
        for c in Case.objects.filter(kind=KIND, open=True, subject_id__in={r.subject_id for r in records})
        if apart_from is None or c.pk != apart_from.pk
    }
    repaired = set(
        Restriction.objects.filter(
            kind=Restriction.Kind.REPAIRED, ended_at=None, subject_id__in={r.subject_id for r in records}
        ).values_list("subject_id", "resource", "key_hash")
    )
    barred = dict(
        Bar.objects.filter(
            subject_id__in={r.subject_id for r in records}, without_commitment_until__gte=day
        ).values_list("subject_id", "without_commitment_until")
    )
    keys = [(r.subject_id, r.resource, r.key_hash) for r in records]
    return [
        Prospect(r, held[r.id], open_cases.get(key), key in repaired, barred.get(r.subject_id))
        for r, key in zip(records, keys, strict=True)
    ]


def repairable(party: Party, on: dt.date | None = None) -> list[Prospect]:
    """The prospects of everything about a subject that its regime covers, in the order of their events."""
    found = covered(party.ids, regime_of(on or today()))
    return prospects(list(found.order_by("-event_date", "-id")), on)


def covered(subjects: Collection[int], regime: RepairRegime | None) -> QuerySet[Record]:
    """The records about subjects that a regime covers, each as it stands."""
    resources = {key for c in regime.covers for key in c.resources} if regime else set()
    return Record.objects.filter(subject_id__in=subjects, superseded_at=None, resource__in=resources)


def regime_of(day: dt.date) -> RepairRegime | None:
    """The regime for applications of a day; None before there was one."""
    return next(iter(current_pack().on(day).repair.values()), None)


def expect_open(prospect: Prospect) -> RepairRegime:
    """The regime of an application that may be made; raises ``RightsError`` otherwise."""
    found = prospect.window
    if prospect.repaired:
        raise RightsError("repair-nothing", why=Text(zh="已经修复", en="it is repaired"))
    if prospect.barred_until is not None:
        raise RightsError("repair-barred", until=show_date(prospect.barred_until))
    if found.why is Why.TOO_EARLY:
        raise RightsError("repair-too-early", from_day=show_date(found.repairable_from))
    if found.why is Why.ELSEWHERE and found.coverage is not None and found.coverage.elsewhere is not None:
        raise RightsError("repair-not-here", where=found.coverage.elsewhere)
    if found.why is not None:
        words = WORDS[found.why]
        raise RightsError("repair-nothing", why=words)
    if found.regime is None:
        raise RightsError("repair-no-regime")
    return found.regime


def kept(found: Window, regime: RepairRegime, proof: list[str], ask_department: bool) -> dict[str, Any]:
    """What the rules of the day said, kept with the case."""
    commitment = regime.material("commitment")
    text = commitment.text if commitment is not None else None
    return {
        "regime": regime.key,
        "pack": current_pack().edition,
        "ends": list(regime.ends),
        "repairable_from": found.repairable_from and found.repairable_from.isoformat(),
        "public_until": found.public_until and found.public_until.isoformat(),
        "tier": found.repair_tier.title.model_dump() if found.repair_tier else None,
        "basis": [b.model_dump(mode="json", exclude_none=True) for b in found.basis or regime.basis],
        "commitment": text.model_dump() if text else None,
        "proof": proof,
        "ask_department": ask_department,
    }
