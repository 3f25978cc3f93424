"""Consumers are told of changes: once, signed, again where they did not take it, and never inside the network."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connections
from pytest_django import Settings

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import NotAllowed, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive import judgements
from quanxin.archive.models import Record, Withdrawal
from quanxin.calendar import now, travel
from quanxin.demo.city import code_of
from quanxin.intake import withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.runtime.keys import sealer
from quanxin.sharing import feed, subscriptions, webhook_events, webhooks
from quanxin.sharing.models import Delivery, Webhook
from quanxin.subjects.models import Name, Subject
from tests.city import CODES, hand_in, penalty, register
from tests.intake.processes import here, until, workers
from tests.intake.receiver import Receiver, receiver
from tests.sharing.test_feed import RESOURCE, consumer, settle

PENDING, DELIVERED, DEAD = Delivery.State.PENDING, Delivery.State.DELIVERED, Delivery.State.DEAD


@pytest.fixture
def bank(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_PRIVATE = True
    with receiver() as listening:
        yield listening


@pytest.fixture
def hooked(db: None, bank: Receiver, tmp_path: Path) -> str:
    """A bank that follows penalties and wants to be told from now on; its secret."""
    register(tmp_path)
    settle()
    return webhooks.add(operator(), consumer(), bank.url)[1]


def penalties(folder: Path, name: str) -> None:
    hand_in(folder, RESOURCE, [penalty(0, f"{name}号")], name=f"{name}.csv")
    settle()


def dispatch() -> None:
    """What the worker's two jobs do: make what is to be told of, and send what is due."""
    webhook_events.enqueue()
    webhooks.deliver_due()


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def test_a_signature_is_the_one_that_standard_webhooks_publishes() -> None:
    at = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    headers = webhooks.signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_decisions_about_records_are_news_too(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    from quanxin.archive import restrictions
    from quanxin.archive.models import Restriction
    from quanxin.policy.model import Basis

    penalties(tmp_path, "一")
    record = Record.objects.get(resource=RESOURCE)
    dispatch()
    assert len(bank.came) == 1
    basis = [Basis(title="信用修复管理办法")]
    restrictions.restrict(operator(), [record], Restriction.Kind.REPAIRED, case="case:1", basis=basis, at=now())
    settle()
    dispatch()
    restrictions.release(operator(), "case:1", reason="材料虚假", at=now())
    settle()
    dispatch()
    told = [json.loads(body) for _, _, body in bank.came]
    assert [one["resources"] for one in told] == [[RESOURCE]] * 3
    assert len({one["timepoint"] for one in told}) == 3


def test_news_is_told_thinly_and_signed_with_the_secret_that_was_shown(
    hooked: str, bank: Receiver, tmp_path: Path
) -> None:
    penalties(tmp_path, "一")
    dispatch()
    ((path, headers, body),) = bank.came
    assert (path, json.loads(body)) == (
        "/hook",
        {"type": "changes.available", "timepoint": str(feed.latest()), "resources": [RESOURCE]},
    )
    signing = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(hooked.removeprefix("whsec_")), signing, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - now().timestamp()) < 300
    assert states() == [DELIVERED]
    assert hooked.encode() not in bytes(Webhook.objects.get().secret)


def test_without_news_and_while_one_is_on_its_way_nothing_is_made(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    assert webhook_events.enqueue() == 0
    penalties(tmp_path, "一")
    assert [webhook_events.enqueue(), webhook_events.enqueue()] == [1, 0]
    penalties(tmp_path, "二")
    assert webhook_events.enqueue() == 0
    assert [webhooks.deliver_due(), webhooks.deliver_due()] == [1, 0]
    assert [webhook_events.enqueue(), webhooks.deliver_due(), webhook_events.enqueue()] == [1, 1, 0]
    first, second = (int(json.loads(body)["timepoint"]) for _, _, body in bank.came)
    assert first < second == feed.latest()


def test_what_was_not_subscribed_to_is_not_told_and_not_looked_at_again(
    hooked: str, bank: Receiver, tmp_path: Path
) -> None:
    hand_in(tmp_path, "enterprise-registration", [{"subject_name": "济南丁样例有限公司"}], name="other.csv")
    settle()
    assert Webhook.objects.get().position < feed.latest()
    assert webhook_events.enqueue() == 0
    assert Webhook.objects.get().position == feed.latest()


def test_withdrawals_and_moved_records_are_news(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    hand_in(tmp_path, RESOURCE, [penalty(0, "一号"), penalty(0, "二号")], name="two.csv")
    settle()
    dispatch()
    one, other = Record.objects.filter(resource=RESOURCE, superseded_at=None).order_by("id")
    withdrawals.withdraw(
        operator(), "market-regulation", [(one.subject_id, one.id)], kind=Withdrawal.Kind.REVOKED, reason="撤销"
    )
    settle()
    dispatch()
    subject = Subject.objects.get(code=CODES[0])
    name = Name.objects.create(subject=subject, text="济南戊样例有限公司", current=False, recorded_at=now(), batch="x")
    judgements.split(
        operator(), subject, reason="两家企业", code=code_of("91", "370102", 777), names=[name.pk], records=[other.id]
    )
    settle()
    dispatch()
    said = [json.loads(body) for _, _, body in bank.came]
    assert [s["resources"] for s in said] == [[RESOURCE]] * 3
    assert int(said[-1]["timepoint"]) == feed.latest()


def test_what_failed_is_sent_again_the_same(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    bank.answers = [500, 302, 200]
    penalties(tmp_path, "一")
    dispatch()
    failed = Delivery.objects.get()
    assert (failed.state, failed.status, failed.attempts) == (PENDING, 500, 1)
    assert webhooks.deliver_due() == 0, "it did not wait"
    for _ in range(2):
        with travel(Delivery.objects.get().next_at):
            assert webhooks.deliver_due() == 1
    done = Delivery.objects.get()
    assert (done.state, done.status, done.attempts, done.error) == (DELIVERED, 200, 3, "")
    assert len({body for _, _, body in bank.came}) == 1
    assert set(bank.header("webhook-id")) == {f"msg_{done.pk}"}
    assert len(set(bank.header("webhook-signature"))) == 3, "a signature is of its moment"


def test_after_eight_attempts_it_is_a_dead_letter_that_can_be_sent_again(
    hooked: str, bank: Receiver, tmp_path: Path
) -> None:
    bank.answers = [503] * 8
    penalties(tmp_path, "一")
    webhook_events.enqueue()
    waits, moment = [], now()
    while (delivery := Delivery.objects.get()).state == PENDING:
        moment = max(moment, delivery.next_at)
        with travel(moment):
            webhooks.deliver_due()
        waits.append(Delivery.objects.get().next_at - moment)
    assert (delivery.state, delivery.attempts, delivery.status, len(bank.came)) == (DEAD, 8, 503, 8)
    assert tuple(waits[:-1]) == webhooks.DELAYS
    webhooks.redeliver(operator(), delivery.pk)
    assert webhooks.deliver_due() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DELIVERED, 1)
    assert AuditLine.objects.filter(act="sharing.redeliver").count() == 1


def test_a_dead_letter_does_not_keep_later_news_back(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    penalties(tmp_path, "一")
    webhook_events.enqueue()
    Delivery.objects.update(state=DEAD, finished_at=now())
    penalties(tmp_path, "二")
    dispatch()
    assert states() == [DEAD, DELIVERED]


def test_where_the_name_leads_inside_later_nothing_is_sent(
    hooked: str, bank: Receiver, tmp_path: Path, settings: Settings
) -> None:
    penalties(tmp_path, "一")
    settings.WEBHOOK_PRIVATE, settings.WEBHOOK_PORTS = False, frozenset({urlsplit(bank.url).port})
    hook, url = Webhook.objects.get(), bank.url.replace("http:", "https:")
    moved = sealer().seal(hooked, webhooks.as_secret_of(hook.consumer_id, url))  # it opens for its own address alone
    Webhook.objects.update(url=url, secret=moved)
    dispatch()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status) == (PENDING, None)
    assert "not on the public internet" in delivery.error
    assert bank.came == []


def test_a_secret_that_cannot_be_opened_holds_up_nobody_else(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    Webhook.objects.update(secret=b"altered")
    webhooks.add(operator(), consumer(), f"{bank.url}/second")
    penalties(tmp_path, "一")
    dispatch()
    assert [path for path, _, _ in bank.came] == ["/hook/second"]
    assert sorted(states()) == sorted([PENDING, DELIVERED])


def test_an_ended_webhook_is_sent_nothing_more(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    penalties(tmp_path, "一")
    webhook_events.enqueue()
    hook = Webhook.objects.get()
    webhooks.end(operator(), hook.pk, reason="不再使用")
    webhooks.end(operator(), hook.pk, reason="不再使用")
    penalties(tmp_path, "二")
    dispatch()
    assert (states(), bank.came) == ([DEAD], [])
    assert AuditLine.objects.filter(act="sharing.end-webhook").count() == 1
    with pytest.raises(IntakeError, match="was ended"):
        webhooks.redeliver(operator(), Delivery.objects.get().pk)


def test_nobody_is_told_after_the_subscription_ended(hooked: str, bank: Receiver, tmp_path: Path) -> None:
    subscriptions.end(operator(), Webhook.objects.get().consumer.subscriptions.get(ended_at=None), reason="协议到期")
    penalties(tmp_path, "一")
    dispatch()
    assert (states(), bank.came) == ([], [])


def test_only_the_centre_decides_whom_to_tell(hooked: str, bank: Receiver) -> None:
    clerk, hook = Actor("clerk", frozenset({Role.INTAKE, Role.STEWARD})), Webhook.objects.get()
    for act in (
        lambda: webhooks.add(clerk, hook.consumer, f"{bank.url}/x"),
        lambda: webhooks.end(clerk, hook.pk, reason="x"),
        lambda: webhooks.redeliver(clerk, 1),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_address_inside_or_given_twice_is_refused_in_words(hooked: str, bank: Receiver, settings: Settings) -> None:
    who = Webhook.objects.get().consumer
    with pytest.raises(IntakeError, match="there already"):
        webhooks.add(operator(), who, bank.url)
    settings.WEBHOOK_PRIVATE = False
    with pytest.raises(IntakeError, match=r"10\.0\.0\.8 is not on the public internet"):
        webhooks.add(operator(), who, "https://10.0.0.8/hook")
    for act in (partial(webhooks.end, reason="x"), webhooks.redeliver):
        with pytest.raises(IntakeError, match="webhook or delivery 0"):
            act(operator(), 0)
    assert Webhook.objects.count() == 1


def test_what_was_delivered_long_ago_is_forgotten_and_dead_letters_are_not(
    hooked: str, bank: Receiver, tmp_path: Path
) -> None:
    for name, state in (("一", DEAD), ("二", DELIVERED), ("三", DELIVERED)):
        penalties(tmp_path, name)
        dispatch()
        ago = webhooks.KEPT * (1 if name == "三" else 2)
        Delivery.objects.filter(finished_at__gt=now() - ago / 4).update(
            state=state, finished_at=now() - ago + dt.timedelta(hours=1)
        )
    assert webhooks.forget() == 1
    assert states() == [DEAD, DELIVERED]


def prepared(folder: Path, *urls: str) -> None:
    """Committed for good: a consumer with webhooks, and news for each."""
    register(folder)
    who = consumer()
    for url in urls:
        webhooks.add(operator(), who, url)
    hand_in(folder, RESOURCE, [penalty(0)], name="news.csv")


@pytest.mark.django_db(transaction=True)
def test_dispatchers_at_once_send_each_once(bank: Receiver, tmp_path: Path) -> None:
    bank.pause = 0.1
    prepared(tmp_path, *(f"{bank.url}/{n}" for n in range(12)))
    together = threading.Barrier(4)

    def dispatcher(_: int) -> None:
        try:
            together.wait()
            dispatch()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(dispatcher, range(4)))
    dispatch()  # what one of them left to another that had just looked
    assert sorted(path for path, _, _ in bank.came) == sorted(f"/hook/{n}" for n in range(12))
    assert states() == [DELIVERED] * 12


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_dispatcher_was_sending_is_sent_under_the_same_number(settings: Settings, tmp_path: Path) -> None:
    settings.WEBHOOK_PRIVATE = True
    ready, go = os.pipe()
    connections.close_all()  # the child must not share the parent's connection
    child = os.fork()
    if child == 0:
        try:
            os.read(ready, 1)
            webhooks.deliver_due()
        finally:
            os._exit(0)
    try:
        with receiver() as bank:
            bank.hold = threading.Event()
            prepared(tmp_path, bank.url)
            assert webhook_events.enqueue() == 1
            os.write(go, b"!")
            until(lambda: bool(bank.came), "the child to send")
            assert webhooks.deliver_due() == 0, "sent while another sends"
            os.kill(child, signal.SIGKILL)
            bank.hold.set()
            until(lambda: webhooks.deliver_due() == 1, "the database to know that the child is gone")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(go)
    assert bank.header("webhook-id") == [f"msg_{Delivery.objects.get().pk}"] * 2
    assert states() == [DELIVERED]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_tells_of_what_is_committed(bank: Receiver, tmp_path: Path) -> None:
    prepared(tmp_path, bank.url)
    with workers(1, here() | {"QUANXIN_WEBHOOK_PRIVATE": "1"}):
        until(lambda: states() == [DELIVERED], "the news to be delivered")
    assert [json.loads(body)["resources"] for _, _, body in bank.came] == [[RESOURCE]]
