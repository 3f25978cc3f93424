"""Whether each measure that is applied has its ground, its hearing and its end, for ``quanxin doctor`` and by night.

Invariant: looking changes nothing; what is found is named, case by case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.calendar import today
from quanxin.casework.models import Case
from quanxin.casework.procedures import procedure_of
from quanxin.measures.models import Application
from quanxin.measures.standing import stands_of
from quanxin.runtime.finding import Finding, ok, problem

State, Cause = Application.State, Application.Cause
OF_A_DAY = (Cause.EXPIRED, Cause.RULE)  # what comes with a day, and is looked at by night
NAMED = 10  # cases that a finding names


def groundless(day: dt.date | None = None) -> list[tuple[Application, str]]:
    """The applications that are not lifted though their ground fell, each with the cause; those that the day ended apart."""
    live = list(Application.objects.filter(lifted_at=None).select_related("case"))
    stands = stands_of(live, day)
    found = [(one, stands[one.pk]) for one in live]
    return [(one, s.cause) for one, s in found if s.state is State.LIFTED and s.cause not in OF_A_DAY]


def unheard() -> list[Case]:
    """The cases in which a measure was applied though the subject never stood where it could answer, and it restrains."""
    return [one.case for one in Application.objects.select_related("case") if not _heard(one.case)]


def _heard(case: Case) -> bool:
    procedure = procedure_of(case)
    answering = {state for act in procedure.acts if any(who.party for who in act.who) for state in act.from_}
    return not _restrains(case) or case.steps.filter(state__in=answering).exists()


def _restrains(case: Case) -> bool:
    return any(effect.name == "measures.apply" for act in procedure_of(case).acts for effect in act.effects)


def findings() -> Iterator[Finding]:
    """Whether applications end on their day."""
    late = Application.objects.filter(lifted_at=None, until__lt=today() - dt.timedelta(days=1))
    yield from _named(
        "measures",
        [one.case for one in late.select_related("case")],
        "已到期而没有解除的措施",
        "measures that outlived their term",
    )


def deep() -> Iterator[Finding]:
    """Whether each measure that is applied has a ground that stands, and was heard."""
    yield from _named(
        "measures-deep",
        [one.case for one, _ in groundless()],
        "依据已消失而没有解除的措施",
        "measures without their ground",
    )
    yield from _named("measures-deep", unheard(), "没有听取意见就实施的措施", "measures applied unheard")


def _named(check: str, cases: list[Case], zh: str, en: str) -> Iterator[Finding]:
    if not cases:
        yield ok(check, f"没有{zh}", f"no {en}")
        return
    numbers, more = "、".join(case.number for case in cases[:NAMED]), " …" * (len(cases) > NAMED)
    yield problem(
        check,
        (f"{zh} {len(cases)} 项：{numbers}{more}", f"{len(cases)} {en}: {numbers}{more}"),
        ("请确认 quanxin worker 正在运行，并查明原因", "See that quanxin worker runs, and find out why"),
    )
