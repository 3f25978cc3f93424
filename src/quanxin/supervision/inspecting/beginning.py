"""Beginning inspections: of a subject, for items, by inspectors, in a window of days.

Invariant: whoever begins one, at the desk or by a draw, goes through the procedure's own act, which looks at everything that
an inspection must have; the same is begun once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.calendar import today
from quanxin.casework.departments import DEPARTMENT
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.subjects.models import Subject
from quanxin.supervision.inspecting.published import task_of
from quanxin.supervision.models import Inspection, Inspector, Selected

KIND = "inspection"
DRAWN = "随机抽查"


@act
def begin(
    actor: Actor,
    *,
    subject: Subject,
    provider: str,
    items: Collection[str],
    inspectors: Collection[Inspector],
    window: tuple[dt.date, dt.date],
    selected: Selected | None = None,
    partners: Collection[str] = (),
    mode: str = Inspection.Mode.ONSITE,
    reason: str = DRAWN,
) -> Case:
    """Begin an inspection by a department; a case check, which counts to no cap, where nothing was ``selected``. The same
    items of the same subject are inspected by it once at a time: begun again, the open case is returned.

    Raises ``InspectionError`` for what it may not be, ``NotAllowed`` as ``filing.file``.
    """
    form = {
        DEPARTMENT: provider,
        "task": task_of(items, today()),
        "items": " ".join(dict.fromkeys(items)),
        "inspectors": " ".join(dict.fromkeys(one.card for one in inspectors)),
        "from_day": window[0].isoformat(),
        "to_day": window[1].isoformat(),
        "mode": str(mode),
        "partners": " ".join(dict.fromkeys(partners)),
        "selected": str(selected.pk) if selected is not None else "",
    }
    party = Party(actor, subject, Case.Channel.WINDOW)
    return file(KIND, Filed(party, Thing(), reason, form=form))
