"""Whom people stand for: organisations, themselves, and others by authorisation."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from quanxin.accounts import Actor, NotAllowed, operator
from quanxin.accounts.actors import Role
from quanxin.accounts.agency import Scope, agencies_given, agencies_held, authorise, end
from quanxin.accounts.binding import Principal, bind, bind_person, principal_of, standing, unbind
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import Agency, AuditLine, Binding, User
from quanxin.accounts.people import actor_of, deactivate
from quanxin.calendar import now, today, travel
from quanxin.runtime.keys import sealer
from tests.accounts.people import ADULT, MINOR, person
from tests.city import CODES

pytestmark = pytest.mark.django_db
WINDOW = Actor("user:window", frozenset({Role.WINDOW}))
YEAR = dt.timedelta(days=365)


@pytest.fixture
def owner() -> User:
    made = person("owner")
    bind(WINDOW, "owner", CODES[0], reason="核验营业执照")
    return made


@pytest.fixture
def agent() -> User:
    return person("agent")


def agency_for(user: User, principal: str, scope: Scope) -> Agency | None:
    """The authorisation by which a person may today do ``scope`` for a principal, by its code or its identity."""
    held = [one for one in agencies_held(user) if principal and principal in (one.code, one.identity)]
    return next((one for one in held if scope in one.scope), None)


def given(owner: User, **changes: Any) -> Agency:
    said: dict[str, Any] = {
        "by": actor_of(owner), "principal": owner, "agent_username": "agent", "scope": {Scope.REPAIR, Scope.ARCHIVE},
        "until": today() + YEAR, "reason": "委托代办",
    } | changes  # fmt: skip
    return authorise(**said)


# --- persons ---


def test_the_window_binds_a_person_after_a_look_at_the_document_and_keeps_no_number() -> None:
    person("wang")
    held = bind_person(WINDOW, "wang", ADULT, reason="核验身份证")
    assert held.identity == sealer().blind_index(ADULT)
    assert principal_of(User.objects.get()) == Principal(identity=held.identity)
    assert bind_person(WINDOW, "wang", f" {ADULT.lower()} ", reason="核验身份证").pk == held.pk
    lines = list(AuditLine.objects.filter(act="accounts.bind"))
    assert len(lines) == 1
    assert ADULT not in str(lines[0].particulars)
    assert lines[0].particulars["person"] is True


@pytest.mark.parametrize(("number", "code"), [
    (MINOR, "identity-minor"), ("370102199003074510", "identity-invalid"), ("37010219900230451X", "identity-invalid"),
    ("x", "identity-invalid"), ("", "identity-invalid"),
])  # fmt: skip
def test_minors_and_numbers_that_are_none_are_refused(number: str, code: str) -> None:
    person("wang")
    with pytest.raises(AccountError) as refused:
        bind_person(WINDOW, "wang", number, reason="核验身份证")
    assert refused.value.code == code
    assert number not in str(refused.value) or not number or number == "x"
    assert not Binding.objects.exists()


def test_someone_is_bound_from_the_eighteenth_birthday() -> None:
    person("young")
    with travel(dt.date(2033, 3, 6)), pytest.raises(AccountError):
        bind_person(WINDOW, "young", MINOR, reason="核验身份证")
    with travel(dt.date(2033, 3, 7)):
        assert bind_person(WINDOW, "young", MINOR, reason="核验身份证").identity


def test_one_stands_for_one_at_a_time(owner: User) -> None:
    bind_person(WINDOW, "owner", ADULT, reason="核验身份证")
    held = standing(owner)
    assert held is not None
    assert (held.code, bool(held.identity)) == ("", True)
    assert [bool(one.ended_at) for one in Binding.objects.order_by("id")] == [True, False]
    unbind(WINDOW, "owner", reason="本人要求")
    assert standing(owner) is None


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.WINDOW, Role.CENTRE)])
def test_nobody_but_the_counter_binds(role: Role, owner: User) -> None:
    by = Actor("user:x", frozenset({role}))
    for act in (
        lambda: bind(by, "owner", CODES[1], reason="x"),
        lambda: bind_person(by, "owner", ADULT, reason="x"),
        lambda: unbind(by, "owner", reason="x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Binding.objects.count() == 1


@pytest.mark.parametrize("wrong", [
    {"code": "", "identity": ""}, {"code": CODES[0], "identity": "a" * 64}, {"code": "", "identity": ADULT},
    {"code": CODES[0], "identity": "", "reason": ""}, {"code": CODES[0], "ended_at": now()},
])  # fmt: skip
def test_the_database_refuses_what_is_no_binding(wrong: dict[str, Any]) -> None:
    user = person("wang")
    with pytest.raises(IntegrityError), transaction.atomic():
        Binding.objects.create(**({"user": user, "from_at": now(), "made_by": "x", "reason": "x"} | wrong))


def test_a_closed_account_stands_for_nobody(owner: User, agent: User) -> None:
    given(owner)
    deactivate(operator(), "owner", reason="离职")
    deactivate(operator(), "agent", reason="离职")
    owner.refresh_from_db()
    agent.refresh_from_db()
    assert standing(owner) is None
    assert agencies_held(agent) == []


# --- agents ---


def test_an_agent_may_do_what_the_authorisation_names_and_nothing_else(owner: User, agent: User) -> None:
    made = given(owner)
    assert made.scope == ["archive", "repair"]
    assert agency_for(agent, CODES[0], Scope.REPAIR) == made
    for scope in (Scope.OBJECTION, Scope.CONSENT, Scope.REPORT):
        assert agency_for(agent, CODES[0], scope) is None
    assert agency_for(agent, CODES[1], Scope.REPAIR) is None
    assert agency_for(agent, "", Scope.REPAIR) is None
    assert agency_for(owner, CODES[0], Scope.REPAIR) is None
    assert standing(agent) is None
    line = AuditLine.objects.get(act="accounts.authorise")
    assert (line.actor, line.target) == ("user:owner", "user:agent")


def test_it_begins_on_its_first_day_and_ends_by_itself_after_its_last(owner: User, agent: User) -> None:
    day = today()
    given(owner, from_day=day + dt.timedelta(days=1), until=day + dt.timedelta(days=10))
    assert agency_for(agent, CODES[0], Scope.REPAIR) is None
    for days, live in ((1, True), (10, True), (11, False)):
        with travel(day + dt.timedelta(days=days)):
            assert bool(agency_for(agent, CODES[0], Scope.REPAIR)) is live, days
    with travel(day + dt.timedelta(days=20)):
        again = given(owner, until=day + dt.timedelta(days=30))
        assert agency_for(agent, CODES[0], Scope.REPAIR) == again


def test_the_same_again_changes_nothing_and_another_replaces(owner: User, agent: User) -> None:
    first = given(owner)
    assert given(owner).pk == first.pk
    assert AuditLine.objects.filter(act="accounts.authorise").count() == 1
    second = given(owner, scope={Scope.REPORT})
    first.refresh_from_db()
    assert first.ended_at is not None
    assert agency_for(agent, CODES[0], Scope.REPAIR) is None
    assert agency_for(agent, CODES[0], Scope.REPORT) == second
    assert [one.pk for one in agencies_given(Principal(code=CODES[0]))] == [second.pk, first.pk]


@pytest.mark.parametrize("who", ["owner", "agent", "window", "centre"])
def test_it_is_ended_by_its_principal_its_agent_or_the_counter_once(owner: User, agent: User, who: str) -> None:
    made = given(owner)
    by = {
        "owner": actor_of(owner),
        "agent": actor_of(agent),
        "window": WINDOW,
        "centre": Actor("user:centre", frozenset({Role.CENTRE})),
    }[who]
    end(by, made.pk, reason="不再需要")
    assert agency_for(agent, CODES[0], Scope.REPAIR) is None
    before = end(by, made.pk, reason="再来一次")
    assert before.ended_reason == "不再需要"
    assert AuditLine.objects.filter(act="accounts.end-agency").count() == 1


def test_others_neither_authorise_nor_end(owner: User, agent: User) -> None:
    stranger = person("stranger")
    bind(WINDOW, "stranger", CODES[1], reason="核验")
    made = given(owner)
    for by in (actor_of(stranger), actor_of(agent), Actor("user:a", frozenset({Role.ADMINISTRATOR}))):
        with pytest.raises(NotAllowed):
            given(owner, by=by, scope={Scope.CONSENT})
    for by in (actor_of(stranger), Actor("user:a", frozenset({Role.ADMINISTRATOR}))):
        with pytest.raises(NotAllowed):
            end(by, made.pk, reason="x")
    assert Agency.objects.get().ended_at is None


def test_an_agent_passes_nothing_on(owner: User, agent: User) -> None:
    given(owner)
    person("third")
    with pytest.raises(NotAllowed):
        authorise(actor_of(agent), agent, "third", {Scope.REPAIR}, today() + YEAR, reason="转委托")
    with pytest.raises(NotAllowed):
        authorise(actor_of(agent), Principal(code=CODES[0]), "third", {Scope.REPAIR}, today() + YEAR, reason="转委托")


def test_the_window_takes_a_paper_for_whoever_has_no_account(agent: User) -> None:
    made = authorise(
        WINDOW, Principal(code=CODES[2]), "agent", {Scope.REPAIR}, today() + YEAR, document="授权〔2026〕7号"
    )
    assert agency_for(agent, CODES[2], Scope.REPAIR) == made
    identity = sealer().blind_index(ADULT)
    own = authorise(WINDOW, Principal(identity=identity), "agent", {Scope.ARCHIVE}, today() + YEAR, document="授权8号")
    assert agency_for(agent, identity, Scope.ARCHIVE) == own
    with pytest.raises(AccountError):
        authorise(WINDOW, Principal(code=CODES[1]), "agent", {Scope.REPAIR}, today() + YEAR, reason="口头")


@pytest.mark.parametrize("wrong", [
    {"scope": set()}, {"scope": {"everything"}}, {"until": dt.date(2020, 1, 1)}, {"reason": " "},
    {"agent_username": "nobody"}, {"agent_username": "owner"},
    {"from_day": dt.date(2099, 1, 2), "until": dt.date(2099, 1, 1)},
])  # fmt: skip
def test_what_cannot_be_is_refused_and_changes_nothing(owner: User, agent: User, wrong: dict[str, Any]) -> None:
    with pytest.raises((AccountError, ValueError)):
        given(owner, **wrong)
    assert not Agency.objects.exists()


def test_an_authorisation_outlives_the_representative_but_not_its_principals_word(owner: User, agent: User) -> None:
    made = given(owner)
    unbind(WINDOW, "owner", reason="离职")
    assert agency_for(agent, CODES[0], Scope.REPAIR) == made
    with pytest.raises(NotAllowed):
        end(actor_of(owner), made.pk, reason="x")
    follower = person("follower")
    bind(WINDOW, "follower", CODES[0], reason="继任")
    end(actor_of(follower), made.pk, reason="不再委托")
    assert agency_for(agent, CODES[0], Scope.REPAIR) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_made() -> None:
    owner = person("owner")
    bind(WINDOW, "owner", CODES[0], reason="核验")
    person("agent")

    def make(_: int) -> int:
        try:
            return given(owner).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(make, range(6)))) == 1
    assert Agency.objects.count() == AuditLine.objects.filter(act="accounts.authorise").count() == 1


def test_the_database_refuses_a_second_live_one(owner: User, agent: User) -> None:
    made = given(owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agency.objects.create(
            code=CODES[0],
            agent=agent,
            scope=["repair"],
            from_day=today(),
            until=today(),
            made_at=now(),
            made_by="x",
            reason="x",
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Agency.objects.filter(pk=made.pk).update(scope=[])
