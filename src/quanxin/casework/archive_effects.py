"""Effects on the record that a case is about.

Invariant: each goes through the archive's own acts, so that consumers hear of it and it counts from this moment on.
"""

from __future__ import annotations

from collections.abc import Sequence

from quanxin.archive import restrictions
from quanxin.archive.models import Restriction
from quanxin.calendar import day_of
from quanxin.casework import terms
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.errors import RightsError
from quanxin.policy.model import Basis, Text


def _basis(performing: Performing, given: Given) -> Sequence[Basis]:
    """The articles on which a restriction rests: those that the case kept, or those of a clock on its day."""
    if "clock" in given:
        return list(terms.clock_of(str(given["clock"]), day_of(performing.at)).basis)
    return [Basis.model_validate(article) for article in performing.case.particulars["basis"]]


def _release(performing: Performing, given: Given) -> None:
    kinds = [Restriction.Kind(str(given["kind"]))] if "kind" in given else list(Restriction.Kind)
    reason = performing.reason or performing.act.name
    case, at = performing.case, performing.at
    found = restrictions.release(performing.actor, case.reference, reason=reason, at=at, kinds=kinds)
    performing.events += [event.pk for event in found]


@effect("archive.restrict", undo=_release)
def restrict(performing: Performing, given: Given) -> None:
    """Restrict the record in a way (``kind``), on the articles of the case or of a ``clock``."""
    kind, case = Restriction.Kind(str(given["kind"])), performing.case
    if performing.record is None:
        if given.get("needed"):
            raise RightsError("repair-nothing", why=Text(zh="记录已撤回", en="it was withdrawn"))
        return
    basis = _basis(performing, given)
    found = restrictions.restrict(
        performing.actor, [performing.record], kind, case=case.reference, basis=basis, at=performing.at
    )
    if given.get("kept", True):
        performing.events += [event.pk for event in found]


@effect("archive.release")
def release(performing: Performing, given: Given) -> None:
    """End what the case restricted: the record stands again."""
    _release(performing, given)


@effect("archive.note-version")
def note_version(performing: Performing, given: Given) -> None:
    """Keep what became of the record since the case was filed: it ``is`` corrected, or withdrawn.

    Raises ``RightsError`` where that has not happened.
    """
    case, stands = performing.case, performing.record
    if not case.resource:
        return
    if given["is"] == "withdrawn":
        if stands is not None:
            raise RightsError("not-withdrawn")
        performing.kept["withdrawn"] = case.record_id
    elif stands is None or stands.version <= (case.version or 0):
        raise RightsError("not-corrected")
    else:
        performing.kept |= {"before": case.record_id, "after": stands.id}
