"""What those who run the platform ask of it, and what everybody is told while it cannot answer."""

from __future__ import annotations

import errno
import json
import logging
import re
from pathlib import Path
from unittest import mock

import psycopg
import pytest
import yaml
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from quanxin.accounts.actors import Actor
from quanxin.accounts.models import audit
from quanxin.runtime import machine, metrics, unable, vitals
from quanxin.runtime.log import JsonLines, request_id
from quanxin.work import engine

ROOT = Path(__file__).parents[2]
DOCUMENTED = ROOT / "docs/operators/metrics.md"
HERE = "127.0.0.1"


@pytest.mark.django_db
def test_health_tells_of_database_worker_disk_and_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Client().get("/healthz")
    told = {"status": "degraded", "database": "ok", "worker": "absent", "disk": "ok", "lag_seconds": 0}
    assert (answer.status_code, answer.json()) == (200, told)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert Client().get("/healthz").json() == told | {"status": "ok", "worker": "ok"}
    monkeypatch.setattr(vitals, "space", lambda: vitals.LOW - 1)
    assert Client().get("/healthz").json() == told | {"worker": "ok", "disk": "low"}
    monkeypatch.setattr(vitals, "space", lambda: machine.LEAST_TO_SERVE - 1)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["disk"]) == (503, "unavailable", "full")


def test_health_says_so_when_the_database_is_away() -> None:
    with mock.patch.object(connection, "cursor", side_effect=OperationalError):
        answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable", "database": "unreachable", "worker": "unknown", "disk": "ok", "lag_seconds": None,
    }  # fmt: skip


@pytest.mark.django_db
def test_figures_are_for_this_machine_or_for_whoever_has_the_token(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    assert client.get("/metrics", REMOTE_ADDR=HERE).status_code == 200
    refused = [
        client.get("/metrics", REMOTE_ADDR="203.0.113.7"),
        client.get("/metrics", REMOTE_ADDR=HERE, headers={"x-forwarded-for": "203.0.113.7"}),
        client.get("/metrics", REMOTE_ADDR=HERE, headers={"x-forwarded-for": HERE}),
    ]
    settings.TRUSTED_PROXIES = 1
    refused.append(client.get("/metrics", REMOTE_ADDR=HERE))
    monkeypatch.setenv("QUANXIN_METRICS_TOKEN", "s3cret-token")
    refused.append(client.get("/metrics", REMOTE_ADDR=HERE))
    refused += [
        client.get("/metrics", headers={"authorization": f"Bearer {given}"}) for given in ("", "s3cret", "钥匙")
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert not any(b"quanxin_" in answer.content for answer in refused)
    assert client.get("/metrics", headers={"authorization": "Bearer s3cret-token"}).status_code == 200


def exposed() -> set[str]:
    """The names of what is exposed, as Prometheus keeps them, with a request and a job counted."""
    metrics.JOBS.labels("work.perform", "done").inc()
    metrics.JOB_SECONDS.labels("work.perform").observe(0.1)
    client = Client()
    client.get("/robots.txt")
    text = client.get("/metrics", REMOTE_ADDR=HERE).content.decode()
    families = list(text_string_to_metric_families(text))
    return {sample.name for family in families for sample in family.samples} | {family.name for family in families}


@pytest.mark.django_db
def test_every_figure_is_documented_and_every_documented_figure_is_there() -> None:
    made = {name for name in exposed() if not name.endswith(("_created", "_bucket", "_sum", "_count"))}
    # a family is told by its own name and by that of its samples, of which the document has the latter
    made -= {name.removesuffix("_total") for name in made if name.endswith("_total")}
    documented = set(re.findall(r"^\| `(quanxin_\w+)`", DOCUMENTED.read_text(encoding="utf-8"), re.M))
    assert (made - {"quanxin_process_starts"}) | {"quanxin_process_starts_total"} == documented


@pytest.mark.django_db
def test_the_sample_dashboard_and_alerts_ask_for_figures_that_exist() -> None:
    there = exposed() | {"quanxin_process_starts_total"}
    dashboard = json.loads((ROOT / "deploy/grafana/quanxin.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8"))["groups"]
    alerts = [rule for group in rules for rule in group["rules"]]
    assert all({"alert", "expr", "for", "labels", "annotations"} <= set(rule) for rule in alerts)
    for expression in [*asked, *(rule["expr"] for rule in alerts)]:
        names = set(re.findall(r"\bquanxin_\w+", expression))
        assert names, expression
        assert names <= there, names - there


@pytest.mark.django_db(transaction=True)
def test_one_number_leads_from_a_request_to_what_it_did_and_to_its_jobs(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    client = Client()
    settings.TRUSTED_PROXIES = 1
    with caplog.at_level(logging.INFO, "quanxin.requests"):
        answer = client.get("/subject/91370100264171000X", headers={"x-request-id": "from-our-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-our-proxy-1"
    (record,) = [r for r in caplog.records if r.getMessage() == "request"]
    line = json.loads(JsonLines().format(record))
    assert (line["method"], line["address"], line["status"]) == ("GET", "subject/<str:code>", str(answer.status_code))
    assert "91370100264171000X" not in json.dumps(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", line["time"])
    held = request_id.set("a-request-0001")
    try:
        caplog.clear()
        with caplog.at_level(logging.INFO, "quanxin.requests"):
            made = audit(Actor("user:somebody", frozenset()), "test.act", "a target")
            said = json.loads(JsonLines().format(caplog.records[-1]))
        assert (said["request_id"], said["line"], said["act"]) == ("a-request-0001", str(made.pk), "test.act")
        from quanxin.intake.submissions import SUBMISSIONS

        assert engine.enqueue(SUBMISSIONS, "00000000-0000-0000-0000-000000000000")
        (job,) = ProcrastinateJob.objects.filter(task_name=engine.TASK)
        assert job.args["request"] == "a-request-0001"
    finally:
        request_id.reset(held)
    settings.TRUSTED_PROXIES = 0
    assert Client().get("/robots.txt", headers={"x-request-id": "forged-by-a-visitor"}).headers["X-Request-ID"] != (
        "forged-by-a-visitor"
    )


@pytest.mark.parametrize(("error", "reason"), [
    (OperationalError("gone"), "database"), (OSError(errno.ENOSPC, "no space"), "disk"), (ValueError(), None),
    (psycopg.errors.DiskFull(), "disk"), (psycopg.errors.AdminShutdown(), "database"), (psycopg.errors.LockNotAvailable(), None),
    (psycopg.errors.QueryCanceled(), None), (DatabaseError(), None),
])  # fmt: skip
def test_only_a_lost_database_and_a_full_disk_are_told_apart_from_a_defect(
    error: Exception, reason: str | None
) -> None:
    assert unable.why(error) == reason
    wrapped = OperationalError("told by Django")
    wrapped.__cause__ = error
    assert unable.why(wrapped) == reason


@pytest.mark.parametrize(("error", "words"), [
    (OperationalError("no connection to server at 10.1.2.3"), "数据库暂时连接不上"), (OSError(errno.ENOSPC, "x"), "磁盘已满"),
])  # fmt: skip
def test_whoever_comes_meanwhile_is_told_in_words(error: Exception, words: str) -> None:
    client = Client(raise_request_exception=False, headers={"accept-language": "zh-CN"})
    with mock.patch("quanxin.web.views.system.reverse", side_effect=error):
        page = client.get("/robots.txt")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert words in page.content.decode()
    assert "10.1.2.3" not in page.content.decode()
    with mock.patch("quanxin.intake.api.catalogue.current_pack", side_effect=error):
        problem = client.get("/api/v1/resources")
    assert (problem.status_code, problem.headers["Content-Type"]) == (503, "application/problem+json")
    assert words in problem.json()["title"]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("get", "/api/", 404, "not-found"), ("get", "/api/v2/batches", 404, "not-found"),
    ("get", "/api/v1/nothing", 404, "not-found"), ("post", "/api/v1/nothing/at/all", 404, "not-found"),
    ("get", "/api/v1/token", 405, "method"),
    ("delete", "/api/v1/resources", 405, "method"), ("put", "/api/v1/batches", 405, "method"),
    ("get", "/api/v1/resources/%00", 422, "request-invalid"), ("get", "/api/%00", 404, "not-found"),
])  # fmt: skip
def test_what_is_not_there_beneath_the_interface_is_a_problem(method: str, path: str, status: int, code: str) -> None:
    answer = getattr(Client(raise_request_exception=False), method)(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    if status == 405:
        assert answer.headers["Allow"]
