"""Two years of plans and draws of the sample city, and of the inspections that came of them.

Invariant: each act is done on its own working morning, by the acts and the offices whose it is, in the order of the procedures,
as far as its day has come; what randomness "announced" is made up of the draw's number. Made once, it is not made again; where
days were sealed already nothing is dated back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.calendar import ZONE, now, today, travel
from quanxin.casework import beginning, engine
from quanxin.casework.models import Case
from quanxin.ledger.models import Seal
from quanxin.policy.inspections import RandomSource
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.supervision.inspecting import sample as inspecting
from quanxin.supervision.models import Draw, Inspection, PlanLine
from quanxin.supervision.planning import published

PROVIDER, PARTNER, SCHEME = inspecting.PROVIDER, "fire-rescue", "market-risk"
CLERK, OTHER = (Actor(f"样例监管单位{n}", [Assignment(Role.DECIDER, PROVIDER)]) for n in "甲乙")
LEADER = Actor("样例监管统筹人员", [Assignment(Role.SUPERVISOR)])
CENTRE = Actor("样例信用中心复核员", [Assignment(Role.REVIEWER)])
MORNING = dt.time(10)
AGAIN = "样例：前一次的名单有误，已经更正。"
PLANNING = (((2, 10), "begin"), ((3, 10), "submit"), ((3, 16), "approve"), ((3, 23), "publish"))
Steps = Iterator[tuple[dt.date, Callable[[], object]]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of each year's plan, drawn from a day of the year on. ``void``: its first draw of this year was so; ``new``: it is
    drawn this year for the first time."""

    items: str
    day: tuple[int, int]
    partners: str = ""
    scheme: str = ""
    void: bool = False
    new: bool = False

    @property
    def shares(self) -> str:
        """A few of each stratum."""
        each = "0.01/0/1" if self.scheme else "0.03/0/2"
        return "; ".join(f"{level}={each}" for level in published.levels_of(self.scheme, today()))


LINES = (
    Line("registration-disclosure", (4, 22), void=True),
    Line("product-quality fire-safety", (6, 3), partners=PARTNER),
    Line("special-equipment", (9, 2), scheme=SCHEME, new=True),
)
UNDER_WAY = Line("drug-retail", (4, 1))  # drawn these days, where a plan of this year stands


def draw_some(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Plan and draw for two years; return how many draws stand in which state."""
    tell("年度计划和双随机抽取 / plans and draws")
    kinds = [key for key, kind in current_pack().subject_types.items() if kind.authority]
    organ = Subject.objects.filter(type__in=kinds, merged_into=None).exclude(code="").order_by("region", "pk").first()
    with transaction.atomic():  # nobody seals a day meanwhile
        if organ is not None and not Draw.objects.exists() and not Seal.objects.exists():
            inspecting.inspectors(PROVIDER), inspecting.inspectors(PARTNER, "F")
            for year in (today().year - 1, today().year):
                _play(_year(organ.code or "", year))
    return dict(sorted(Counter(Draw.objects.order_by().values_list("case__state", flat=True)).items()))


def _play(steps: Iterable[tuple[dt.date, Callable[[], object]]]) -> None:
    """Do each step on its morning, of a working day, until one whose day has not come."""
    for wanted, step in steps:
        if (day := inspecting.working(wanted)) > today():
            return
        with travel(min(dt.datetime.combine(day, MORNING, ZONE), now())):
            step()


def _year(code: str, year: int) -> Steps:
    plan: list[Case] = []
    for (month, day), act in PLANNING:
        on = dt.date(year, month, day)
        if act == "begin":
            yield on, lambda: plan.append(_planned(code, year))
        else:
            yield on, _act(LEADER if act == "approve" else CLERK, plan[0], act)
    lines = list(PlanLine.objects.filter(case=plan[0]).order_by("pk"))
    first = dt.date(year, *PLANNING[-1][0])
    for line, one in zip(LINES, lines, strict=False):
        begun, void = dt.date(year, *line.day), line.void and year == today().year
        if line.new and year < today().year:
            continue
        if void:
            _play(_course(one, code, begun - dt.timedelta(days=14), void=True))
        _play(_course(one, code, begun, again=AGAIN if void else ""))
    if (begun := current_pack().calendar.working_day_before(today(), 1)).year == year and begun > first:
        _play(_course(lines[-1], code, begun))
    yield dt.date(year + 1, 1, 8), _act(CLERK, plan[0], "end", reason="样例：按计划完成。")


def _planned(code: str, year: int) -> Case:
    case = beginning.begin(CLERK, "inspection-plan", subject=code, form={"year": f"{year}"})
    for line in (*LINES, UNDER_WAY):
        form = {
            "items": line.items, "scheme": line.scheme, "shares": line.shares, "partners": line.partners,
            "from_month": f"{line.day[0]}", "to_month": "12",
        }  # fmt: skip
        engine.perform(CLERK, case.number, "add-line", form)
    return case


def _course(line: PlanLine, code: str, day: dt.date, *, void: bool = False, again: str = "") -> Steps:
    """A draw from its frame to what followed, or to its being void."""
    made, day = list[Case](), inspecting.working(day)
    sources = _sources(day)
    yield day, lambda: made.append(_committed(line, code, sources, again))
    case, day = made[0], inspecting.working(max(on for _, on in sources) + dt.timedelta(days=1))
    yield day, lambda: _drawn(case, sources)
    if void:
        yield day + dt.timedelta(days=1), _act(CLERK, case, "void", reason="样例：名单里有已经迁出的对象，重新抽取。")
        return
    first, last = day + dt.timedelta(days=5), day + dt.timedelta(days=35)
    yield day + dt.timedelta(days=2), _act(CLERK, case, "assign", from_day=f"{first}", to_day=f"{last}")
    visits = Inspection.objects.filter(selected__draw__case=case).select_related("case").order_by("pk")
    for number, visit in enumerate(visits):
        day = first + dt.timedelta(days=3 * number)
        for after, step in inspecting.course(visit.case, visit.items, bad=(number + line.pk) % 3 == 0):
            yield (day := day + dt.timedelta(days=after)), step
    for after, act in ((1, "finish"), (9, "publish"), (12, "follow-up"), (6, "close")):
        day = max(day, first) + dt.timedelta(days=after)
        yield day, _act(CLERK, case, act, reason="样例：发现的问题已经责令改正并复查。")


def _act(actor: Actor, case: Case, key: str, **form: str) -> Callable[[], object]:
    return lambda: engine.perform(actor, case.number, key, form)


def _committed(line: PlanLine, code: str, sources: list[tuple[RandomSource, dt.date]], again: str) -> Case:
    case = beginning.begin(CLERK, "inspection-draw", subject=code, form={"line": f"{line.pk}", "again": again})
    engine.perform(CLERK, case.number, "freeze")
    digest = hashlib.sha256(_secret(case)).hexdigest()
    engine.perform(CENTRE, case.number, "second-commit", {"party": "样例信用中心", "digest": digest})
    form: dict[str, str] = {}
    for (source, on), (key, day) in zip(sources, (("source", "drawn_on"), ("other_source", "other_on")), strict=False):
        form |= {key: source.key, day: f"{on}"}
    return engine.perform(CLERK, case.number, "commit", form)


def _drawn(case: Case, sources: list[tuple[RandomSource, dt.date]]) -> None:
    for source, on in sources:
        form = {"source": source.key, "drawn_on": f"{on}", "numbers": _numbers(case, source)}
        engine.perform(CLERK, case.number, "enter-randomness", form)
    engine.perform(OTHER, case.number, "confirm-randomness", {"compared": "1"})
    engine.perform(CENTRE, case.number, "reveal", {"secret": _secret(case).hex()})
    engine.perform(CLERK, case.number, "draw")


def _sources(day: dt.date) -> list[tuple[RandomSource, dt.date]]:
    """Two sources, the one with the most bits among them, each with the first day on which it may be named."""
    rules = published.draw_rules(day)
    chosen = sorted(rules.sources, key=lambda one: -(one.bits or 0))[:2]
    first = day + dt.timedelta(days=rules.lead_days)
    week = [first + dt.timedelta(days=n) for n in range(7)]
    return [(one, next(on for on in week if not one.weekdays or on.isoweekday() in one.weekdays)) for one in chosen]


def _numbers(case: Case, source: RandomSource) -> str:
    dice = Random(f"{case.number} {source.key}")  # noqa: S311 made up for a sample, and the same each time
    if source.bits:
        return dice.randbytes(source.bits // 8).hex()
    balls = (sorted(dice.sample(range(1, one.of + 1), one.count)) for one in source.groups)
    return " / ".join(" ".join(f"{ball:02d}" for ball in group) for group in balls)


def _secret(case: Case) -> bytes:
    return hashlib.sha256(f"样例：{case.number} 的第二个秘密".encode()).digest()
