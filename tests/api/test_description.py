"""The interface against its own description: no error of ours, no answer that the description does not name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from quanxin.accounts import operator
from quanxin.accounts.models import ApiClient
from quanxin.sharing import subscriptions
from tests.api.conftest import decider_token, token_for
from tests.city import hand_in, penalty

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture
def tokens(enrolled: Path) -> dict[str, str]:
    made = subscriptions.add_consumer(operator(), "bank", title="样例银行")
    subscriptions.grant(operator(), made, "administrative-penalty", purpose="sharing", agreement="共享〔2026〕1号")
    hand_in(enrolled, "administrative-penalty", [penalty(0), penalty(1, fine="不详")])
    tokens = {
        "provider": token_for("market", provider="market-regulation"),
        "consumer": token_for("bank", consumer="bank"),
        "decider": decider_token("market-decider", provider="market-regulation"),
    }
    ApiClient.objects.update(rate=1_000_000)
    return tokens


@pytest.fixture
def described(tokens: dict[str, str]) -> Any:
    from quanxin.web.wsgi import application  # made now: it wants the directory of static files

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


def test_no_answer_is_an_error_of_ours_or_undescribed(described: Any, tokens: dict[str, str]) -> None:
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) >= 12
    for operation in operations:
        consumer = operation.path.startswith(("/api/v1/changes", "/api/v1/snapshots", "/api/v1/acknowledgements"))
        decider = operation.path.startswith("/api/v1/cases")
        who = "consumer" if consumer else "decider" if decider else "provider"
        try_out(operation, {"Authorization": f"Bearer {tokens[who]}"})


def try_out(operation: Any, headers: dict[str, str]) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy())
    def every_answer_is_described(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers=headers)

    every_answer_is_described()


def test_the_description_is_open_and_names_every_problem(client: Client, db: None) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert {"404", "422", "500"} < set(operation["responses"]), path
            assert {"200", "202"} & set(operation["responses"]), path
            assert operation["summary"]
