"""What a person hands in about whom they stand for is held for a colleague, on every way in; a machine stands for nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from quanxin.accounts import operator, own_matters
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.binding import bind
from quanxin.accounts.models import AuditLine, User
from quanxin.accounts.own_matters import OwnMatter
from quanxin.accounts.people import actor_of, add_account
from quanxin.archive.models import Record
from quanxin.intake import conflicts, link_decisions, own_rows, receipts, small_batches, submissions, unlinked_queue
from quanxin.intake.models import Conflict, Held, Submission
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt
from quanxin.intake.replay import replay
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Name, Subject
from quanxin.subjects.queries import find
from quanxin.work import engine
from tests.accounts.people import PASSWORD
from tests.city import CODES, penalty, register, registration, write
from tests.desk.people import signed_in
from tests.intake.test_link_decisions import WRONG, courts, debtor

pytestmark = pytest.mark.django_db
PROVIDER, PENALTY = "market-regulation", "administrative-penalty"
MACHINE = Actor("client:machine", [Assignment(Role.INTAKE, PROVIDER)])
Way = Callable[[Path, list[dict[str, str | None]], Actor], Receipt]


def acting(name: str, role: Role = Role.INTAKE, **held: str) -> Actor:
    add_account(operator(), name, password=PASSWORD, role=role, **held)
    return actor_of(User.objects.get(username=name))


def by_file(folder: Path, rows: list[dict[str, str | None]], actor: Actor, resource: str = PENALTY) -> Receipt:
    path = write(folder, resource, rows, f"{len(list(folder.iterdir()))}.csv")
    return intake(path, resource=resource, provider=PROVIDER, actor=actor)


def by_job(folder: Path, rows: list[dict[str, str | None]], actor: Actor) -> Receipt:
    path = write(folder, PENALTY, rows, "job.csv")
    made = submissions.submit(path, file_name=path.name, resource=PENALTY, provider=PROVIDER, actor=actor)
    engine.perform(SUBMISSIONS, made.pk)
    made.refresh_from_db()
    return receipts.receipt_of(str(made.batch_id))


def by_rows(folder: Path, rows: list[dict[str, str | None]], actor: Actor) -> Receipt:
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    made = small_batches.take_in(
        list(rows), digest, resource=PENALTY, provider=PROVIDER, actor=actor, name="rows.jsonl"
    )
    assert made is not None
    return made


WAYS: dict[str, Way] = {"job": by_job, "rows": by_rows}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    register(tmp_path)
    return tmp_path


@pytest.fixture
def insider(city: Path) -> Actor:
    """A clerk who stands for company 0."""
    made = acting("insider", provider=PROVIDER)
    bind(operator(), "insider", CODES[0], reason="营业执照")
    return made


@pytest.mark.parametrize("way", sorted(WAYS))
def test_rows_about_whom_the_clerk_stands_for_are_held_and_a_colleague_takes_them_in(
    city: Path, insider: Actor, way: str
) -> None:
    told = WAYS[way](city, [penalty(0), penalty(1, "旁〔2025〕1号")], insider)
    assert (told.accepted, told.quarantined, told.codes[own_rows.OWN]) == (1, 1, 1)
    line = AuditLine.objects.get(actor="user:insider", act="access.refused")
    assert (line.target, line.particulars) == (f"batch:{told.batch}", {"why": "own matter", "rows": "1"})
    with pytest.raises(Exception, match="重放"):
        replay(told.batch, actor=insider)
    assert replay(told.batch, actor=acting("colleague", provider=PROVIDER)).accepted == 1
    assert Record.objects.filter(resource=PENALTY).count() == 2


def test_a_machine_hands_in_for_its_department(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _works_for_company_0(monkeypatch)
    assert by_rows(city, [penalty(0)], MACHINE).accepted == 1


def test_a_clerk_s_own_department_is_an_own_matter_but_in_the_register_that_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _works_for_company_0(monkeypatch)
    clerk = acting("clerk", provider=PROVIDER)
    assert by_file(tmp_path, [registration(0)], clerk, "enterprise-registration").accepted == 1
    assert by_file(tmp_path, [penalty(0)], clerk).codes == {own_rows.OWN: 1}
    assert by_job(tmp_path, [penalty(0, "另〔2025〕1号")], clerk).codes == {own_rows.OWN: 1}


def test_nothing_of_an_own_row_reaches_the_register(tmp_path: Path) -> None:
    clerk = acting("insider", provider=PROVIDER)
    bind(operator(), "insider", CODES[0], reason="营业执照")
    told = by_file(tmp_path, [registration(0), registration(1)], clerk, "enterprise-registration")
    assert (told.accepted, told.quarantined, told.enrolled) == (1, 1, 1)
    assert find(CODES[0]) is None
    by_file(tmp_path, [registration(0, approval_date="2020-01-01")], operator(), "enterprise-registration")
    renamed = registration(0, subject_name="济南更名样例有限公司", approval_date="2024-01-01")
    assert by_file(tmp_path, [renamed], clerk, "enterprise-registration").renamed == 0
    assert list(Name.objects.filter(subject__code=CODES[0]).values_list("text", flat=True)) == [
        registration(0)["subject_name"]
    ]


def test_a_file_that_replaces_withdraws_nothing_about_whom_the_clerk_stands_for(city: Path, insider: Actor) -> None:
    by_file(city, [penalty(0), penalty(1, "旁〔2025〕1号")], operator())
    path = write(city, PENALTY, [penalty(1, "旁〔2025〕1号")], "replacing.csv")
    with pytest.raises(OwnMatter):
        intake(path, resource=PENALTY, provider=PROVIDER, actor=insider, mode="replace")
    made = submissions.submit(
        path, file_name=path.name, resource=PENALTY, provider=PROVIDER, actor=insider, mode="replace"
    )
    engine.perform(SUBMISSIONS, made.pk)
    made.refresh_from_db()
    assert (made.state, made.error["code"]) == (Submission.State.REFUSED, "own-matter")
    assert AuditLine.objects.filter(actor="user:insider", act="access.refused").count() == 2
    assert Record.objects.filter(resource=PENALTY, superseded_at=None).count() == 2


def test_a_row_entered_at_the_desk_about_one_s_own_company_says_so(city: Path) -> None:
    client = signed_in(Role.INTAKE, provider=PROVIDER, name="insider")
    bind(operator(), "insider", CODES[0], reason="营业执照")
    row = {key: text for key, text in penalty(0).items() if text}
    answer = client.post(f"/desk/entry/{PROVIDER}/{PENALTY}", row, follow=True)
    assert "同事" in answer.content.decode()
    assert not Record.objects.filter(resource=PENALTY).exists()


def test_the_steward_s_queue_shows_no_own_matter_and_no_other_district_s(city: Path) -> None:
    courts(city, debtor(uscc=None), debtor("（2025）鲁0102执38号", subject_name="乙未知厂"))
    assert len(unlinked_queue.queue(acting("steward", Role.STEWARD))) == 2
    held = unlinked_queue.queue(operator())[0].held
    Name.objects.create(
        subject=Subject.objects.get(code=CODES[0]),
        text=WRONG,
        norm=held.stated["norm"],
        current=False,
        recorded_at=held.batch.recorded_at,
        batch=held.batch_id,
    )
    bind(operator(), "steward", CODES[0], reason="营业执照")
    own = actor_of(User.objects.get(username="steward"))
    assert [w.stated["name"] for w in unlinked_queue.queue(own)] == ["乙未知厂"]
    tries: list[Callable[[], object]] = [
        lambda: link_decisions.reject(own, held, reason="不是"),
        lambda: link_decisions.create(own, held, type="enterprise", reason="是"),
        lambda: link_decisions.link(own, held, Subject.objects.get(code=CODES[1]), reason="是"),
    ]
    for attempt in tries:
        with pytest.raises(OwnMatter):
            attempt()
    made = link_decisions.reject(operator(), held, reason="不是")
    assert [d.pk for d in unlinked_queue.decisions(operator())] == [made.decision.pk]
    assert not unlinked_queue.decisions(own).exists()


def test_a_steward_of_a_district_sees_and_decides_within_it(city: Path) -> None:
    code = penalty(0)["uscc"]
    assert code is not None
    near, far = code[2:8], "370199"
    courts(city, debtor())
    held = Held.objects.get()
    held.stated |= {"code": code, "registration": ""}
    held.save()
    stewards = {place: acting(f"s{place}", Role.STEWARD, district=place) for place in (near, "370103")}
    assert far not in stewards
    assert len(unlinked_queue.queue(stewards[near])) == 1
    assert not unlinked_queue.queue(stewards["370103"])
    with pytest.raises(own_matters.NotAllowed):
        link_decisions.reject(stewards["370103"], held, reason="不是")
    link_decisions.reject(stewards[near], held, reason="不是")


def test_a_conflict_is_decided_and_seen_in_the_subject_s_district(city: Path) -> None:
    by_file(city, [penalty(0)], operator())
    record = Record.objects.get(resource=PENALTY)
    made = Conflict.objects.create(
        resource=PENALTY,
        subject_id=record.subject_id,
        key_hash=record.key_hash,
        holder=PROVIDER,
        claimant="taxation",
        first_at=record.recorded_at,
        last_at=record.recorded_at,
    )
    far, near = acting("far", Role.STEWARD, district="370103"), acting("near", Role.STEWARD, district=CODES[0][2:8])
    assert not conflicts.visible(far).exists()
    with pytest.raises(own_matters.NotAllowed):
        conflicts.decide(far, made.pk, moves=False, reason="原单位")
    assert AuditLine.objects.filter(actor="user:far", act="access.refused").count() == 1
    decider = Actor("user:both", [Role.STEWARD, Assignment(Role.DECIDER, "taxation")])
    with pytest.raises(OwnMatter):
        conflicts.decide(decider, made.pk, moves=False, reason="原单位")
    assert conflicts.decide(near, made.pk, moves=False, reason="原单位").state == "kept"


def _works_for_company_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack of these tests says that company 0's code is the provider's."""
    pack = current_pack()
    known = dict(pack.providers) | {PROVIDER: pack.providers[PROVIDER].model_copy(update={"code": CODES[0]})}
    for module in (own_matters, own_rows):
        monkeypatch.setattr(module, "current_pack", lambda: pack.replacing(providers=known))
