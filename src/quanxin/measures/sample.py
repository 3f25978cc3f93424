"""What measures make of the sample city: departments of it restrained and favoured for two years, and how that ended.

Invariant: it is done by the acts by which everybody does it, in the names of sample offices, each on a day on which its record
was there and its rule in force; what comes of it follows from the sample's records and nothing else. Where days were sealed
already nothing is dated back.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.archive.models import Record
from quanxin.calendar import ZONE, now, today, travel
from quanxin.casework import beginning, engine, procedures
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.ledger.models import Seal
from quanxin.measures import due, following
from quanxin.measures.in_bulk import put_consequences
from quanxin.measures.models import Application, Due
from quanxin.policy.procedure import Procedure
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.subjects.models import Subject

AGO = (640, 470, 330, 200, 90, 30)  # days before today on which departments proposed
EACH = {"sanction": 4, "incentive": 2}  # how many of a nature on such a day
FACTS = "样例：依据名单和记录提出。"
FORM = {"attendees": "样例负责人", "outcome": "样例：承诺改正。", "effect": "样例：按季度检查。", "reason": FACTS}
OWNER, WINDOW = Actor("样例企业经办人"), Actor("样例窗口人员", [Assignment(Role.WINDOW)])
HEARD = (("talk", 2), ("tell", 3))
# What becomes of a restraint: acts, each so many days after the one before; "" is the lapse of the time for an answer.
LIVES: tuple[tuple[tuple[str, int], ...], ...] = (
    (*HEARD, ("", 9), ("apply", 2), ("record-effect", 20), ("repair", 370)),
    (*HEARD, ("answer", 2), ("apply", 3), ("lift", 60)),
    (*HEARD, ("", 9), ("apply", 2), ("stay", 14), ("resume", 30), ("repair", 330)),
    (*HEARD, ("answer", 2), ("refuse", 4)),
    (("not-competent", 3),),
    (*HEARD, ("", 9), ("apply", 2), ("record-effect", 15), ("repair", 400)),
    (*HEARD, ("answer", 3), ("apply", 4), ("stay", 10)),
)
FAVOUR = (("record-effect", 30),)


def apply_some(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Let departments apply measures over two years, make the list of what could be applied; return how many cases of
    measures stand in which state. Made once, it is not made again."""
    tell("措施")
    if not Application.objects.exists():
        for turn, ago in enumerate((0,) if Seal.objects.exists() else AGO):
            _on(today() - dt.timedelta(days=ago), turn * EACH["sanction"])
        following.by_night()
    due.refresh()
    kinds = [procedure.key for nature in EACH if (procedure := _begins(nature)) is not None]
    return dict(Counter(Case.objects.filter(kind__in=kinds).order_by().values_list("state", flat=True)))


def _on(day: dt.date, turn: int) -> None:
    """What departments proposed on a day, and what became of it until today; restraints live from ``turn`` of ``LIVES`` on."""
    found = _following(day)
    for nature, most in EACH.items():
        for n, line in enumerate(islice(_could(found, day, nature), most)):
            _live(day, line, nature, LIVES[(turn + n) % len(LIVES)] if nature == "sanction" else FAVOUR)


def _following(day: dt.date) -> list[Due]:
    """What follows from records on a day, by the rules of it."""
    with workshop() as (con, workdir):
        put_consequences(con, day, now(), workdir)
        query = "SELECT measure, subject_id, id FROM consequences WHERE NOT suspended ORDER BY since DESC, id, measure"
        return [Due(measure=m, subject_id=s, record_id=r) for m, s, r in con.execute(query).fetchall()]


def _could(found: list[Due], day: dt.date, nature: str) -> Iterator[Due]:
    """What of it a department could apply, one line a subject that no measure was proposed for; no person's."""
    rules = {k: r for k, r in current_pack().on(day).measures.items() if r.nature == nature and r.enforcers}
    persons = set(Subject.objects.filter(natural=True).values_list("pk", flat=True))
    seen = persons | set(
        Case.objects.filter(kind=getattr(_begins(nature), "key", "")).values_list("subject_id", flat=True)
    )
    for line in found:
        if line.measure in rules and line.subject_id not in seen:
            seen.add(line.subject_id)
            yield line


def _live(day: dt.date, line: Due, nature: str, acts: tuple[tuple[str, int], ...]) -> None:
    """Propose what a line says on a day, and do the acts that follow, as far as they lie before today."""
    procedure, named = _begins(nature), due.references([line])
    if procedure is None or line.record_id not in named:
        return
    office = _office(current_pack().on(day).measures[line.measure].enforcers[0])
    try:
        with travel(_morning(day)):
            form = {"measure": line.measure, "facts": FACTS}
            case = beginning.begin(office, procedure.key, record=named[line.record_id], form=form)
        for key, after in acts:
            day += dt.timedelta(days=after)
            if day > today():
                break
            with travel(_morning(day)):
                _act(case, office, key)
    except Problem:  # what another stage of the sample has taken away since, or what a rule of that day does not allow
        pass
    finally:
        _end(Application.objects.filter(subject_id=line.subject_id, measure=line.measure, until__lt=today()))


def _end(over: QuerySet[Application]) -> None:
    """Lift what ran out before today in the night after its last day."""
    for one in over.filter(lifted_at=None).select_related("case"):
        night = (one.until or today()) + dt.timedelta(days=1)
        with travel(dt.datetime.combine(night, dt.time(0, 3), ZONE)), transaction.atomic():
            following.settle(Application.objects.filter(pk=one.pk))
            one.refresh_from_db()
            following.catch_up([one.case])


def _act(case: Case, office: Actor, key: str) -> None:
    subject = Subject.objects.get(pk=case.subject_id)
    if key == "":
        lapse = procedures.state_of(Case.objects.get(pk=case.pk)).clock
        engine.by_nobody(case.number, lapse.lapse if lapse is not None and lapse.lapse else key)
    elif key == "answer":
        engine.perform(Party(OWNER, subject), case.number, key, FORM)
    elif key == "repair":
        _repair(case, subject)
    else:
        engine.perform(office, case.number, key, FORM | {"held_on": today().isoformat()})


def _repair(case: Case, subject: Subject) -> None:
    """The record behind a measure is repaired: asked for by its subject, granted by its provider."""
    named = {"subject_id": case.subject_id, "resource": case.resource, "key_hash": case.key_hash}
    record = Record.objects.get(superseded_at=None, **named)
    form = {"committed": "1", "ask_department": "1"}
    asked = file("repair", Filed(Party(OWNER, subject), Thing(record), "", "", form))
    decider = _office(record.provider)
    engine.perform(WINDOW, asked.number, "forward")
    engine.perform(decider, asked.number, "accept")
    engine.perform(decider, asked.number, "grant", {"confirmed": "1", "reason": ""})


def _begins(nature: str) -> Procedure | None:
    """The procedure in force by which measures of a nature begin."""
    for procedure in procedures.in_force():
        if any(
            one.given.get("nature") == nature for one in procedure.files.effects if one.name.startswith("measures.")
        ):
            return procedure
    return None


def _morning(day: dt.date) -> dt.datetime:
    return min(dt.datetime.combine(day, dt.time(10), ZONE), now())


def _office(provider: str) -> Actor:
    title = current_pack().providers[provider].title.zh
    return Actor(f"样例{title}", [Assignment(Role.DECIDER, provider)])
