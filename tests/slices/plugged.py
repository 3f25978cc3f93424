"""What a slice of thirty lines does where it is plugged in: run by ``test_plugging``, in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_account
from quanxin.archive import events
from quanxin.archive.models import Event
from quanxin.calendar import now, travel
from quanxin.cli.main import app
from quanxin.runtime import slices
from quanxin.runtime.doctor import examine
from tests.access import table, test_matrix
from tests.access.table import CONSUMER, OPEN, OWN
from tests.access.test_matrix import CALLERS, allowed, city, refused, routes
from tests.slices.notes import parts

pytestmark = pytest.mark.django_db
OURS = {"desk:notes": frozenset({Role.CENTRE}), "my:notes": OWN, "portal:notes": OPEN, "api:notes": CONSUMER}
table.ROUTES.update(OURS)
__all__ = ["city"]  # the fixture: one enrolled company


def test_the_matrix_has_its_addresses_and_every_caller_is_let_in_as_it_says() -> None:
    test_matrix.test_every_address_has_a_rule_and_every_rule_an_address()
    test_matrix.test_the_roles_that_a_view_asks_for_are_those_of_the_table()
    paths = {name: path for name, path, _ in routes() if name in OURS}
    assert set(paths) == set(OURS)
    wrong = []
    for caller, made in CALLERS.items():
        client = made()
        for name, path in paths.items():
            answer = client.get(path)
            assert answer.status_code < 500, (caller, name)
            if refused(answer) == allowed(caller, name):
                wrong.append(f"{caller} {name} {answer.status_code}")
    assert wrong == []


def test_its_links_stand_in_every_face_for_whom_they_open_and_for_nobody_else() -> None:
    for client, path, shown in (
        (CALLERS["centre"](), "/desk/notes", True),
        (CALLERS["steward"](), "/desk/", False),
        (CALLERS["subject"](), "/my/notes", True),
        (Client(), "/notes", True),
    ):
        page = client.get(path).content.decode()
        nav = page.partition('class="main-nav"')[2].partition("</nav>")[0]
        assert ("记事簿" in nav) == shown, path
        assert f'href="{path}" aria-current="page"' in nav, path


def test_a_machine_and_a_command_reach_it() -> None:
    client = CALLERS["consumer-machine"]()
    assert client.get("/api/v1/notes").json() == {"notes": len(parts.followed)}
    assert "/api/v1/notes" in Client().get("/api/v1/openapi.json").json()["paths"]
    add_account(operator(), "clerk", password="七泉映月-Spring-72", role=Role.INTAKE)
    run = CliRunner().invoke(app, ["notes"])
    assert (run.exit_code, run.stdout) == (0, '{"notes": 0}\n')
    assert CliRunner().invoke(app, ["--as", "clerk", "notes"]).exit_code != 0
    assert AuditLine.objects.filter(act="access.refused", target="command:notes").exists()


def test_the_doctor_looks_at_it_and_misses_what_should_have_ended() -> None:
    found = {finding.check: finding for finding in examine(slices.checks(deep=False))}
    assert found["notes"].words[0] == "记事正常"
    with travel(now().replace(year=now().year + 1)):
        found = {finding.check: finding for finding in examine(slices.checks(deep=False))}
        assert "notes" in found["retention"].words[1]


def test_it_watches_acts_and_follows_events() -> None:
    with transaction.atomic():
        made = events.record(Event.Kind.SUBJECTS_SPLIT, now(), subject=1)
    assert made in parts.watched
    assert [one.name for one in events.handlers_soon()][-1] == "notes"
    assert events.title_of("notes") == "记事"


def test_the_sample_city_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the evaluation alone; what all the others add is seen where the whole city is made."""
    from quanxin.demo import run as sample

    both = [one for one in slices.plugged() if {"evaluated", "notes"} & set(one.demo)]
    monkeypatch.setattr(slices, "plugged", lambda: both)
    made = sample.run(subjects=30, seed=1, folder=tmp_path, actor=operator())
    assert made["notes"] == {"made": 1}
    assert made["evaluated"]
