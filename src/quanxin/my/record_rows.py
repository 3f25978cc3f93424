"""Records as their subject sees them in a list and alone: what is known, what it bears, and what can be done about it.

Invariant: what a record says comes from the accessor; what can be done comes from the regime of today, in the words of
``rights.repairs``, and from nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from quanxin.archive.definitions import definition
from quanxin.archive.shapes import RecordView
from quanxin.casework import notices
from quanxin.casework.models import Case
from quanxin.engine.windows import Why
from quanxin.policy.model import Text
from quanxin.rights.repairs import Prospect


@dataclass(frozen=True, slots=True)
class Row:
    """A record that the regime covers, with its prospect, as the overview lists it."""

    prospect: Prospect
    title: Text
    number: str
    authority: Text

    @property
    def open(self) -> bool:
        return self.prospect.open

    @property
    def early(self) -> bool:
        """Whether nothing but the day is missing."""
        found = self.prospect
        return found.window.why is Why.TOO_EARLY and not (found.repaired or found.case)

    @property
    def address(self) -> str:
        """How addresses name the record."""
        return f"{self.prospect.record.subject_id}-{self.prospect.record.id}"

    @property
    def from_day(self) -> dt.date | None:
        return self.prospect.window.repairable_from

    @property
    def until(self) -> dt.date | None:
        return self.prospect.window.public_until


def rows_of(found: Sequence[Prospect]) -> list[Row]:
    """Prospects with what their records are called."""
    return [
        Row(
            p,
            definition(p.record.batch_id).title,
            notices.of_record(p.record)["document_number"],
            notices.authority(p.record.provider),
        )
        for p in found
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """A record of the archive with its prospect, where the regime covers its resource, the open objection to it, and every
    case that was ever about it."""

    view: RecordView
    prospect: Prospect | None = None
    objection: Case | None = None
    cases: tuple[Case, ...] = ()

    @property
    def address(self) -> str:
        """How addresses name the record."""
        return f"{self.view.subject_id}-{self.view.id}"

    @property
    def early(self) -> bool:
        """Whether repair only has to wait for its day."""
        found = self.prospect
        return found is not None and found.window.why is Why.TOO_EARLY and not (found.repaired or found.case)

    @property
    def elsewhere(self) -> Text | None:
        """Where repair is applied for, if not here."""
        found = self.prospect
        if found is None or found.window.why is not Why.ELSEWHERE or found.window.coverage is None:
            return None
        return found.window.coverage.elsewhere
