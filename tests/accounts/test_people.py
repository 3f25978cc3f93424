"""Accounts, organisations, roles with what they are held for; and that an administrator sees nothing by being one."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, URLResolver

from quanxin.accounts import Actor, NotAllowed, operator
from quanxin.accounts.actors import Role
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import AuditLine, Membership, Organisation, User
from quanxin.accounts.people import (
    actor_of,
    add_account,
    add_client,
    add_organisation,
    deactivate,
    remove_membership,
    set_password,
)
from quanxin.archive.models import Access
from quanxin.desk import urls as desk
from quanxin.my import urls as my
from tests.accounts.people import PASSWORD, signed_in
from tests.city import CODES, register

pytestmark = pytest.mark.django_db


def add(role: Role | None = None, name: str = "someone", **more: str) -> User:
    return add_account(operator(), name, password=PASSWORD, role=role, **more)


def test_a_person_acts_for_what_their_roles_are_held_for() -> None:
    add_organisation(operator(), "ccb", name="某银行济南分行", kind="bank", code="91370100MA3AAAAA00")
    add(Role.INTAKE, provider="taxation")
    add(Role.INTAKE, provider="water-supply")
    add(Role.DECIDER, provider="market-regulation", district="370102")
    user = add(Role.BANK, organisation="ccb", district="370103")
    actor = actor_of(user)
    assert actor.providers_of(Role.INTAKE) == {"taxation", "water-supply"}
    assert actor.organisations_of(Role.BANK) == {"ccb"}
    assert actor.organisations_of(Role.DECIDER) == frozenset()
    assert actor.may(Role.DECIDER, "market-regulation", region="370102")
    assert not actor.may(Role.DECIDER, "market-regulation", region="370103")
    assert not actor.may(Role.DECIDER, "taxation")
    add(Role.DECIDER)
    assert actor_of(user).providers_of(Role.DECIDER) is None
    assert actor_of(user).may(Role.DECIDER, "taxation", region="370103")


@pytest.mark.parametrize(("district", "region", "reached"), [
    ("", "370102", True), ("", "", True), ("370100", "370102", True), ("370102", "370102", True),
    ("370102", "370103", False), ("370102", "", False),
])  # fmt: skip
def test_a_district_is_that_of_the_role_alone(district: str, region: str, reached: bool) -> None:
    user = add(Role.SUPERVISOR, district=district)
    for other, place in ((Role.CENTRE, ""), (Role.INTAKE, "370104")):
        add(other, district=place)
    actor = actor_of(user)
    assert actor.may(Role.SUPERVISOR, region=region) is reached
    assert actor.may(Role.CENTRE, region=region)
    assert not actor.may(Role.INTAKE, region="370102")


@pytest.mark.parametrize("wrong", [
    {"role": Role.CENTRE, "district": "999999"}, {"role": Role.CENTRE, "district": "历下"},
    {"role": Role.BANK, "organisation": "nothing"}, {"role": Role.BANK, "organisation": "people-office"},
])  # fmt: skip
def test_what_a_role_cannot_be_held_for_is_refused(wrong: dict[str, Any]) -> None:
    add_organisation(operator(), "people-office", name="人社局", kind="personnel")
    with pytest.raises(AccountError):
        add(**wrong)
    assert not Membership.objects.exists()


def test_a_person_is_of_one_organisation() -> None:
    for key in ("one", "two"):
        add_organisation(operator(), key, name=key, kind="bank")
    add(Role.BANK, organisation="one")
    add(Role.BANK, organisation="one", district="370102")
    with pytest.raises(AccountError, match="另一机构"):
        add(Role.BANK, organisation="two", district="370103")


def test_an_organisation_is_registered_once_and_corrected() -> None:
    for _ in range(2):
        add_organisation(operator(), "ccb", name="某银行", kind="bank")
    add_organisation(operator(), "ccb", name="某银行济南分行", kind="bank")
    assert Organisation.objects.get().name == "某银行济南分行"
    assert AuditLine.objects.filter(act="accounts.add-organisation").count() == 2
    for wrong in ({"kind": "shop"}, {"name": " "}, {"key": "no spaces"}):
        said = {"key": "x", "name": "x", "kind": "bank"} | wrong
        with pytest.raises(ValidationError):
            add_organisation(operator(), said.pop("key"), **said)


def test_a_role_is_taken_back() -> None:
    user = add(Role.DECIDER, provider="taxation")
    assert not remove_membership(operator(), "someone", Role.DECIDER)
    assert remove_membership(operator(), "someone", Role.DECIDER, provider="taxation")
    assert not remove_membership(operator(), "someone", Role.DECIDER, provider="taxation")
    assert actor_of(user).roles == frozenset()
    assert AuditLine.objects.filter(act="accounts.remove-role").count() == 1


def test_only_an_administrator_makes_and_changes_accounts() -> None:
    add(name="target")
    by = Actor("user:x", frozenset(Role) - {Role.ADMINISTRATOR})
    for act in (
        lambda: add_account(by, "new", password=PASSWORD),
        lambda: add_organisation(by, "x", name="x", kind="bank"),
        lambda: remove_membership(by, "target", Role.INTAKE),
        lambda: deactivate(by, "target", reason="x"),
        lambda: set_password(by, "target", PASSWORD),
        lambda: add_client(by, "x", provider="taxation"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert User.objects.count() == 1


# --- an administrator is not omniscient ---


def addresses(patterns: list[Any], prefix: str) -> list[str]:
    found: list[str] = []
    for one in patterns:
        if isinstance(one, URLResolver):
            found += addresses(one.url_patterns, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            path = prefix + str(one.pattern)
            for name, converter in one.pattern.converters.items():
                kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
                value = {"int": "1", "uuid": str(UUID(int=1))}.get(kind, CODES[0] if name == "code" else "x")
                path = path.replace(f"<{kind}:{name}>", value)
            assert "<" not in path, path
            found.append(path)
    return found


def test_an_administrator_opens_nothing_but_the_account(tmp_path: Path) -> None:
    register(tmp_path)
    add(Role.ADMINISTRATOR)
    User.objects.update(one_time=False)
    client: Client = signed_in("someone")
    opened: list[str] = []
    tried = [
        path
        for path in addresses([*desk.urlpatterns], "/desk/") + addresses([*my.urlpatterns], "/my/")
        if path not in ("/desk/sign-in", "/desk/sign-out")
    ]
    assert len(tried) > 30
    for path in tried:
        for answer in (client.get(path), client.post(path, {"reason": "x", "confirmed": "1"})):
            if answer.status_code not in (403, 405):
                opened.append(path)
    # what one may do, what one's role is told, whom one may act for: nothing of anybody's
    own = {"/desk/", "/desk/notices", "/desk/notices/read", "/my/acting", "/my/counter/end"}
    own |= {"/desk/agenda/x.ics"}  # a calendar opens by its secret alone, and this is none
    own |= {"/desk/clients", "/desk/sessions"}  # the administrator's work: no subject is in it
    assert set(opened) <= own, opened
    assert not Access.objects.exists()
    assert client.get("/account/").status_code == 200


def test_no_act_but_those_about_accounts_takes_an_administrators_word(root: Path) -> None:
    asked = [
        path.relative_to(root / "src/quanxin").as_posix()
        for path in (root / "src/quanxin").rglob("*.py")
        if "Role.ADMINISTRATOR" in path.read_text(encoding="utf-8")
    ]
    # the command line says who may run its commands about accounts; which those are stands in tests/access/table.py
    about_accounts = {"cli/people.py", "cli/roles.py", "cli/machines.py", "desk/ending.py", "desk/slice.py"}
    about_accounts |= {"documents/cli.py", "documents/ending.py"}  # which certificates vouch for nothing any more
    about_accounts |= {"checks/links.py", "checks/cli.py"}  # which sites may frame what a client is shown
    assert {path for path in asked if not path.startswith("accounts/")} == about_accounts, asked
