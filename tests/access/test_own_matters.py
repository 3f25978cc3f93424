"""Own matters: whoever stands for a subject handles and reads nothing about it as staff, by no role and no relation.

Each act is tried twice by the same person: unrelated, where it is not refused as an own matter, and related; then it is
refused in words, leaves its line, and has changed nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from quanxin.accounts import operator, own_matters
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.acts import act
from quanxin.accounts.agency import Scope, authorise
from quanxin.accounts.binding import Principal, bind, bind_person
from quanxin.accounts.models import AuditLine
from quanxin.accounts.own_matters import OwnMatter
from quanxin.accounts.people import add_account, add_organisation
from quanxin.archive import access, judgements, viewers
from quanxin.archive.models import Restriction, Withdrawal
from quanxin.archive.queries import archive_of
from quanxin.attachments.removal import remove
from quanxin.casework import case_view as looking
from quanxin.casework import inbox as staff
from quanxin.casework import queues
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.notices import tell_role
from quanxin.casework.parties import Party, at_counter
from quanxin.intake import conflicts, corrections, handovers, link_decisions, withdrawals
from quanxin.intake.models import Conflict, Handover, Held
from quanxin.intake.quality.sampling import compare
from quanxin.policy.model import Basis
from quanxin.rights import consents
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from tests.access.scene import MOMENT, Scene, acting, browser, company
from tests.accounts.people import ADULT, PASSWORD
from tests.casework.acts import cases, objections, repairs, shields
from tests.city import CODES
from tests.intake.test_link_decisions import courts, debtor
from tests.my.people import CLERK
from tests.rights.life import DECIDER, OWNER, PROVIDER, REVIEWER, WINDOW

pytestmark = pytest.mark.django_db

Do = Callable[[Actor, Scene], Any]
LAST = dt.date(2026, 12, 31)
STEWARD, BASIS = Actor("user:steward", [Role.STEWARD]), [Basis(title="机构改革方案", reference="〔2026〕1号")]


def objection(scene: Scene, *, until: str = "filed") -> Case:
    """A new objection of company 0's, as far as the step before the one that is tried."""
    case = objections.object_to(Party(OWNER, company(0)), "试", record=scene.record)
    if until != "filed":
        cases.forward(WINDOW, case.number)
    return case


def second_look(scene: Scene) -> Case:
    return objections.ask_second_look(Party(OWNER, company(0)), scene.objection.number, "请再看")


def claimed(scene: Scene) -> Case:
    return cases.claim(DECIDER, scene.repair.number)


def shielded(actor: Actor, scene: Scene) -> object:
    made = shields.shield(REVIEWER, company(0), ruling="（2026）鲁01破7号", court="济南中院")
    return shields.fail(actor, made.number, "执行失败")


def undone_link(actor: Actor, scene: Scene) -> object:
    made = link_decisions.link(STEWARD, unlinked(scene), company(0), reason="简称")
    return link_decisions.undo(actor, made.decision, reason="有误")


def conflict(scene: Scene, *, decided: bool = False) -> Conflict:
    made = Conflict.objects.create(
        resource=scene.record.resource,
        subject_id=scene.record.subject_id,
        key_hash=scene.record.key_hash,
        holder=PROVIDER,
        claimant="taxation",
        first_at=MOMENT,
        last_at=MOMENT,
    )
    return conflicts.decide(STEWARD, made.pk, moves=False, reason="原单位") if decided else made


def proposed(actor: Actor, scene: Scene) -> Handover:
    return handovers.propose(
        actor, PROVIDER, "taxation", [scene.record.resource], day=MOMENT.date(), basis=BASIS, reason="机构合并"
    )


def unlinked(scene: Scene) -> Held:
    return Held.objects.get(bucket="unlinked")


def read(make: Callable[[Actor], viewers.Viewer]) -> Do:
    return lambda actor, scene: archive_of(scene.subject.pk, make(actor))


ACTS: dict[str, tuple[Role, Do]] = {
    "claim": (Role.DECIDER, lambda a, s: cases.claim(a, objection(s, until="forwarded").number)),
    "take up": (Role.DECIDER, lambda a, s: objections.take_up(a, objection(s, until="forwarded").number)),
    "ask": (Role.DECIDER, lambda a, s: cases.ask(a, s.repair.number, "补充")),
    "grant": (Role.DECIDER, lambda a, s: repairs.grant(a, s.repair.number, performed=True)),
    "refuse": (Role.DECIDER, lambda a, s: repairs.refuse(a, s.repair.number, "未履行")),
    "extend": (Role.DECIDER, lambda a, s: repairs.extend(a, s.repair.number, "复杂")),
    "find false": (Role.REVIEWER, lambda a, s: repairs.find_false(a, s.repair.number, "虚假")),
    "give back another's": (Role.REVIEWER, lambda a, s: cases.give_back(a, claimed(s).number)),
    "second look": (Role.REVIEWER, lambda a, s: objections.second_look(a, second_look(s).number, "维持", returned=False)),
    "forward": (Role.WINDOW, lambda a, s: cases.forward(a, objection(s).number)),
    "counter": (Role.WINDOW, lambda a, s: at_counter(a, company(0), "来访人")),
    "shield": (Role.REVIEWER, lambda a, s: shields.shield(a, company(0), ruling="（2026）鲁01破8号", court="济南中院")),
    "end a shield": (Role.REVIEWER, shielded),
    "correct": (Role.DECIDER, lambda a, s: corrections.correct(a, PROVIDER, s.record, {"violation": "改"}, reason="误")),
    "withdraw": (Role.INTAKE, lambda a, s: withdrawals.withdraw(
        a, PROVIDER, [(s.record.subject_id, s.record.id)], kind=Withdrawal.Kind.MISTAKEN, reason="误")),
    "take back": (Role.INTAKE, lambda a, s: withdrawals.take_back(a, s.batch, reason="误")),
    "merge": (Role.STEWARD, lambda a, s: judgements.merge(a, company(1), company(0), reason="同一")),
    "split": (Role.STEWARD, lambda a, s: judgements.split(a, company(0), reason="两家", code="X", names=[1])),
    "link": (Role.STEWARD, lambda a, s: link_decisions.link(a, unlinked(s), company(0), reason="简称")),
    "undo a link": (Role.STEWARD, undone_link),
    "decide a conflict": (Role.STEWARD, lambda a, s: conflicts.decide(a, conflict(s).pk, moves=False, reason="原单位")),
    "undo a conflict": (Role.STEWARD, lambda a, s: conflicts.undo(a, conflict(s, decided=True).pk, reason="有误")),
    "propose a handover": (Role.STEWARD, proposed),
    "approve a handover": (Role.APPROVER, lambda a, s: handovers.approve(a, proposed(STEWARD, s).pk, reason="同意")),
    "refuse a handover": (Role.APPROVER, lambda a, s: handovers.refuse(a, proposed(STEWARD, s).pk, reason="不妥")),
    "remove a paper": (Role.REVIEWER, lambda a, s: remove(a, s.paper.pk, "误传")),
    "open as the window": (Role.WINDOW, lambda a, s: looking.open_case(a, s.repair.number)),
    "open as a decider": (Role.DECIDER, lambda a, s: looking.open_case(a, s.repair.number)),
    "open as a reviewer": (Role.REVIEWER, lambda a, s: looking.open_case(a, s.repair.number)),
    "open as the centre": (Role.CENTRE, lambda a, s: looking.open_case(a, s.repair.number)),
    "open as an auditor": (Role.AUDITOR, lambda a, s: looking.open_case(a, s.repair.number)),
    "read as the centre": (Role.CENTRE, read(lambda a: viewers.centre(a, "核查"))),
    "read as a department": (Role.INTAKE, read(lambda a: viewers.department(a, "核对"))),
    "read for a purpose": (Role.DECIDER, read(lambda a: viewers.sharing(a, "supervision"))),
    "supervise": (Role.SUPERVISOR, read(lambda a: viewers.sharing(a, "supervision", "supervisor"))),
    "audit": (Role.AUDITOR, read(lambda a: viewers.auditor(a, "核查"))),
    "score": (Role.CENTRE, lambda a, s: access.require_scores(viewers.centre(a, "核查"), s.subject)),
    "read by consent": (Role.BANK, lambda a, s: consents.read(a, s.consent.pk)),
    "bind another": (Role.WINDOW, lambda a, s: bind(a, "helper", CODES[0], reason="执照")),
    "authorise another": (Role.CENTRE, lambda a, s: authorise(
        a, Principal(code=CODES[0]), "helper", [Scope.REPAIR], LAST, document="授9号")),
}  # fmt: skip


def binding(name: str) -> None:
    bind(operator(), name, CODES[0], reason="核验营业执照")


def agency(name: str) -> None:
    authorise(CLERK, Principal(code=CODES[0]), name, [Scope.CONSENT], LAST, document="授8号")


def coming_agency(name: str) -> None:
    authorise(
        CLERK, Principal(code=CODES[0]), name, [Scope.CONSENT], LAST, document="授7号", from_day=dt.date(2026, 12, 1)
    )


def employer(name: str) -> None:
    add_organisation(operator(), "works", name="某厂", kind="supervisor", code=CODES[0])
    add_account(operator(), name, password="", role=Role.SUPERVISOR, organisation="works", district="370103")


RELATIONS = {"binding": binding, "agency": agency, "coming agency": coming_agency, "employer": employer}


def clerk(role: Role, name: str = "insider") -> Actor:
    held = {"provider": PROVIDER} if role in (Role.INTAKE, Role.DECIDER) else {}
    if role is Role.BANK:
        held = {"organisation": "sample-bank"}
    add_account(operator(), name, password=PASSWORD, role=role, **held)
    return acting(name)


def outcome(do: Do, actor: Actor, scene: Scene) -> Exception | None:
    """What an act ends in, undone."""
    try:
        with transaction.atomic():
            do(actor, scene)
            transaction.set_rollback(True)
    except Exception as error:
        return error
    return None


@pytest.fixture
def unlinked_row(scene: Scene, tmp_path: Path) -> None:
    courts(tmp_path, debtor())


@pytest.mark.usefixtures("unlinked_row")
@pytest.mark.parametrize("relation", sorted(RELATIONS))
def test_nobody_acts_on_or_reads_what_concerns_whom_they_stand_for(scene: Scene, relation: str) -> None:
    wrong = []
    for what, (role, do) in ACTS.items():
        if relation == "employer" and role is Role.BANK:
            continue  # a person is of one organisation
        name = f"x-{what.replace(' ', '-').replace(chr(39), '')}"
        before = clerk(role, name)
        if isinstance(outcome(do, before, scene), OwnMatter):
            wrong.append((what, "refused to a stranger"))
        RELATIONS[relation](name)
        lines = AuditLine.objects.filter(actor=f"user:{name}", act="access.refused", particulars__why="own matter")
        count, restricted = lines.count(), Restriction.objects.count()
        own = acting(name)
        try:
            act(do)(own, scene)
            wrong.append((what, "done"))
        except OwnMatter:
            if lines.count() != count + 1:
                wrong.append((what, f"{lines.count() - count} lines"))
        except Exception as error:  # it must be an own matter before it is anything else
            wrong.append((what, repr(error)))
        assert Restriction.objects.count() == restricted
    assert wrong == []


def test_a_provider_s_own_clerk_decides_nothing_about_the_provider_itself(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pack = current_pack()
    known = dict(pack.providers) | {PROVIDER: pack.providers[PROVIDER].model_copy(update={"code": CODES[0]})}
    monkeypatch.setattr(own_matters, "current_pack", lambda: pack.replacing(providers=known))
    decider = Actor("user:decider", [Assignment(Role.DECIDER, PROVIDER)])
    with pytest.raises(OwnMatter):
        repairs.grant(decider, scene.repair.number, performed=True)
    assert not cases.queue(decider).exists()
    everyone = Actor("user:other", [Assignment(Role.DECIDER)])
    assert cases.may_handle(everyone, scene.repair)
    machine = Actor("client:machine", [Assignment(Role.INTAKE, PROVIDER)])
    with pytest.raises(OwnMatter):
        withdrawals.take_back(machine, scene.batch, reason="误")
    with pytest.raises(OwnMatter):
        compare(
            Actor("user:x", [Assignment(Role.CENTRE), Assignment(Role.INTAKE, PROVIDER)]),
            tmp_path / "x.csv",
            resource="administrative-penalty",
            provider=PROVIDER,
            size=1,
            seed="1",
        )


def test_a_person_is_an_own_matter_to_itself(scene: Scene) -> None:
    clerk(Role.PERSONNEL)
    bind_person(operator(), "insider", ADULT, reason="身份证")
    person = Subject.objects.get(natural=True)
    with pytest.raises(OwnMatter):
        archive_of(person.pk, viewers.personnel(acting("insider"), "personnel-review"))
    window = clerk(Role.WINDOW)
    with pytest.raises(OwnMatter):
        at_counter(window, person, "本人")


def test_lists_do_not_show_own_matters(scene: Scene) -> None:
    tell_role("decider", "escalation", once="own", at=MOMENT, provider=PROVIDER, case=scene.repair)
    actor = clerk(Role.DECIDER)
    assert scene.repair in cases.queue(actor)
    assert staff.notices_of(actor).exists()
    binding("insider")
    actor = acting("insider")
    assert not cases.queue(actor).exists()
    assert scene.repair not in queues.visible(actor)
    assert queues.pressing(actor).waiting == 0
    assert not staff.notices_of(actor).exists()


def test_the_pages_say_that_a_colleague_must_take_it(scene: Scene) -> None:
    client = browser("insider", Role.DECIDER, provider=PROVIDER)
    case = f"/desk/cases/{scene.repair.number}"
    assert client.get(case).status_code == 200
    agency("insider")
    for answer in (
        client.get(case),
        client.post(f"{case}/grant", {"confirmed": "1"}),
        client.get(f"{case}/decision.pdf"),
    ):
        assert answer.status_code == 403
        assert "同事" in answer.content.decode()
    assert scene.repair.number not in client.get("/desk/cases").content.decode()
    clerk(Role.INTAKE)
    record = client.get(f"/desk/records/{scene.record.subject_id}/{scene.record.id}")
    assert record.status_code == 403
    assert "同事" in record.content.decode()


def test_who_asked_decides_nothing_though_the_authorisation_has_ended(scene: Scene) -> None:
    actor = clerk(Role.DECIDER)
    case = objections.object_to(Party(actor, company(0), agent=True), "代为提出", record=scene.record)
    cases.forward(WINDOW, case.number)
    with pytest.raises(OwnMatter):
        objections.take_up(actor, case.number)
    objections.take_up(DECIDER, case.number)


def test_who_judged_in_any_earlier_step_does_not_look_again(scene: Scene) -> None:
    case = objections.object_to(Party(OWNER, company(0)), "试", model="public-enterprise")
    cases.forward(WINDOW, case.number)
    first, second, third = (Actor(f"user:r{n}", [Role.REVIEWER]) for n in range(3))
    objections.take_up(first, case.number)
    cases.give_back(first, case.number)
    objections.dismiss(second, case.number, "无误")
    look = objections.ask_second_look(Party(OWNER, company(0)), case.number, "再看")
    for actor in (first, second):
        with pytest.raises(RightsError, match="复核"):
            objections.second_look(actor, look.number, "维持", returned=False)
        assert AuditLine.objects.filter(actor=actor.name, act="access.refused").count() == 1
    objections.second_look(third, look.number, "退回", returned=True)
