"""The draws in whose frame one stood: under which label, and how to find it in the published file.

Invariant: a subject is shown its own labels and nobody else's; whether it was drawn is not told here, but by the inspection.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.calendar import day_of
from quanxin.casework.notices import authority
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.casework.words import state_told
from quanxin.draws.files import FRAME
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.supervision.drawing import chains, folder, population
from quanxin.supervision.inspecting.published import title_of
from quanxin.supervision.models import Draw

LATEST = 20  # draws that are looked through


class Stood(NamedTuple):
    """A label of one's own in the frame of a draw; ``own`` is what it was made of with ``salt``, "" where it is open."""

    draw: Draw
    label: str
    own: str
    salt: str


@require_safe
@requires_scope(agents=False)
def draws(request: HttpRequest, me: Representation) -> HttpResponse:
    """The latest draws in whose frame the subject stood."""
    found = Draw.objects.exclude(committed_at=None).select_related("case", "plan_line__case", "chain")
    rows = [one for draw in found[:LATEST] for one in stood(draw, me.subject)]
    listing = Listing(
        key="frames",
        title=_("您在哪些抽取名单中"),
        quiet=True,
        rows=rows,
        empty=_("最近的抽取名单中没有您。"),
        columns=[
            Column(_("抽取"), lambda one: Cell(one.draw.case.number, _page(one)), Kind.LINK),
            Column(_("抽取机关"), lambda one: said(authority(one.draw.case.provider))),
            Column(_("检查事项"), lambda one: Cell(items=[title_of(key) for key in one.draw.plan_line.items])),
            Column(_("名单中的标签"), lambda one: Cell(one.label, notes=_made_of(one))),
            Column(_("状态"), lambda one: Cell(said(state_told(one.draw.case))), Kind.STATE),
        ],
    )
    return shown(request, me, "supervision/my_draws.html", {"listing": listing})


def stood(draw: Draw, subject: Subject) -> Iterator[Stood]:
    """The labels of a subject in the frame of a draw."""
    path, line = folder.of(draw) / FRAME, draw.plan_line
    if draw.chain is None or draw.frozen_at is None or not subject.code or not path.is_file():
        return
    kind, key = current_pack().object_kinds[line.objects_kind], chains.names_key(draw.chain)
    open_names = population.open_to_all(line, kind)
    owns = [own for _subject, own in population.held(kind, {subject.pk: subject.code}, day_of(draw.frozen_at))]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as frame:
        for own in owns:
            name = own if open_names else population.other_name(key, own)
            if (at := frame.find(f"|{name}|".encode())) >= 0:
                label = frame[frame.rfind(b"\n", 0, at) + 1 : frame.find(b"\n", at)].decode()
                salt = "" if open_names else population.salt_of(key, own).hex()
                yield Stood(draw, label, "" if open_names else own, salt)


def _page(one: Stood) -> str:
    return reverse("portal:inspection-draw", args=[one.draw.case.number])


def _made_of(one: Stood) -> list[str]:
    return [_("对象：%(own)s") % {"own": one.own}, _("盐：%(salt)s") % {"salt": one.salt}] if one.salt else []
