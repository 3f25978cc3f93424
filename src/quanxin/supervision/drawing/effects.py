"""The effects of a draw, act by act: what is done where, and what the case keeps of it.

Invariant: whoever acts holds the lock of the case; nothing that was fixed is fixed anew, and what was entered by one is confirmed
by another.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from quanxin.calendar import day_of
from quanxin.casework.effects import Given, Performing, effect
from quanxin.casework.models import Case
from quanxin.draws import Randomness
from quanxin.supervision.drawing import assigning, choosing, frames, making, randomness
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.models import Draw, Inspection
from quanxin.supervision.planning import published

SECOND, NUMBERS, REVEALED = "second", "randomness", "secret"  # where a case keeps what was said


@effect("supervision.draft-draw", choices=choosing.lines)
def draft_draw(performing: Performing, _given: Given) -> None:
    """Draft a draw of a line of the department's plan."""
    frames.draft(performing, str(performing.fields["line"]), str(performing.fields.get("again") or ""))


@effect("supervision.freeze")
def freeze(performing: Performing, _given: Given) -> None:
    """Freeze the frame."""
    draw = _of(performing.case)
    sizes = frames.freeze(draw, performing.at)
    performing.kept |= {"root": draw.root, "sizes": sizes}


@effect("supervision.second-commit", form="second_secret")
def second_commit(performing: Performing, _given: Given) -> None:
    """Keep the digest of another organisation's secret, once."""
    case, fields = performing.case, performing.fields
    if SECOND in case.particulars:
        raise DrawError("second-there")
    case.particulars[SECOND] = {"party": str(fields["party"]), "digest": str(fields["digest"])}


@effect("supervision.commit", choices=choosing.sources)
def commit(performing: Performing, _given: Given) -> None:
    """Publish what the draw will depend on."""
    draw, said, day = _of(performing.case), performing.fields, day_of(performing.at)
    asked = [
        (said["source"], said["drawn_on"], said.get("issue")),
        (said.get("other_source"), said.get("other_on"), said.get("other_issue")),
    ]
    sources = randomness.named(published.draw_rules(day), asked, day)
    making.commit(draw, sources, performing.case.particulars.get(SECOND), performing.at)
    performing.kept["commitment"] = draw.committed


@effect("supervision.enter-randomness", form="randomness", choices=choosing.named)
def enter_randomness(performing: Performing, _given: Given) -> None:
    """Keep what came of a source, until somebody else confirms it."""
    sources = making.commitment_of(_of(performing.case)).sources
    outcome = randomness.entered(sources, performing.fields, day_of(performing.at))
    found = performing.case.particulars.setdefault(NUMBERS, {})
    found[outcome.source] = randomness.kept(outcome, performing.actor.name)


@effect("supervision.confirm-randomness")
def confirm_randomness(performing: Performing, _given: Given) -> None:
    """Let the randomness stand that others have entered."""
    found = performing.case.particulars.get(NUMBERS, {})
    randomness.outcomes(making.commitment_of(_of(performing.case)).sources, found)
    if any(one["by"] == performing.actor.name for one in found.values()):
        raise DrawError("randomness-own")


@effect("supervision.reveal")
def reveal(performing: Performing, _given: Given) -> None:
    """Keep the second secret, where it is the one that was committed to."""
    case, secret = performing.case, str(performing.fields["secret"])
    digest = case.particulars.get(SECOND, {}).get("digest")
    if hashlib.sha256(bytes.fromhex(secret)).hexdigest() != digest:
        raise DrawError("second-differs")
    case.particulars[REVEALED] = secret


@effect("supervision.draw")
def draw(performing: Performing, _given: Given) -> None:
    """Make the draw."""
    case, one = performing.case, _of(performing.case)
    if SECOND in case.particulars and REVEALED not in case.particulars:
        raise DrawError("second-hidden")
    secret = case.particulars.get(REVEALED)
    sources = making.commitment_of(one).sources
    found = randomness.outcomes(sources, case.particulars.get(NUMBERS, {}))
    making.make(one, Randomness(found, bytes.fromhex(secret) if secret else None), performing.at)


@effect("supervision.substitute", choices=choosing.selected)
def substitute(performing: Performing, _given: Given) -> None:
    """Replace what cannot be inspected."""
    making.replace(_of(performing.case), str(performing.fields["label"]), str(performing.fields["cause"]))


@effect("supervision.assign-drawn")
def assign(performing: Performing, _given: Given) -> None:
    """Begin the inspections of what was drawn."""
    first, last = (dt.date.fromisoformat(str(performing.fields[key])) for key in ("from_day", "to_day"))
    performing.kept["visits"] = assigning.begin_all(performing.actor, _of(performing.case), (first, last))


@effect("supervision.expect-inspected")
def expect_inspected(performing: Performing, _given: Given) -> None:
    """Raise ``DrawError`` while an inspection has no result."""
    held = Inspection.objects.filter(selected__draw=_of(performing.case), done_on=None, case__open=True)
    if count := held.count():
        raise DrawError("inspections-open", count=count)


@effect("supervision.publish-draw")
def publish(performing: Performing, _given: Given) -> None:
    """Let everybody have all files of the draw."""
    one = _of(performing.case)
    one.published_at = performing.at
    one.save(update_fields=["published_at"])


@effect("supervision.void")
def void(performing: Performing, _given: Given) -> None:
    """Let the draw be void, and stay."""
    one = _of(performing.case)
    one.voided_at = performing.at
    one.save(update_fields=["voided_at"])


def _of(case: Case) -> Draw:
    found = Draw.objects.select_related("case", "plan_line__case", "chain", "after__case")
    return found.select_for_update(of=("self",)).get(case=case)
