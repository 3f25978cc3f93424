"""The interface on a page, and the samples of its documentation, run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from quanxin.accounts import operator
from quanxin.accounts.people import add_client
from quanxin.api.examples import example
from quanxin.api.interface import interface
from tests.city import register

DOCUMENT = Path(__file__).parents[2] / "docs/developers/interface.md"


@pytest.mark.django_db
def test_every_operation_is_on_the_page_with_examples() -> None:
    described = interface.get_openapi_schema()
    page = Client(headers={"accept-language": "zh-CN"}).get("/interface").content.decode()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert f'id="{operation["operationId"]}"' in page
            assert f"{method.upper()} {path}" in page
    assert "/api/v1/token" in described["paths"]
    assert described["servers"][0]["url"]
    assert "grant_type=client_credentials" in page
    assert "<script" not in page.partition('<main id="main"')[2].partition("</main>")[0]
    english = Client(headers={"accept-language": "en"}).get("/interface").content.decode()
    assert "Parameters and examples" in english


def test_an_example_keeps_to_its_schema() -> None:
    import jsonschema_rs

    described = interface.get_openapi_schema()
    parts = described["components"]["schemas"]
    for name, schema in parts.items():
        made = example(schema, parts)
        told = json.loads(json.dumps(schema).replace("#/components/schemas/", "#/$defs/"))
        told["$defs"] = json.loads(json.dumps(parts).replace("#/components/schemas/", "#/$defs/"))
        wrong = [
            e.message for e in jsonschema_rs.Draft202012Validator(told).iter_errors(made) if '"…"' not in e.message
        ]
        assert wrong == [], name


def samples() -> dict[str, str]:
    """The samples of the documentation by their language."""
    part = DOCUMENT.read_text(encoding="utf-8").partition("\n## Samples\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"```(\w+)\n(.*?)```", part, re.S))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_samples_of_the_documentation_run_as_they_stand(live_server: LiveServer, tmp_path: Path) -> None:
    register(tmp_path)
    client, secret = add_client(operator(), "our-system", provider="market-regulation")
    env = os.environ | {
        "QUANXIN": live_server.url, "CLIENT_ID": client.application.client_id, "CLIENT_SECRET": secret,
    }  # fmt: skip
    runners = {"sh": ["sh", "-e"], "python": [sys.executable], "javascript": ["node"]}
    found = samples()
    assert set(found) == {*runners, "json"}
    (tmp_path / "row.json").write_text(found["json"], encoding="utf-8")
    answers = {}
    for language, runner in runners.items():
        needed = "curl" if language == "sh" else runner[0]
        if shutil.which(needed) is None:
            continue
        file = tmp_path / {"sh": "sample.sh", "python": "sample.py", "javascript": "sample.mjs"}[language]
        file.write_text(found[language], encoding="utf-8")
        done = subprocess.run(
            [*runner, str(file)], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{language}: {done.stderr}"
        answers[language] = json.loads(done.stdout.strip().splitlines()[-1])
    assert len({answer["batch"] for answer in answers.values()}) == 1, "the same rows are one batch, whoever sends them"
    assert all(answer["received"] == 1 for answer in answers.values())
