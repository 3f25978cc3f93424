"""Two years of lists of the sample city: proposed, told, heard and decided, left on a ground, served, or still waiting.

Invariant: each act is done on its own working morning, in the order of the procedure and by the office whose it is, so that
what the city shows of a case could have happened; played once, it is not played again. What comes of it was planned.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.calendar import ZONE, day_of, now, today, travel
from quanxin.casework import beginning, engine
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.ledger.models import Seal
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

ENTRY, COURT, REMOVAL, DEBTORS = "list-entry", "court-listing", "list-removal", "judgment-debtors"
OWNER = Actor("样例企业经办人")
FACTS, BASIS = "样例：经立案查实的严重失信行为。", "样例：依据名单的管理办法。"
REASON = "样例：事实清楚，已核对当事人的意见。"
MORNING = dt.time(9, 30)
# What answers a forthcoming decision: nothing, an answer, or the end of the time to answer.
HEARD, SILENT = "answer", "fall-silent"


@dataclass(frozen=True, slots=True)
class Course:
    """How a listing goes: on which list, begun how many days ago, by which acts (with the days between), and how long after
    the decision it is left on which ground (``kept``: the ground did not hold; ``open``: nobody has decided yet)."""

    list: str
    ago: int
    acts: tuple[tuple[str, int], ...] = ()
    left: tuple[str, int, str] | None = None


def _listed(how: str) -> tuple[tuple[str, int], ...]:
    return (("tell", 1), (how, 4 if how == HEARD else 12), ("enter", 8))


COURSES = (
    Course("statistics-severe", 705, _listed(HEARD)),  # a year: served since
    Course("housing-market-severe", 640, _listed(SILENT)),  # a year: served since
    Course("tax-severe", 610, _listed(SILENT), ("列入依据的决定已变更或撤销", 260, "remove")),
    Course(DEBTORS, 560, (), ("已履行义务", 330, "remove")),
    Course(DEBTORS, 480, (), ("法院裁定终结执行", 200, "remove")),
    Course("serious-violation", 420, _listed(HEARD)),
    Course("work-safety-severe", 390, _listed(HEARD), ("已履行义务", 300, "keep")),
    Course("wage-arrears", 300, (("tell", 1), (HEARD, 4), ("drop", 6))),
    Course("serious-violation", 240, _listed(SILENT)),
    Course("tax-severe", 180, _listed(HEARD)),
    Course(DEBTORS, 150),
    Course("wage-arrears", 90, _listed(HEARD), ("列入决定已撤销", 60, "")),
    Course("tax-severe", 20, (("tell", 1), (HEARD, 4))),
    Course("serious-violation", 5, (("tell", 1),)),
    Course("work-safety-severe", 1),
)


def planned() -> dict[str, int]:
    """How many cases of each procedure end, or wait, in which state."""
    ends = {"enter": "listed", "drop": "dropped", "tell": "told", HEARD: "answered", SILENT: "silent"}
    left, made = {"remove": "removed", "keep": "kept", "": "due"}, Counter[str]()
    for one in COURSES:
        stands = ends[one.acts[-1][0]] if one.acts else "proposed"
        made[f"{COURT}: listed" if one.list == DEBTORS else f"{ENTRY}: {stands}"] += 1
        if one.left is not None:
            made[f"{REMOVAL}: {left[one.left[2]]}"] += 1
    return dict(sorted(made.items()))


def list_some(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Play the courses, one a firm; return how many cases stand in which state, which is what was ``planned``."""
    tell("名单 / lists")
    with transaction.atomic():  # nobody seals a day meanwhile: a line of a day that is sealed would break its proof
        if not _cases().exists() and not Seal.objects.exists():
            for number, (course, firm) in enumerate(zip(COURSES, _firms(), strict=False), start=1):
                _play(course, firm, number)
    found = Counter(f"{kind}: {state}" for kind, state in _cases().values_list("kind", "state"))
    return dict(sorted(found.items()))


def _cases() -> QuerySet[Case]:
    return Case.objects.filter(kind__in=(ENTRY, COURT, REMOVAL))


def _firms() -> list[Subject]:
    """The firms that are listed: the last by their codes, so that no other part of the sample has them."""
    firms = Subject.objects.filter(type="enterprise", merged_into=None).exclude(code="").order_by("-code")
    return list(firms[: len(COURSES)])


def _play(course: Course, firm: Subject, number: int) -> None:
    moment = _morning(now() - dt.timedelta(days=course.ago))
    office = _office(course.list)
    with travel(moment):
        case = _begun(course, office, firm, number)
    for act, days in course.acts:
        moment = _morning(moment + dt.timedelta(days=days))
        with travel(moment):
            _act(case.number, act, office, firm, number)
    case.refresh_from_db()
    if course.left is not None:
        _leave(course, case, office, moment)


def _begun(course: Course, office: Actor, firm: Subject, number: int) -> Case:
    rules = current_pack()
    if course.list == DEBTORS:
        form = {
            "list": course.list, "document_number": f"（{now():%Y}）{rules.sample.court_mark}02执样例{number}号",
            "court": f"{rules.site.place.zh}样例人民法院", "decision_date": today().isoformat(),
            "duties": "样例：支付货款。", "performance": "全部未履行", "conduct": "样例：违反财产报告制度。",
        }  # fmt: skip
        return beginning.begin(office, COURT, subject=firm.code, form=form)
    form = {"list": course.list, "facts": FACTS, "legal_basis": BASIS}
    return beginning.begin(office, ENTRY, subject=firm.code, form=form)


def _act(number: str, act: str, office: Actor, firm: Subject, running: int) -> None:
    if act == SILENT:
        engine.by_nobody(number, act)
    elif act == HEARD:
        engine.perform(Party(OWNER, firm), number, act, {"reason": "样例：已经整改，请予考虑。"})
    else:
        decision = {
            "document_number": f"{current_pack().sample.document_mark}样列决〔{now():%Y}〕{running}号",
            "decision_date": today().isoformat(), "authority_name": office.name.removeprefix("样例"), "reason": REASON,
        }  # fmt: skip
        engine.perform(office, number, act, decision)


def _leave(course: Course, case: Case, office: Actor, decided: dt.datetime) -> None:
    """From the list on a ground, within two working mornings; or refused, or not decided yet."""
    ground, days, act = course.left or ("", 0, "")
    moment = _morning(decided + dt.timedelta(days=days)) if act else _morning(now())
    with travel(moment):
        removal = beginning.begin(
            office, REMOVAL, record=f"{case.subject_id}-{case.record_id}", form={"ground": ground, "document": "样例"}
        )
    if act:
        with travel(_morning(moment + dt.timedelta(days=1))):
            form = {"removed_on": today().isoformat(), "removal_reason": ground, "reason": REASON}
            engine.perform(office, removal.number, act, form)


def _morning(moment: dt.datetime) -> dt.datetime:
    """The morning of the first working day from a moment on; never later than it is now."""
    eve = day_of(moment) - dt.timedelta(days=1)
    day = current_pack().calendar.add_working_days(eve, 1).date
    return min(dt.datetime.combine(day, MORNING, ZONE), now())


def _office(of: str) -> Actor:
    rules = current_pack()
    provider = next(one for one in rules.lists if one.key == of).authority
    return Actor(f"样例{rules.providers[provider].title.zh}", [Assignment(Role.DECIDER, provider)])
