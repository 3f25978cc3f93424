"""Second factors: set up by the pages, asked at sign-in, guessed in vain, used once, required of people with a role."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, connections
from pytest_django import Settings

from quanxin.accounts import NotAllowed, keyring, operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.attempts import LOCKED_AFTER
from quanxin.accounts.binding import bind
from quanxin.accounts.errors import AccountError
from quanxin.accounts.factors import reset_factors
from quanxin.accounts.models import AuditLine, Session, SignIn, User
from tests.accounts.people import again, browser, code_of, enrolled, person, sign_in, signed_in
from tests.city import CODES

pytestmark = pytest.mark.django_db


def recovery_codes(name: str = "clerk-zhao") -> list[str]:
    return Authenticator.objects.get(user__username=name, type="recovery_codes").wrap().get_unused_codes()


def test_a_code_is_asked_after_the_password_and_lets_in() -> None:
    person("clerk-zhao", Role.INTAKE)
    secret = enrolled()
    assert AuditLine.objects.filter(act="accounts.add-factor", target="user:clerk-zhao").count() == 2  # and its codes
    client = browser()
    assert sign_in(client, next="/desk/batches")["Location"] == "/account/sign-in/code"
    assert client.get("/desk/batches").status_code == 302  # the password alone opens nothing
    assert "第二步验证" in client.get("/account/sign-in/code").content.decode()
    done = client.post("/account/sign-in/code", {"code": code_of(secret)})
    assert done["Location"] == "/desk/batches"
    assert client.get("/desk/batches").status_code == 200
    assert SignIn.objects.first().how == "password totp"  # type: ignore[union-attr]


def test_a_code_is_used_once_even_by_another_process() -> None:
    person()
    secret = enrolled()
    code = code_of(secret)
    for expected in (302, 200):
        client = browser()
        sign_in(client)
        from django.core.cache import cache

        cache.clear()  # another process has another memory
        assert client.post("/account/sign-in/code", {"code": code}).status_code == expected
    assert "已用过" in client.post("/account/sign-in/code", {"code": code}).content.decode()


def test_an_older_code_is_worth_nothing_after_a_newer_one() -> None:
    person()
    secret = enrolled()
    for code, expected in ((code_of(secret, 1), 302), (code_of(secret), 200), (code_of(secret, 1), 200)):
        client = browser()
        sign_in(client)
        assert client.post("/account/sign-in/code", {"code": code}).status_code == expected


def test_wrong_codes_lock_the_name_for_codes_and_for_the_password() -> None:
    person()
    secret = enrolled()
    client = browser()
    sign_in(client)
    for _ in range(LOCKED_AFTER):
        wrong = "000000" if code_of(secret) != "000000" else "111111"
        assert "不正确或已用过" in client.post("/account/sign-in/code", {"code": wrong}).content.decode()
    assert "15 分钟" in client.post("/account/sign-in/code", {"code": code_of(secret)}).content.decode()
    assert "15 分钟" in sign_in(browser()).content.decode()


def test_a_right_password_does_not_buy_more_codes() -> None:
    person()
    secret = enrolled()
    before = SignIn.objects.latest("id").pk
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    for _ in range(LOCKED_AFTER):
        client = browser()
        assert sign_in(client).status_code == 302
        client.post("/account/sign-in/code", {"code": wrong})
    assert "15 分钟" in sign_in(browser()).content.decode()
    assert not SignIn.objects.filter(succeeded=True, pk__gt=before).exists()


def test_codes_are_guessed_in_vain_where_one_confirms_oneself_too() -> None:
    person()
    secret = enrolled()
    client = browser()
    sign_in(client)
    client.post("/account/sign-in/code", {"code": code_of(secret)})
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    for _ in range(LOCKED_AFTER):
        client.post("/account/again/code", {"code": wrong})
    assert "15 分钟" in client.post("/account/again/code", {"code": code_of(secret, 1)}).content.decode()


def test_a_recovery_code_is_used_once() -> None:
    person()
    enrolled()
    code = recovery_codes()[0]
    for expected in (302, 200):
        client = browser()
        sign_in(client)
        assert client.post("/account/sign-in/code", {"code": code}).status_code == expected
    assert code not in recovery_codes()
    assert len(recovery_codes()) == 9


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_given_twice_at_once_lets_in_once() -> None:
    person()
    enrolled()
    code = recovery_codes()[0]
    clients = [browser() for _ in range(4)]
    for client in clients:
        sign_in(client)

    def give(number: int) -> int:
        try:
            return clients[number].post("/account/sign-in/code", {"code": code}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, range(4))) == [200, 200, 200, 302]


def test_recovery_codes_are_shown_to_one_who_confirmed_and_made_anew() -> None:
    person()
    enrolled()
    before = recovery_codes()
    client = browser()
    sign_in(client)
    client.post("/account/sign-in/code", {"code": before[0]})
    assert before[1] not in client.get("/account/codes").content.decode()  # not confirmed yet
    assert client.get("/account/codes/new")["Location"].startswith("/account/again")
    again(client)
    assert before[1] in client.get("/account/codes").content.decode()
    assert client.post("/account/codes/new").status_code == 302
    assert not set(before) & set(recovery_codes())


def test_factors_change_only_after_confirming_with_the_password() -> None:
    person()
    client = signed_in()
    for path in ("/account/totp", "/account/keys/add"):
        assert client.get(path)["Location"].startswith("/account/again"), path
    for _ in range(LOCKED_AFTER):
        assert "密码不正确" in client.post("/account/again", {"password": "wrong"}).content.decode()
    assert "15 分钟" in client.post("/account/again", {"password": "wrong"}).content.decode()


def test_a_factor_is_taken_off_by_its_owner() -> None:
    person()
    enrolled()
    client = browser()
    sign_in(client)
    client.post("/account/sign-in/code", {"code": recovery_codes()[0]})
    again(client)
    assert client.post("/account/totp/off").status_code == 302
    assert not Authenticator.objects.exists()
    assert sign_in(browser())["Location"] == "/account/"
    assert AuditLine.objects.filter(act="accounts.remove-factor", actor="user:clerk-zhao").exists()


def test_secrets_are_sealed_in_the_database_and_can_be_sealed_anew() -> None:
    person()
    secret = enrolled()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        assert secret not in cursor.fetchone()[0]
    codes = recovery_codes()
    administrator = Actor("administrator", frozenset({Role.ADMINISTRATOR}))
    keyring.add(administrator)
    assert keyring.rotate(administrator).moved == {"mfa_authenticator.data": 2}
    assert recovery_codes() == codes


def test_an_administrator_takes_lost_factors_off_for_a_reason_and_reads_nothing_by_it() -> None:
    person()
    enrolled()
    with pytest.raises(NotAllowed):
        reset_factors(Actor("x", frozenset(Role) - {Role.ADMINISTRATOR}), "clerk-zhao", reason="丢失手机")
    with pytest.raises(AccountError):
        reset_factors(operator(), "clerk-zhao", reason=" ")
    assert reset_factors(operator(), "clerk-zhao", reason="丢失手机") == 2
    assert reset_factors(operator(), "clerk-zhao", reason="丢失手机") == 0
    assert AuditLine.objects.filter(act="accounts.reset-factors").count() == 1
    assert not Session.objects.filter(user__username="clerk-zhao").exists()
    assert sign_in(browser())["Location"] == "/account/"


@pytest.mark.parametrize("role", list(Role))
def test_where_it_is_required_nothing_opens_to_a_role_without(role: Role, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    person("staff", role)
    client = signed_in("staff")
    for path in ("/desk/", "/desk/batches", "/desk/scores", "/my/", "/my/score", "/desk/forms"):
        assert client.get(path)["Location"] == "/account/", path
        assert client.post(path)["Location"] == "/account/", path
    assert "须启用第二因素" in client.get("/account/").content.decode()
    for path in ("/", "/account/password", "/about", "/desk/sign-in"):
        assert client.get(path).status_code in (200, 302), path
        assert client.get(path).get("Location") != "/account/" or path == "/desk/sign-in"
    again(client)
    secret = client.get("/account/totp").context["form"].secret
    client.post("/account/totp", {"code": code_of(secret)})
    assert client.get("/desk/").get("Location") != "/account/"
    assert client.post("/desk/sign-out")["Location"] == "/desk/sign-in"


def test_a_representative_is_not_asked_for_a_second_factor(settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    person("owner")
    bind(operator(), "owner", CODES[0], reason="核验授权书")
    assert signed_in("owner").get("/my/").get("Location") is None


def test_a_key_that_is_none_lets_nobody_in() -> None:
    person()
    client = browser()
    asked = client.get("/account/sign-in/key", headers={"accept": "application/json"})
    assert asked.json()["request_options"]["publicKey"]["challenge"]
    for credential in (
        "",
        "{}",
        "[]",
        "null",
        json.dumps(
            {
                "id": "x",
                "rawId": "x",
                "type": "public-key",
                "response": {"userHandle": "MQ", "clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"},
            }
        ),
    ):
        answer = client.post("/account/sign-in/key", {"credential": credential})
        assert answer["Location"] == "/account/sign-in", credential
    assert client.get("/account/").status_code == 302
    assert User.objects.count() == 1
    assert SignIn.objects.filter(how="passkey refused", succeeded=False).count() == 1  # what is empty is no credential
