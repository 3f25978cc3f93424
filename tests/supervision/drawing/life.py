"""A department that plans inspections and draws them: its plan, a draw as far as a test needs it."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.calendar import now, travel
from quanxin.casework import beginning, engine
from quanxin.casework.models import Case
from quanxin.subjects.models import Identifier, Subject
from quanxin.supervision.models import Draw, PlanLine
from quanxin.supervision.planning import library
from tests.city import AUTHORITY, register
from tests.rights.life import morning

PROVIDER, SECRET = "market-regulation", b"\7" * 32
CLERK, OTHER = (Actor(f"user:{n}", [Assignment(Role.DECIDER, PROVIDER)]) for n in ("clerk", "other"))
CENTRE = Actor("user:centre", [Assignment(Role.REVIEWER)])
LEADER = Actor("user:leader", [Assignment(Role.SUPERVISOR)])
MARCH = dt.date(2026, 3, 2)
LINE = {"items": "product-quality", "shares": "none=0.5/1", "from_month": "3", "to_month": "11"}
SOURCES = {"source": "ssq", "drawn_on": "2026-03-03", "other_source": "dlt", "other_on": "2026-03-04"}
NUMBERS = [("ssq", "2026-03-03", "33 1 2 3 4 5 / 16"), ("dlt", "2026-03-04", "1 2 3 4 35 / 11 12")]


def department(folder: Path) -> None:
    """Companies, an authority in the register, and three inspectors with their cards."""
    with travel(morning(MARCH - dt.timedelta(days=1))):
        register(folder)
        organ = Subject.objects.create(
            type="organ", code=AUTHORITY, name="济南市市场监督管理局", region="370100", recorded_at=now()
        )
        Identifier.objects.create(
            subject=organ, kind="uscc", value=AUTHORITY, recorded_at=now(), batch="20260301-000001"
        )
    with travel(morning(MARCH)):
        for n in "123":
            card = {"card": f"SD-370100-{n}", "name": f"检查员{n}", "card_until": "2027-12-31"}
            library.enter(CLERK, PROVIDER, card)


def planned(**line: str) -> PlanLine:
    """The line of a plan that is published."""
    case = beginning.begin(CLERK, "inspection-plan", subject=AUTHORITY, form={"year": "2026"})
    engine.perform(CLERK, case.number, "add-line", LINE | line)
    for by, act in ((CLERK, "submit"), (LEADER, "approve"), (CLERK, "publish")):
        engine.perform(by, case.number, act)
    return PlanLine.objects.get(case=case)


def drafted(line: PlanLine, again: str = "") -> Case:
    form = {"line": str(line.pk), "again": again}
    return beginning.begin(CLERK, "inspection-draw", subject=AUTHORITY, form=form)


def committed(line: PlanLine, again: str = "", **sources: str) -> Case:
    case = drafted(line, again)
    engine.perform(CLERK, case.number, "freeze")
    digest = {"party": "信用中心", "digest": hashlib.sha256(SECRET).hexdigest()}
    engine.perform(CENTRE, case.number, "second-commit", digest)
    return engine.perform(CLERK, case.number, "commit", SOURCES | sources)


def drawn(case: Case) -> Draw:
    with travel(morning(dt.date(2026, 3, 5))):
        for source, on, numbers in NUMBERS:
            form = {"source": source, "drawn_on": on, "numbers": numbers}
            engine.perform(CLERK, case.number, "enter-randomness", form)
        engine.perform(OTHER, case.number, "confirm-randomness", {"compared": "1"})
        engine.perform(CENTRE, case.number, "reveal", {"secret": SECRET.hex()})
        engine.perform(CLERK, case.number, "draw")
    return Draw.objects.get(case=case)
