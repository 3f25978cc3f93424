"""Webhooks by the command line."""

from __future__ import annotations

import json

import pytest
from pytest_django import Settings
from typer.testing import CliRunner

from quanxin.cli.main import app
from quanxin.sharing.models import Webhook
from quanxin.sharing.webhooks import secret_of
from tests.sharing.test_feed import consumer

pytestmark = pytest.mark.django_db


def said(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(app, ["webhook", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_a_webhook_is_added_listed_and_ended_and_its_secret_shown_once(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE = True
    consumer()
    made = said("add", "bank", "http://127.0.0.1:9/hook")
    assert secret_of(Webhook.objects.get()) == made["secret"]
    listed = json.dumps(said("list"))
    assert "http://127.0.0.1:9/hook" in listed
    assert str(made["secret"]) not in listed
    said("end", str(made["webhook"]), "--reason", "不再使用")
    assert Webhook.objects.get().ended_at is not None


def test_an_unknown_consumer_is_refused_in_words() -> None:
    done = CliRunner().invoke(app, ["webhook", "add", "nobody", "https://8.8.8.8/"])
    assert done.exit_code == 1
    assert "nobody" in done.stderr
