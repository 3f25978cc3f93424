"""Pairs of roles: what somebody reaches with two roles is what each reaches alone, put together, and nothing else.

Every pair of roles, each with its limits, is tried at everything whose answer depends on provider, district or
institution; the pages and commands stand beside it with accounts as they sign in.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

import pytest

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.models import AuditLine, User
from quanxin.accounts.people import actor_of, add_account
from quanxin.archive import access, viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.models import Record
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import Viewer
from quanxin.casework import case_view as looking
from quanxin.casework import inbox as staff
from quanxin.casework import queues
from quanxin.casework.notices import tell_role
from quanxin.casework.parties import at_counter
from quanxin.rights import consents
from quanxin.sharing.national_export import export
from quanxin.subjects.models import Subject
from tests.access.scene import FAR, MOMENT, NEAR, Scene, acting, browser, company
from tests.casework.acts import cases, shields
from tests.city import CODES
from tests.cli.test_access import ran
from tests.rights.life import PROVIDER

pytestmark = pytest.mark.django_db

Probe = Callable[[Actor, Scene], Iterable[Hashable]]
PROVIDERS = frozenset({PROVIDER, "taxation"})  # all that the assignments below name
LIMITED = (Role.WINDOW, Role.REVIEWER, Role.STEWARD, Role.CENTRE, Role.SUPERVISOR, Role.AUDITOR)
HELD: tuple[Assignment, ...] = (
    *(Assignment(role, district=place) for role in LIMITED for place in ("", NEAR, FAR)),
    *(Assignment(role, provider, place) for role in (Role.INTAKE, Role.DECIDER)
      for provider, place in (("", ""), (PROVIDER, ""), (PROVIDER, FAR), ("taxation", ""), ("taxation", NEAR))),
    Assignment(Role.BANK, organisation="sample-bank"), Assignment(Role.BANK, organisation="other-bank"),
    *(Assignment(role) for role in (Role.MODELLER, Role.APPROVER, Role.PERSONNEL, Role.ADMINISTRATOR)),
)  # fmt: skip


def _seen_by(make: Callable[[Actor], Viewer]) -> Probe:
    """Which subjects and records a viewer sees, without the rest of the page."""

    def probe(actor: Actor, scene: Scene) -> set[Hashable]:
        try:
            viewer = make(actor)
        except NotAllowed:
            return set()
        subjects = [s for s in (company(0), Subject.objects.get(natural=True)) if access.may_see_subject(viewer, s)]
        about = Record.objects.filter(subject_id__in=[s.pk for s in subjects])
        return {("record", r.id) for r in access.visible_records(viewer, about, dt.date(2026, 9, 1))} | {
            ("subject", s.pk) for s in subjects
        }

    return probe


def _if(allowed: bool, *things: Hashable) -> set[Hashable]:
    return set(things) if allowed else set()


PROBES: dict[str, Probe] = {
    "decide a case": lambda a, s: _if(cases.may_handle(a, s.objection), 1),
    "open a case": lambda a, s: _if(cases.may_see(a, s.objection), 1),
    "the queue": lambda a, s: cases.queue(a).values_list("pk", flat=True),
    "all cases": lambda a, s: queues.visible(a).values_list("pk", flat=True),
    "notices": lambda a, s: staff.notices_of(a).values_list("pk", flat=True),
    "shields": lambda a, s: shields.of_district(a).values_list("pk", flat=True),
    "take back for a provider": lambda a, s: _if(a.may(Role.INTAKE, PROVIDER), 1),
    "batches": lambda a, s: PROVIDERS if a.providers_of(Role.INTAKE) is None else a.providers_of(Role.INTAKE) or (),
    "consents": lambda a, s: _if(a.may(Role.BANK), *(
        consents.of_institution(a).values_list("pk", flat=True) if a.may(Role.BANK) else ())),
    "read as the centre": _seen_by(lambda a: viewers.centre(a, "核查")),
    "read a case": _seen_by(lambda a: viewers.handling(a, "办件")),
    "read own records": _seen_by(lambda a: viewers.department(a, "核对", Role.INTAKE)),
    "read as a decider": _seen_by(lambda a: viewers.department(a, "核对", Role.DECIDER)),
    "read for a purpose": _seen_by(lambda a: viewers.sharing(a, "supervision")),
    "supervise": _seen_by(lambda a: viewers.sharing(a, "supervision", "supervisor")),
    "audit": _seen_by(lambda a: viewers.auditor(a, "核查")),
}  # fmt: skip


def test_two_roles_reach_what_each_reaches_alone_and_no_more(scene: Scene) -> None:
    tell_role("decider", "escalation", once="pairs", at=MOMENT, provider=PROVIDER, case=scene.repair)
    alone = {
        (one, name): frozenset(probe(Actor("user:x", [one]), scene)) for one in HELD for name, probe in PROBES.items()
    }
    assert [name for name in PROBES if not any(alone[one, name] for one in HELD)] == [], "they reach nothing"
    wrong = []
    for first, second in itertools.combinations(HELD, 2):
        both = Actor("user:x", [first, second])
        for name, probe in PROBES.items():
            if {first.role, second.role} & _ROLES_OF.get(name, frozenset(Role)):
                found = frozenset(probe(both, scene))
                if found != alone[first, name] | alone[second, name]:
                    wrong.append((first, second, name))
    assert wrong == []


# The roles at all that a probe asks for, where it asks for few: with two others it reaches nothing, as each alone.
_ROLES_OF: dict[str, frozenset[Role]] = {
    "shields": frozenset({Role.REVIEWER}), "consents": frozenset({Role.BANK}), "audit": frozenset({Role.AUDITOR}),
    "take back for a provider": frozenset({Role.INTAKE}), "batches": frozenset({Role.INTAKE}),
    "read as the centre": frozenset({Role.CENTRE}), "read own records": frozenset({Role.INTAKE}),
    "read as a decider": frozenset({Role.DECIDER}), "read for a purpose": frozenset({Role.INTAKE, Role.DECIDER}),
    "supervise": frozenset({Role.SUPERVISOR}),
}  # fmt: skip


def test_one_assignment_must_reach_both_the_provider_and_the_district(scene: Scene) -> None:
    split = Actor("user:x", [Assignment(Role.DECIDER, PROVIDER, FAR), Assignment(Role.DECIDER, "taxation", NEAR)])
    assert not cases.may_handle(split, scene.repair)
    assert scene.repair not in cases.queue(split)
    whole = Actor("user:x", [*split.assignments, Assignment(Role.DECIDER, PROVIDER, NEAR)])
    assert cases.may_handle(whole, scene.repair)
    assert scene.repair in cases.queue(whole)


def test_one_role_in_two_districts_reaches_both_for_that_role_alone(scene: Scene) -> None:
    add_account(operator(), "two", password="七泉映月-Spring-72", role=Role.REVIEWER, district=NEAR)
    for role, district in ((Role.REVIEWER, FAR), (Role.CENTRE, FAR)):
        add_account(operator(), "two", password="", role=role, district=district)
    actor = acting("two")
    assert scene.shield in shields.of_district(actor)
    assert actor.may(Role.REVIEWER, region=FAR)
    with pytest.raises(NoSuchSubject):
        archive_of(scene.subject.pk, viewers.centre(actor, "核查"))


@pytest.mark.parametrize("other", [
    {"role": Role.CENTRE}, {"role": Role.AUDITOR}, {"role": Role.STEWARD}, {"role": Role.MODELLER},
    {"role": Role.INTAKE, "provider": "taxation"}, {"role": Role.WINDOW, "district": NEAR},
    {"role": Role.SUPERVISOR, "district": NEAR}, {"role": Role.DECIDER, "provider": "taxation"},
])  # fmt: skip
def test_no_further_role_lifts_the_district_of_the_reviewer_at_the_pages(scene: Scene, other: dict[str, str]) -> None:
    client = browser("both", Role.REVIEWER, district=FAR)
    add_account(operator(), "both", password="", **other)  # type: ignore[arg-type]
    assert scene.shield.named not in client.get("/desk/cases?kind=shield").content.decode()
    ruling = {"whose": CODES[0], "ruling": "（2026）鲁01破9号", "court": "济南中院"}
    assert client.post("/desk/begin/shield", ruling).status_code == 403
    assert client.post(f"/desk/cases/{scene.shield.number}/fail", {"reason": "试"}).status_code == 403
    said = {"reason": "试", "confirmed": "1"}
    assert client.post(f"/desk/cases/{scene.repair.number}/give-back", said).status_code == 403
    scene.shield.refresh_from_db()
    assert scene.shield.open


@pytest.mark.parametrize("other", [{"role": Role.REVIEWER}, {"role": Role.AUDITOR}, {"role": Role.DECIDER}])
def test_no_further_role_lifts_the_district_of_the_centre_or_the_window(scene: Scene, other: dict[str, str]) -> None:
    client = browser("both", Role.CENTRE, district=FAR)
    add_account(operator(), "both", password="", role=Role.WINDOW, district=FAR)
    add_account(operator(), "both", password="", **other)  # type: ignore[arg-type]
    address = f"/desk/subjects/{CODES[0]}/score"
    assert client.get(address).status_code == 403
    assert client.post(address, {"purpose": "核对招标资格"}).status_code == 403
    lines = AuditLine.objects.filter(act="scores.refused").order_by("id")
    assert [line.particulars["purpose"] for line in lines][-2:] == ["尚未说明查询目的", "核对招标资格"]
    assert client.post("/desk/window", {"code": CODES[0], "who": "人", "paper": "证"}).status_code == 422
    with pytest.raises(NotAllowed):
        at_counter(acting("both"), scene.subject, "来访人")


def test_a_narrow_role_narrows_no_other(scene: Scene) -> None:
    client = browser("both", Role.INTAKE, provider=PROVIDER)
    add_account(operator(), "both", password="", role=Role.SUPERVISOR, district=FAR)
    assert client.get(f"/desk/records/{scene.record.subject_id}/{scene.record.id}").status_code == 200
    page = client.get("/desk/reading").content.decode()
    assert 'value="department"' in page
    assert 'value="supervisor"' in page
    sent = {"purpose": "supervision", "code": CODES[0]}
    assert client.post("/desk/reading", sent | {"how": "department"}).status_code == 200
    assert client.post("/desk/reading", sent | {"how": "supervisor"}).status_code == 422
    assert (
        looking.viewer_of(
            Actor("user:x", [Assignment(Role.DECIDER, "taxation"), Assignment(Role.CENTRE)]), scene.objection
        ).kind
        == "centre"
    )


def test_no_further_role_lifts_a_district_on_the_command_line(scene: Scene, tmp_path: Path) -> None:
    add_account(operator(), "both", password="七泉映月-Spring-72", role=Role.CENTRE, district=FAR)
    add_account(operator(), "both", password="", role=Role.REVIEWER)
    words = ("archive", CODES[0], "--viewer", "centre", "--purpose", "核查")
    assert ran("both", *words)[0] == 1
    assert ran("both", "subject", CODES[0])[0] == 1
    shown = ran("both", "cases")[1]
    assert {row["provider"] for row in shown} <= {"centre"}
    period = {"first": dt.date(2026, 1, 1), "last": dt.date(2026, 12, 31)}
    for name, rows in (("both", 0), ("near", 2)):
        if name == "near":
            add_account(operator(), name, password="七泉映月-Spring-72", role=Role.CENTRE, district=NEAR)
        actor = actor_of(User.objects.get(username=name))
        made = export(actor, "administrative-penalty", tmp_path / f"{name}.xlsx", kind="xlsx", **period)  # type: ignore[arg-type]
        assert made.rows >= rows
        assert bool(made.rows) == bool(rows)
