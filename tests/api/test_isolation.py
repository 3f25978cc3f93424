"""Whatever a machine asks for, and however, it is shown nothing of another's: ten thousand generated requests.

Two of three name what really exists: the other's batches, submissions, records and resources.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.test import override_settings
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from quanxin.accounts import operator
from quanxin.accounts.models import ApiClient
from quanxin.archive.models import Batch, Record
from quanxin.sharing import subscriptions
from tests.api.conftest import token_for
from tests.city import hand_in, licence, penalty

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
REQUESTS = 10_000
VARIANTS = (None, 0, 1)  # each request as it was generated, and naming one and another thing of the other's
SECRETS = ("密济历罚〔2025〕777号", "密占道经营情形", "不详密")  # in what the other handed in, accepted and held


@pytest.fixture
def others(enrolled: Path) -> dict[str, list[Any]]:
    """What market regulation handed in, and what of it can be named in an address or a body."""
    hand_in(
        enrolled,
        "administrative-penalty",
        [penalty(0, SECRETS[0], violation=SECRETS[1]), penalty(1, "甲2号", fine=SECRETS[2])],
    )
    hand_in(enrolled, "administrative-licence", [licence(0)], name="licence.csv")
    record = Record.objects.get(resource="administrative-penalty")
    return {
        "batch": list(Batch.objects.values_list("pk", flat=True)),
        "resource": ["administrative-penalty"],
        "record": [f"{record.subject_id}-{record.id}"],
        "submission": ["0" * 20],
    }


@pytest.fixture
def tokens() -> dict[str, str]:
    made = subscriptions.add_consumer(operator(), "rival", title="另一使用单位")
    subscriptions.grant(operator(), made, "administrative-licence", purpose="sharing", agreement="共享〔2026〕2号")
    told = {
        "another provider": token_for("taxation", provider="taxation"),
        "a consumer of other things": token_for("rival", consumer="rival"),
        "nobody": "not-a-token",
    }  # fmt: skip
    ApiClient.objects.update(rate=10_000_000)
    return told


def test_another_machine_is_shown_nothing(others: dict[str, list[Any]], tokens: dict[str, str]) -> None:
    from quanxin.web.wsgi import application  # made now: it wants the directory of static files

    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [result.ok() for result in described.get_all_operations()]
    each = -(-REQUESTS // (len(operations) * len(tokens) * len(VARIANTS)))
    guessing = override_settings(MISSED_LOOKUPS=10**9)  # nobody is stopped: each request is answered for itself
    with guessing:
        pester_all(operations, tokens, others, each)
    assert Record.objects.filter(resource="administrative-penalty", superseded_at=None).count() == 1


def pester_all(operations: list[Any], tokens: dict[str, str], others: dict[str, list[Any]], each: int) -> None:
    asked = sum(pester(operation, list(tokens.values()), others, each) for operation in operations)
    for operation in itertools.cycle(operations):  # of some there is less to generate than was asked for
        if asked >= REQUESTS:
            break
        asked += pester(operation, list(tokens.values()), others, each, seeded=asked)
    assert asked >= REQUESTS


def pester(operation: Any, tokens: list[str], others: dict[str, list[Any]], times: int, seeded: int = 0) -> int:
    """Send each generated request with each token, as it is and naming what exists; return how many that were."""
    asked = 0

    @seed(seeded)
    @settings(max_examples=times, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(), salt=st.integers(0, 2**32))
    def nothing_of_it(case: Any, salt: int) -> None:
        nonlocal asked
        for token in tokens:
            for which in VARIANTS:
                if which is not None:
                    name_what_exists(case, others, which)
                answer = case.call(headers={"Authorization": f"Bearer {token}", "X-Salt": str(salt)})
                asked += 1
                text = answer.text
                assert answer.status_code < 500
                assert not any(secret in text for secret in SECRETS), f"{case.method} {case.path}: {text[:200]}"

    nothing_of_it()
    return asked


def name_what_exists(case: Any, others: dict[str, list[Any]], which: int) -> None:
    """Put the other's own numbers where the request names something."""
    for part in list(case.path_parameters or {}):
        if part in others:
            case.path_parameters[part] = others[part][which % len(others[part])]
    if isinstance(case.body, dict):
        if "records" in case.body:
            case.body["records"] = others["record"]
        if "provider" in case.body:
            case.body["provider"] = "market-regulation"
