"""What checks make of the sample city: departments of it check by their items, and say what became of it.

Invariant: it is done by the acts by which everybody does it, in the names of sample offices; verdicts follow from the sample's
records and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.checks import using
from quanxin.checks.checking import check
from quanxin.checks.models import Check
from quanxin.policy.checks import CheckItem
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

EACH, LISTED, SHORT = 18, 6, 8  # subjects that an item checks; of them from its lists; checked one by one
REASON = "样例：本办件另有规定，不适用该措施。"


def check_some(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Check by every item that is not about persons, and use most of the results; how many there are of each verdict."""
    tell("信用核查")
    found: Counter[str] = Counter()
    for item in sorted(current_pack().on(today()).check_items.values(), key=lambda one: one.key):
        codes = [] if item.persons else _codes(item)
        office = Actor(f"system:sample-{item.department}", [Assignment(Role.INTAKE, item.department)])
        for n, some in enumerate([*([code] for code in codes[:SHORT]), codes[SHORT:]]):
            if some:
                case = {"words": f"样例：{item.title.zh}", "case_ref": f"样例-{item.key}-{n + 1}"}
                made = check(office, item.key, some, **case, source="one" if len(some) == 1 else "machine")
                found.update(made.counts)
                _use(office, made)
    return dict(found)


def _codes(item: CheckItem) -> list[str]:
    """Codes of subjects that an item is about: some from its lists, others as they stand in the register."""
    lists = current_pack().on(today()).lists
    resources = [lists[key].resource for key in item.lists if key in lists]
    on_lists = Record.objects.filter(resource__in=resources, superseded_at=None).values("subject_id")
    about = (
        Subject.objects.filter(type__in=item.targets, natural=False, merged_into=None).exclude(code="").order_by("id")
    )
    listed = about.filter(pk__in=on_lists).values_list("code", flat=True)[:LISTED]
    return list(dict.fromkeys([*listed, *about.values_list("code", flat=True)[:EACH]]))[:EACH]


def _use(office: Actor, made: Check) -> None:
    """Say what became of the results, but of every fourth."""
    for result in made.results.filter(verdict__in=using.USABLE).order_by("position"):
        if (made.pk + result.position) % 4 == 0:
            continue
        measures = sorted(using.measures_of(result))
        if measures and result.position % 3:
            using.use(office, made.number, result.position, "restricted", measure=measures[0])
        elif measures:
            using.use(office, made.number, result.position, "ignored", reason=REASON)
        else:
            using.use(office, made.number, result.position, "passed")
