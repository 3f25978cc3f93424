"""Drafting a draw of a plan's line, and freezing the frame that it is made from.

Invariant: of a line one draw is under way at a time; one more says why, and names the one before it, and so does the draw of
another line that has an item of a void one. Until the inspections of a draw begin, none of its items is drawn by another line.
A general item is drawn of no more than its limit of the frame in a year, earlier draws counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from math import ceil
from typing import Any

from quanxin.calendar import day_of
from quanxin.casework import procedures
from quanxin.casework.effects import Performing
from quanxin.draws import Frame, Quota, Refused
from quanxin.draws.files import FRAME
from quanxin.policy.inspections import NO_CLASS
from quanxin.runtime import parameters
from quanxin.supervision.drawing import chains, folder, population
from quanxin.supervision.drawing.errors import DrawError, in_our_words
from quanxin.supervision.models import Draw, PlanLine, Selected
from quanxin.supervision.planning import caps, published
from quanxin.supervision.planning.lines import PLANNED

CLOSED = "closed"  # what the platform finds by itself: whoever is no more


def draft(performing: Performing, number: str, again: str) -> Draw:
    """Draft a draw of a line. Raises ``DrawError``."""
    case, year = performing.case, day_of(performing.at).year
    found = PlanLine.objects.select_for_update(of=("self",)).filter(pk=parameters.number(number) or 0, dropped_at=None)
    line = found.filter(
        case__kind="inspection-plan", case__state=PLANNED, case__provider=case.provider, case__named=str(year),
        case__subject_id=case.subject_id,
    ).first()  # fmt: skip
    if line is None:
        raise DrawError("line-unknown")
    before = previous(line)
    if before is not None and not again.strip():
        raise DrawError("again-missing", number=before.case.number, state=procedures.state_of(before.case).title)
    return Draw.objects.create(
        case=case,
        plan_line=line,
        after=before,
        again=again.strip() if before is not None else "",
        method=published.draw_rules(day_of(performing.at)).method,
        folder=case.number,
    )


def previous(line: PlanLine) -> Draw | None:
    """The draw that one more of a line follows: the latest of the line, or of another line with one of its items that was void
    or followed one. Raises ``DrawError`` where one is still to be made or to be inspected. Whoever files holds the authority's
    row, so that two of one item wait for each other."""
    own, items = line.case, set(line.items)
    year = Draw.objects.filter(
        plan_line__case__provider=own.provider,
        plan_line__case__named=own.named,
        plan_line__case__subject_id=own.subject_id,
    )
    before = None
    for one in year.select_related("case", "plan_line", "followed_by").order_by("pk"):
        same = one.plan_line_id == line.pk
        if not same and not items & set(one.plan_line.items):
            continue
        if one.case.open and same:
            raise DrawError("draw-open", number=one.case.number)
        if one.case.open and not one.selected.filter(inspections__isnull=False).exists():
            raise DrawError("item-being-drawn", number=one.case.number)
        if not hasattr(one, "followed_by") and (same or one.voided_at is not None or one.after_id is not None):
            before = one
    return before


def freeze(draw: Draw, at: dt.datetime) -> dict[str, int]:
    """Freeze the frame of a draw, write it down with who is left out, and return how many of each stratum it holds.

    Raises ``DrawError`` for an empty one and for one beyond a limit.
    """
    line, day = draw.plan_line, day_of(at)
    chain = chains.make(draw.case.provider, at)
    gone, objects = population.objects_of(line, day, at, chains.names_key(chain))
    if not objects:
        raise DrawError("frame-empty")
    try:
        frame = Frame.freeze(one.label for one in objects)
    except Refused as refused:
        raise in_our_words(refused) from refused
    quotas = quotas_of(draw, frame.sizes, day)
    _expect_within_limits(draw, frame, quotas, day)
    listed = sorted((str(one.label), one.subject) for one in objects)
    left_out = folder.objects((published.reason_of(CLOSED, day).key, one) for one in sorted(gone))
    folder.put(draw, {FRAME: frame.written(), folder.OBJECTS: folder.objects(listed), folder.LEFT_OUT: left_out})
    draw.chain, draw.root, draw.frozen_at = chain, frame.root.hex(), at
    draw.save(update_fields=["chain", "root", "frozen_at"])
    return dict(frame.sizes)


def frame_of(draw: Draw) -> Frame:
    """The frozen frame, as it lies on the disk. Raises ``DrawError`` where it is not the one that was frozen."""
    try:
        frame = Frame.read(folder.read(draw, FRAME))
    except (Refused, FileNotFoundError) as error:
        raise DrawError("frame-changed") from error
    if frame.root.hex() != draw.root:
        raise DrawError("frame-changed")
    return frame


def quotas_of(draw: Draw, sizes: Mapping[str, int], day: dt.date) -> tuple[Quota, ...]:
    """How many of each stratum of a frame, by their sizes, as the plan's line says.

    Raises ``DrawError`` where it says nothing of one.
    """
    line = draw.plan_line
    levels = published.levels_of(line.scheme, day)
    made = []
    for stratum in sizes:
        share: Mapping[str, Any] | None = line.shares.get(stratum)
        if share is None:
            raise DrawError("share-missing", level=stratum)
        visits = levels[stratum].visits if stratum in levels else None
        rules = [caps.allowed(None if stratum == NO_CLASS else stratum, draw.case.provider, day), visits]
        cap = min((one for one in rules if one is not None), default=None)
        made.append(Quota(stratum, share["ratio"], share["floor"], share["ceiling"], cap))
    return tuple(made)


def _expect_within_limits(draw: Draw, frame: Frame, quotas: tuple[Quota, ...], day: dt.date) -> None:
    """Raise ``DrawError`` where a general item would be drawn of more than its limit in the year."""
    line, wanted = draw.plan_line, sum(one.of(frame.sizes[one.stratum]) for one in quotas)
    for key in line.items:
        item = published.item(key, day)
        if item.limit is None:
            continue
        standing = Selected.objects.filter(draw__voided_at=None, draw__drawn_at__isnull=False, withdrawn="")
        before = standing.filter(
            draw__plan_line__items__contains=[key],
            draw__plan_line__case__named=line.case.named,
            draw__plan_line__case__provider=draw.case.provider,
        ).count()
        most = ceil(Decimal(item.limit) * len(frame.labels))
        if before + wanted > most:
            raise DrawError("limit-exceeded", item=item.title, limit=most, count=before + wanted)
