"""Two machines at once are one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from quanxin.calendar import travel
from quanxin.casework.models import Case
from tests.api.conftest import Machine, decider_token
from tests.casework.duty import MAY, PROVIDER, duty, reference


@pytest.mark.django_db(transaction=True)
def test_two_machines_at_once_begin_one_case(tmp_path: Path) -> None:
    record = duty(tmp_path)
    with travel(MAY):
        machines = [Machine(decider_token(name, provider=PROVIDER)) for name in ("one", "two")]

        def begin(one: Machine) -> tuple[int, str]:
            try:
                with travel(MAY):
                    answer = one.post("/cases", reference(record))
                    return answer.status_code, answer.json()["number"]
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            done = set(pool.map(begin, machines))
    assert len(done) == 1
    assert Case.objects.count() == 1
