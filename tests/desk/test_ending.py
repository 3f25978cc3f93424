"""The administrator's and the centre's pages on which clients, secrets, sessions, subscriptions and webhooks are ended."""

from __future__ import annotations

import re

import pytest
from pytest_django import Settings

from quanxin.accounts import clients, operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import ApiClient, AuditLine, ClientSecret, Session
from quanxin.sharing import webhooks
from quanxin.sharing.models import Subscription, Webhook
from tests.desk.people import signed_in
from tests.sharing.test_feed import consumer

pytestmark = pytest.mark.django_db


def test_a_client_is_added_given_a_new_secret_and_ended_on_its_page() -> None:
    admin = signed_in(Role.ADMINISTRATOR, name="admin")
    made = admin.post("/desk/clients", {"what": "add", "which": "market", "provider": "market-regulation"})
    secret = re.search(r"client_secret</dt>\s*<dd><code>([\w-]{43})</code>", made.content.decode())
    assert secret
    assert secret[1] not in admin.get("/desk/clients").content.decode()
    again = admin.post("/desk/clients", {"what": "secret", "which": "market"}).content.decode()
    assert "新密钥" in again
    assert secret[1] not in again
    for said in ({"what": "secret", "which": "market"}, {"what": "add", "which": "market", "provider": "taxation"},
                 {"what": "add", "which": "none"}, {"what": "end-client", "which": "market", "reason": " "},
                 {"what": "end-secret", "which": "x", "reason": "x"}):  # fmt: skip
        assert admin.post("/desk/clients", said).status_code == 422
    first = ClientSecret.objects.earliest("id")
    assert admin.post("/desk/clients", {"what": "end-secret", "which": first.pk, "reason": "泄露"}).status_code == 302
    assert admin.post("/desk/clients", {"what": "end-client", "which": "market", "reason": "下线"}).status_code == 302
    page = admin.get("/desk/clients?done=ended").content.decode()
    assert "已停用" in page
    assert not ApiClient.objects.get().active
    acts = AuditLine.objects.filter(target="client:market").order_by("id").values_list("act", "actor")
    assert [act for act, _ in acts] == [
        "accounts.add-client", "accounts.new-secret", "accounts.end-secret", "accounts.end-client",
    ]  # fmt: skip
    assert {actor for _, actor in acts} == {"user:admin"}


def test_an_accounts_sessions_are_ended_with_a_reason() -> None:
    clerk, admin = signed_in(Role.INTAKE, name="clerk"), signed_in(Role.ADMINISTRATOR, name="admin")
    page = admin.get("/desk/sessions").content.decode()
    assert "clerk" in page
    assert Session.objects.first().session_key not in page  # type: ignore[union-attr]
    assert admin.post("/desk/sessions", {"which": "clerk", "reason": ""}).status_code == 422
    assert clerk.get("/desk/").status_code == 200
    assert admin.post("/desk/sessions", {"which": "clerk", "reason": "离岗"}).status_code == 302
    assert clerk.get("/desk/").status_code == 302
    assert AuditLine.objects.get(act="accounts.end-sessions").particulars["why"] == "离岗"
    assert admin.get("/desk/sessions").status_code == 200


def test_the_centre_ends_subscriptions_and_webhooks(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE = True
    who = consumer()
    hook = webhooks.add(operator(), who, "http://127.0.0.1:9/hook")[0]
    live = Subscription.objects.filter(ended_at=None).first()
    assert live is not None
    centre = signed_in(Role.CENTRE, name="centre")
    page = centre.get("/desk/consumers").content.decode()
    assert "停止订阅" in page
    assert "停用通知地址" in page
    for what, which in (("subscription", live.pk), ("webhook", hook.pk)):
        sent = {"what": what, "which": which}
        assert centre.post("/desk/consumers/end", sent).status_code in (400, 422)
        assert centre.post("/desk/consumers/end", sent | {"reason": "协议终止"}).status_code == 302
    live.refresh_from_db()
    assert live.ended_reason == "协议终止"
    assert Webhook.objects.get().ended_at
    for act in ("sharing.end-subscription", "sharing.end-webhook"):
        assert AuditLine.objects.get(act=act).particulars["reason"] == "协议终止"
    assert centre.post("/desk/consumers/end", {"what": "subscription", "which": "0", "reason": "x"}).status_code == 404


def test_the_auditor_sees_who_was_not_let_in() -> None:
    from tests.accounts.people import browser, sign_in

    sign_in(browser(), "nobody", "wrong")
    clients.authenticated("no-client", "wrong-secret", None)
    auditor = signed_in(Role.AUDITOR, name="auditor")
    page = auditor.get("/desk/sign-ins?failed=1").content.decode()
    assert "nobody" in page
    assert "client:no-client" in page
    assert "wrong-secret" not in page
    assert "nobody" not in auditor.post("/desk/sign-ins", {"username": "client:"}).content.decode()
    assert auditor.get("/desk/sign-ins?as=csv")["Content-Type"] == "application/zip"
    assert AuditLine.objects.filter(act="audit.read", target="sign-ins").count() == 3
