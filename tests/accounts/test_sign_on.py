"""Signing in by a sign-on of another, through the whole code flow with a real provider."""

from __future__ import annotations

import datetime as dt
import gc
import io
import logging
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from oauth2_provider.models import get_application_model
from oauth2_provider.views.mixins import OAuthLibMixin
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.binding import bind, standing, unbind
from quanxin.accounts.models import Binding, SignIn, User
from quanxin.accounts.people import actor_of, deactivate
from quanxin.accounts.sign_on import SignOnAdapter
from quanxin.runtime import sign_ons
from quanxin.runtime.environment import BadSetting
from quanxin.runtime.keys import sealer
from quanxin.runtime.sign_ons import SignOn
from tests.accounts import provider
from tests.accounts.people import ADULT, MINOR, browser, person
from tests.city import CODES

pytestmark = pytest.mark.django_db(transaction=True)
KEY = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def citizen(live_server: LiveServer, settings: Settings) -> Iterator[Client]:
    """The provider runs; someone is signed in there, in a browser that is given."""
    settings.ROOT_URLCONF = "tests.accounts.provider"
    settings.OAUTH2_PROVIDER = {
        "OIDC_ENABLED": True, "OIDC_RSA_PRIVATE_KEY": KEY, "OIDC_ISS_ENDPOINT": f"{live_server.url}/o",
        "OAUTH2_VALIDATOR_CLASS": "tests.accounts.provider.Validator", "PKCE_REQUIRED": True,
        "ALWAYS_RELOAD_OAUTHLIB_CORE": True,  # a view keeps what the settings of an earlier test made, and of this
        "SCOPES": {"openid": "", "profile": ""},
    }  # fmt: skip
    known = SignOn(
        key="shandong",
        title={"zh": "省统一身份认证", "en": "the province's sign-on"},
        issuer=f"{live_server.url}/o",
        client_id="quanxin",
        identity_claim="id_number",
    )
    settings.SIGN_ONS = (known,)
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [_told(known, "the-secret")]},
    }
    get_application_model().objects.create(
        name="quanxin",
        client_id="quanxin",
        client_secret="the-secret",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        skip_authorization=True,
        algorithm="RS256",
        redirect_uris="http://testserver/account/sign-on/shandong/back",
    )
    there = Client()
    there.force_login(User.objects.create(username="citizen-at-the-province", password=make_password(None)))
    provider.CLAIMS.clear()
    provider.CLAIMS.update({"name": "王泉", "id_number": ADULT, "email": "wang@example.org", "email_verified": True})
    yield there
    _alone()
    _forget_provider(OAuthLibMixin)


def _alone() -> None:
    """Wait until the provider's threads have let go of the database, which the end of the run removes."""
    for _ in range(200):
        gc.collect()  # a connection that a failed flow's traceback holds
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)
    pytest.fail("the provider keeps a connection")


def _forget_provider(view: type) -> None:
    """What a view made of this provider's settings is not what the next test's tokens are asked of."""
    if "_oauthlib_core" in vars(view):
        del view._oauthlib_core
    for narrower in view.__subclasses__():
        _forget_provider(narrower)


def _told(known: SignOn, secret: str) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANXIN_OIDC_SECRETS", f"other=x; {known.key}={secret}")
        return sign_ons.applications((known,), sign_ons.Path("/nowhere"))[0]


def begin(here: Client, **asked: str) -> str:
    """The address at the provider that the platform leads to."""
    return here.get("/account/sign-on/shandong", asked)["Location"]  # type: ignore[no-any-return]


def at_provider(there: Client, address: str) -> str:
    """Where the provider leads back to."""
    parts = urlsplit(address)
    return there.get(f"{parts.path}?{parts.query}")["Location"]  # type: ignore[no-any-return]


def back(here: Client, address: str) -> HttpResponse:
    parts = urlsplit(address)
    return here.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]


def come_in(there: Client, here: Client | None = None, **asked: str) -> tuple[Client, HttpResponse]:
    here = here or browser()
    return here, back(here, at_provider(there, begin(here, **asked)))


def newcomer() -> User:
    return User.objects.get(username__startswith="shandong-")


def test_a_first_sign_in_makes_an_account_without_a_role_bound_to_its_person(citizen: Client) -> None:
    here, answer = come_in(citizen)
    assert answer["Location"] == "/my/"
    user = newcomer()
    assert (user.name, user.email, user.has_usable_password()) == ("王泉", "wang@example.org", False)
    assert actor_of(user).roles == frozenset()
    held = standing(user)
    assert held is not None
    assert (held.code, held.identity) == ("", sealer().blind_index(ADULT))
    assert held.made_by == "sign-on:shandong"
    assert here.get("/account/").status_code == 200
    assert here.get("/account/password").status_code == 404
    assert here.get("/desk/batches").status_code == 403
    assert SignIn.objects.first().how == "sign-on:shandong"  # type: ignore[union-attr]
    come_in(citizen)
    assert User.objects.filter(username__startswith="shandong-").count() == Binding.objects.count() == 1


def test_two_first_sign_ins_at_once_are_one_account(citizen: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes in while the first, which the platform did not know yet, is about to be given an account."""
    known, others = SignOnAdapter.is_open_for_signup, list[tuple[Client, HttpResponse]]()

    def meanwhile(self: SignOnAdapter, request: HttpRequest, sociallogin: object) -> bool:
        monkeypatch.setattr(SignOnAdapter, "is_open_for_signup", known)
        others.append(come_in(citizen))
        return known(self, request, sociallogin)

    monkeypatch.setattr(SignOnAdapter, "is_open_for_signup", meanwhile)
    for here, answer in (come_in(citizen), *others):
        assert answer["Location"] == "/my/"
        assert here.get("/account/").status_code == 200
    assert len(others) == 1
    assert newcomer().bindings.count() == SocialAccount.objects.count() == 1


def test_the_flow_is_held_together_by_state_nonce_and_pkce(citizen: Client) -> None:
    asked = parse_qs(urlsplit(begin(browser())).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) >= 43
    assert len(asked["state"][0]) >= 16
    assert asked["nonce"] != parse_qs(urlsplit(begin(browser())).query)["nonce"]


@pytest.mark.parametrize("broken", ["state", "nonce", "pkce_code_verifier", "used", "other-browser", "error"])
def test_a_flow_that_was_tampered_with_lets_nobody_in(citizen: Client, broken: str) -> None:
    here = browser()
    returning = at_provider(citizen, begin(here))
    if broken == "state":
        returning = returning.replace("state=", "state=x")
    elif broken in ("nonce", "pkce_code_verifier"):
        session = here.session
        for state, _, _ in session["socialaccount_states"].values():
            state[broken] = "another" * 8
        session["again"] = True
        session.save()
    elif broken == "used":
        back(here, returning)
        User.objects.filter(username__startswith="shandong-").update(is_active=True)
        here.post("/desk/sign-out")
    elif broken == "other-browser":
        here = browser()
    else:
        returning = returning.replace("code=", "error=server_error&was=")
    before = User.objects.count()
    answer = back(here, returning)
    assert answer.status_code == 401
    assert "统一认证没有完成" in answer.content.decode()
    assert User.objects.count() == before
    assert here.get("/account/").status_code == 302
    line = SignIn.objects.filter(username="sign-on:shandong", succeeded=False).latest("id")
    assert line.address == "127.0.0.*"


def test_a_number_is_nowhere_in_clear(citizen: Client) -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        come_in(citizen)
        provider.CLAIMS["id_number"] = "370102199003074510"  # a wrong check digit
        come_in(citizen)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "a number that is none" in said.getvalue()
    ours = [line for line in said.getvalue().splitlines() if "oauth2_provider" not in line]
    assert not any(ADULT in line or "370102199003074510" in line for line in ours)
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith("oauth2_")]
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{ADULT[:17]}%"])
            assert cursor.fetchone()[0] == 0, table
        # what is packed is looked into as well
        from quanxin.accounts.models import Session

        assert not any(ADULT in str(one.get_decoded()) for one in Session.objects.all())


def test_a_minor_is_refused_and_nothing_is_kept(citizen: Client) -> None:
    provider.CLAIMS["id_number"] = MINOR
    before = User.objects.count()
    here, answer = come_in(citizen)
    assert answer.status_code == 403
    assert "未成年人" in answer.content.decode()
    assert User.objects.count() == before
    assert not Binding.objects.exists()
    assert here.get("/account/").status_code == 302
    assert SignIn.objects.get(username="sign-on:shandong").how == "identity-minor"


def test_without_a_number_there_is_an_account_that_stands_for_nobody(citizen: Client) -> None:
    del provider.CLAIMS["id_number"]
    provider.CLAIMS["email_verified"] = False
    _, answer = come_in(citizen)
    assert answer["Location"] == "/account/"
    assert not Binding.objects.exists()
    assert newcomer().email == ""  # nobody said that it is theirs


def test_what_the_counter_decided_stands_against_a_sign_on(citizen: Client) -> None:
    come_in(citizen)
    user = newcomer()
    unbind(operator(), user.username, reason="冒用")
    come_in(citizen)
    assert standing(user) is None
    bind(operator(), user.username, CODES[0], reason="核验授权书")
    come_in(citizen)
    assert standing(user).code == CODES[0]  # type: ignore[union-attr]


def test_an_account_of_the_platform_is_not_taken_over_by_its_mail_address(citizen: Client) -> None:
    person("boss", Role.CENTRE)
    User.objects.filter(username="boss").update(email="wang@example.org")
    come_in(citizen)
    assert newcomer().username != "boss"
    assert not newcomer().memberships.exists()


def test_a_closed_account_stays_closed(citizen: Client) -> None:
    come_in(citizen)
    deactivate(operator(), newcomer().username, reason="冒用")
    here, answer = come_in(citizen)
    assert answer["Location"] == "/account/sign-in"
    assert "已停用" in here.get("/account/sign-in").content.decode()
    assert here.get("/account/").status_code == 302


def test_one_goes_on_to_where_one_wanted_on_this_site_alone(citizen: Client) -> None:
    assert come_in(citizen, next="/my/score")[1]["Location"] == "/my/score"
    assert come_in(citizen, next="https://evil.example/")[1]["Location"] == "/my/"
    here = browser()
    shown = here.get("/account/sign-in?next=/my/score").content.decode()
    assert 'href="/account/sign-on/shandong?next=%2Fmy%2Fscore"' in shown
    assert "省统一身份认证" in shown


def test_a_sign_on_is_begun_from_this_site_alone_and_takes_no_wishes(citizen: Client) -> None:
    for site in ("cross-site", "same-site"):
        answer = browser().get("/account/sign-on/shandong", headers={"sec-fetch-site": site})
        assert answer["Location"] == "/account/sign-in"
    asked = parse_qs(
        urlsplit(begin(browser(), auth_params="prompt=none&nonce=x", scope="admin", process="connect")).query
    )
    assert sorted(asked["scope"][0].split()) == ["openid", "profile"]
    assert "prompt" not in asked
    assert asked["nonce"] != ["x"]
    assert browser().get("/account/sign-on/nothing").status_code == 404
    assert browser().get("/account/sign-on/nothing/back").status_code == 404


def test_who_changes_their_mind_is_back_at_the_page(citizen: Client) -> None:
    here = browser()
    state = parse_qs(urlsplit(begin(here)).query)["state"][0]
    answer = here.get(f"/account/sign-on/shandong/back?error=access_denied&state={state}")
    assert answer["Location"] == "/account/sign-on/cancelled"
    assert here.get("/account/sign-on/cancelled")["Location"] == "/account/sign-in"
    assert "已取消" in here.get("/account/sign-in").content.decode()


def test_a_sign_on_that_does_not_answer_is_told_of_in_words(citizen: Client, settings: Settings) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://127.0.0.1:9"  # nobody listens there
    answer = browser().get("/account/sign-on/shandong")
    assert answer.status_code == 401
    assert "统一认证没有完成" in answer.content.decode()


def test_a_wrong_secret_lets_nobody_in(citizen: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["secret"] = "guessed"
    assert come_in(citizen)[1].status_code == 401


def test_a_number_is_looked_at_on_the_day_of_the_sign_in() -> None:
    from quanxin.accounts.binding import identity_of
    from quanxin.calendar import travel

    with travel(dt.date(2033, 3, 7)):
        assert identity_of(MINOR)
    with travel(dt.date(2033, 3, 6)), pytest.raises(Exception, match="周岁"):
        identity_of(MINOR)


GOOD = """
- key: shandong
  title: {zh: 省统一身份认证, en: the province's sign-on}
  issuer: https://sso.example.org/
  client_id: quanxin
  identity_claim: id_number
"""


def test_sign_ons_are_read_from_a_file_and_secrets_from_elsewhere(
    tmp_path: sign_ons.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_ons.read(tmp_path) == ()
    (tmp_path / "oidc.yaml").write_text(GOOD, encoding="utf-8")
    (known,) = sign_ons.read(tmp_path)
    assert (known.key, known.issuer) == ("shandong", "https://sso.example.org")
    with pytest.raises(BadSetting, match="oidc-secret-shandong"):
        sign_ons.applications((known,), tmp_path)
    (tmp_path / "oidc-secret-shandong").write_text("in-a-file\n", encoding="utf-8")
    assert sign_ons.secret_of("shandong", tmp_path) == "in-a-file"
    monkeypatch.setenv("QUANXIN_OIDC_SECRETS", "shandong=a=b")
    assert sign_ons.secret_of("shandong", tmp_path) == "a=b"


@pytest.mark.parametrize(
    "bad",
    [
        GOOD.replace("https", "http"),
        GOOD + "  secret: x\n",
        GOOD + GOOD,
        GOOD.replace("client_id: quanxin", ""),
        "- 5",
        "x: [",
    ],
)
def test_a_file_that_is_wrong_is_refused(bad: str, tmp_path: sign_ons.Path) -> None:
    (tmp_path / "oidc.yaml").write_text(bad, encoding="utf-8")
    with pytest.raises(BadSetting):
        sign_ons.read(tmp_path)
