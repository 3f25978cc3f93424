"""A draw at the desk: what its case shows beside its steps, and a field that says at once whether numbers can be.

Invariant: whoever may open the case sees it, and of those who were drawn nobody their own; what is looked at here is read from
the files and tables that the acts wrote, and nothing is reckoned anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import today
from quanxin.casework import queues
from quanxin.casework.models import Case
from quanxin.casework.notices import authority
from quanxin.casework.procedures import state_of
from quanxin.draws import Commitment, Pool, Source
from quanxin.draws.files import SKIPS, SKIPS_HEADER
from quanxin.draws.inspecting import rows
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words, said
from quanxin.subjects.models import Subject
from quanxin.supervision.drawing import choosing, crews, folder, frames, leaves, randomness
from quanxin.supervision.drawing.effects import NUMBERS, REVEALED, SECOND
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.inspecting.published import title_of
from quanxin.supervision.models import Draw, Inspector, Selected
from quanxin.supervision.planning import published, told

MOST = 200  # rows of a list on the page of a case; all of them stand in the files


class Stratum(NamedTuple):
    """A stratum: its objects, the share of them, at least and at most so many, visits a year, to draw, drawn."""

    key: str
    size: int | None
    ratio: str
    floor: int
    ceiling: int | None
    cap: int | None
    wanted: int | None
    drawn: int


def panel(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
    """What the page of a draw's case shows."""
    found = Draw.objects.select_related("case", "plan_line__case", "chain", "after__case")
    draw = found.filter(case=case).first()
    if draw is None:
        return None
    made = choosing.commitment_of(case)
    context = {
        "draw": draw,
        "items": [title_of(key) for key in draw.plan_line.items],
        "partners": [said(authority(key)) for key in draw.plan_line.partners],
        "strata": _strata(draw, made),
        "out": _left_out(actor, draw),
        "made": made,
        "second": case.particulars.get(SECOND),
        "revealed": REVEALED in case.particulars,
        "sources": _sources(case, made),
        "changed": bool(draw.committed) and made is None,
        "leaves": leaves.of(draw),
        "pools": _pools(draw) if draw.committed_at is not None else [],
        "selected": _selected(actor, draw) if draw.drawn_at is not None else None,
    }
    return "supervision/_draw_panel.html", context


@require_POST
@requires_role(Role.DECIDER)
def check(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Whether what stands in the form of the randomness can be, in words; nothing is kept."""
    case = queues.visible(actor).filter(kind="inspection-draw", number=number[:40].replace("\0", "")).first()
    if case is None:
        raise missing(actor, f"case:{number[:24]}", "not a draw of this actor's")
    made, sent = choosing.commitment_of(case), {key: str(value)[:200] for key, value in request.POST.items()}
    context: dict[str, Any] = {}
    filled = sent.get("source") and parameters.day(sent.get("drawn_on")) and sent.get("numbers", "").strip()
    if made is not None and filled:
        try:
            context["outcome"] = randomness.entered(made.sources, sent, today())
        except DrawError as error:
            context["problem"] = in_words(error)
    return render(request, "supervision/_randomness_said.html", context)


def _strata(draw: Draw, made: Commitment | None) -> Listing:
    sizes, line = _sizes(draw, made), draw.plan_line
    taken = Counter(draw.selected.filter(withdrawn="").values_list("stratum", flat=True))
    quotas = {one.stratum: one for one in (made.quotas if made else _quotas(draw, sizes))}
    found = []
    for key in quotas or line.shares:
        size, quota = sizes.get(key), quotas.get(key)
        share = line.shares.get(key) or {"ratio": quota.ratio if quota else "0", "floor": 0, "ceiling": None}
        wanted = quota.of(size) if quota is not None and size is not None else None
        cap = quota.cap if quota is not None else None
        found.append(Stratum(key, size, share["ratio"], share["floor"], share["ceiling"], cap, wanted, taken[key]))
    day = today()
    return Listing(
        key="strata",
        title=_("分层"),
        said="" if sizes else _("名单冻结以后才有各层的数量。"),
        rows=found,
        columns=[
            Column(_("层"), lambda one: said(published.title_of_level(line.scheme, one.key, day))),
            Column(_("名单中的对象"), lambda one: one.size, Kind.COUNT),
            Column(_("抽查比例"), lambda one: told.percent(one.ratio)),
            Column(_("至少"), lambda one: one.floor or None, Kind.COUNT),
            Column(_("至多"), lambda one: one.ceiling, Kind.COUNT),
            Column(_("一年至多检查（次）"), lambda one: one.cap, Kind.COUNT),
            Column(_("应抽取"), lambda one: one.wanted, Kind.COUNT),
            Column(_("已抽中"), lambda one: one.drawn if draw.drawn_at else None, Kind.COUNT),
        ],
    )


def _sizes(draw: Draw, made: Commitment | None) -> Mapping[str, int]:
    if made is not None:
        return made.sizes
    kept = [step.particulars["sizes"] for step in draw.case.steps.all() if "sizes" in step.particulars]
    return dict(kept[-1]) if kept else {}


def _quotas(draw: Draw, sizes: Mapping[str, int]) -> tuple[Any, ...]:
    try:
        return frames.quotas_of(draw, sizes, today())
    except DrawError:  # the plan was changed since: the commitment will say so
        return ()


def _left_out(actor: Actor, draw: Draw) -> Listing | None:
    """Who is not in the frame, and who was passed over, each with the reason."""
    if draw.frozen_at is None:
        return None
    found = [(why, int(subject), _("没有进入名单")) for why, subject in _lines(draw, folder.LEFT_OUT)]
    if draw.drawn_at is not None:
        skipped = [(label, why) for _turn, label, why in rows(folder.read(draw, SKIPS), SKIPS_HEADER)]
        whose = folder.subjects_of(draw, [label for label, _why in skipped])
        found += [(why, whose[label], _("抽取时跳过")) for label, why in skipped]
    own = own_subjects(actor)
    shown = [one for one in found if one[1] not in own]
    subjects = Subject.objects.in_bulk([one[1] for one in shown[:MOST]])
    reasons = {one.key: said(one.title) for one in published.draw_rules(today()).reasons}
    return Listing(
        key="left-out",
        title=_("不抽取的对象"),
        said=_more(len(shown)),
        rows=shown[:MOST],
        empty=_("没有不抽取的对象。"),
        columns=[
            Column(_("主体"), lambda one: _subject(subjects.get(one[1])), bare=True),
            Column(_("情形"), lambda one: one[2]),
            Column(_("理由"), lambda one: reasons.get(one[0], one[0])),
        ],
    )


def _lines(draw: Draw, name: str) -> list[tuple[str, str]]:
    try:
        text = folder.read(draw, name).decode()
    except FileNotFoundError:
        return []
    return [(one, other) for one, _comma, other in (line.rpartition(",") for line in text.splitlines())]


def _sources(case: Case, made: Commitment | None) -> list[dict[str, Any]]:
    """The sources that were named, with what was entered of each, by whom, and whether it was confirmed."""
    entered, day = case.particulars.get(NUMBERS, {}), today()
    confirmed = case.steps.filter(act="confirm-randomness").exists()
    return [
        {
            "source": one,
            "form": said(randomness.form_of(one)),
            "come": one.on <= day,
            "numbers": _numbers(one, entered.get(one.key)),
            "by": entered.get(one.key, {}).get("by", "").partition(":")[2],
            "confirmed": confirmed,
        }
        for one in (made.sources if made else ())
    ]


def _numbers(source: Source, kept: Mapping[str, Any] | None) -> str:
    if kept is None:
        return ""
    return str(kept["value"]) if source.beacon_bits else " / ".join(" ".join(map(str, one)) for one in kept["numbers"])


def _pools(draw: Draw) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Of each department that comes: how many inspectors, and who withdraws from how many objects."""
    found = []
    for provider in (draw.case.provider, *draw.plan_line.partners):
        pool = _pool(draw, "" if provider == draw.case.provider else provider)
        withdrawing = Counter(one.cert for one in pool.recusals)
        found.append((said(authority(provider)), len(pool.inspectors), sorted(withdrawing.items())))
    return found


def _pool(draw: Draw, provider: str) -> Pool:
    try:
        return crews.pool_of(draw, provider)
    except FileNotFoundError:
        return Pool()


def _selected(actor: Actor, draw: Draw) -> Listing:
    """What was drawn, by stratum and place: whose it is, who comes, what came of it."""
    found = draw.selected.exclude(subject_id__in=own_subjects(actor)).prefetch_related("inspections__case")
    shown = list(found[:MOST])
    subjects = Subject.objects.in_bulk([one.subject_id for one in shown])
    names = dict(
        Inspector.objects.filter(card__in={c for one in shown for c in one.inspectors}).values_list("card", "name")
    )
    causes = {one.key: said(one.title) for one in published.draw_rules(today()).reasons}
    return Listing(
        key="selected",
        title=_("抽取结果"),
        said=_more(found.count()),
        rows=shown,
        empty=_("没有抽中的对象。"),
        mark=lambda one: "late" if one.withdrawn else "",
        columns=[
            Column(_("层和位次"), lambda one: said(choosing.place_of(one))),
            Column(_("主体"), lambda one: _subject(subjects.get(one.subject_id)), bare=True),
            Column(
                _("检查人员"),
                lambda one: Cell(items=[f"{names.get(card, '')} {card}".strip() for card in one.inspectors]),
            ),
            Column(_("进展"), lambda one: _progress(one, causes)),
        ],
    )


def _progress(one: Selected, causes: Mapping[str, str]) -> Cell:
    if one.withdrawn:
        return Cell(_("已递补"), notes=[causes.get(one.withdrawn, one.withdrawn)])
    visit = next(iter(one.inspections.all()), None)
    if visit is None:
        return Cell(_("待派员"))
    return Cell(said(state_of(visit.case).title), reverse("desk:inspection", args=[visit.case.number]))


def _subject(found: Subject | None) -> Cell:
    return Cell(found.name, notes=[found.code or ""]) if found is not None else Cell("—")


def _more(count: int) -> str:
    return _("共 %(n)s 个，这里列出前 %(most)s 个。") % {"n": count, "most": MOST} if count > MOST else ""
