"""A reader that is killed is a refused file with a reason on each way in: it is not tried for ever, and the next goes on."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django import Settings

from quanxin.accounts.actors import Role
from quanxin.archive.models import Record
from quanxin.calendar import now
from quanxin.intake import drop_scan, pulls, sources
from quanxin.intake.models import Pulled, Submission
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.runtime import confined
from quanxin.work import engine
from tests.api.conftest import Machine, token_for
from tests.city import CODES, NAMES, registration, write
from tests.desk.people import signed_in

REGISTER, PROVIDER = "enterprise-registration", "market-regulation"
KILLED = "file-reader-killed"
Way = Callable[[Path, int], str | None]


def drop(folder: Path, n: int) -> str | None:
    place = folder / "drop" / PROVIDER / REGISTER
    place.mkdir(parents=True, exist_ok=True)
    write(folder, REGISTER, [registration(n)], "making.csv").rename(place / f"{n}.csv")
    drop_scan.scan()
    for submission in drop_scan.waiting():
        engine.perform(SUBMISSIONS, submission)
    drop_scan.scan()
    assert list(place.glob("*.csv")) == []  # neither lies there to be taken again
    answer = folder / "drop" / "results" / PROVIDER / REGISTER / f"{n}.csv.error.json"
    return json.loads(answer.read_text(encoding="utf-8"))["code"] if answer.exists() else None


def pull(folder: Path, n: int) -> str | None:
    database = folder / f"{n}.db"
    with sqlite3.connect(database) as made:
        made.execute("CREATE TABLE firms (subject_name text, uscc text, established text, capital text)")
        made.execute("INSERT INTO firms VALUES (?, ?, ?, ?)", (NAMES[n], CODES[n], "2015-06-01", "100万元"))
    made.close()
    source = {
        "name": f"s{n}",
        "resource": REGISTER,
        "provider": PROVIDER,
        "query": "SELECT * FROM firms",
        "schedule": "0 0 1 1 *",
        "url": f"sqlite:///{database}",
    }
    (sources.folder() / f"s{n}.yaml").write_text(yaml.safe_dump(source))
    pulls.pull_as_job(f"s{n}")
    state = Pulled.objects.get(pk=f"s{n}")
    assert not pulls.is_due(sources.load(f"s{n}"), state, now())  # it has to wait, longer each time
    return state.error and state.error["code"]


def interface(folder: Path, n: int) -> str | None:
    machine = Machine(token_for(f"market-{n}", provider=PROVIDER))
    row = json.dumps(registration(n)).encode()
    answer = machine.post(f"/resources/{REGISTER}/rows", raw=row + b"\n", kind="application/x-ndjson")
    assert answer.status_code in (200, 422)
    code: str | None = answer.json().get("code")
    return code


def desk(folder: Path, n: int) -> str | None:
    clerk = signed_in(Role.INTAKE, provider=PROVIDER, name=f"clerk-{n}")
    with write(folder, REGISTER, [registration(n)], f"{n}.csv").open("rb") as file:
        where = clerk.post("/desk/upload", {"what": f"{PROVIDER}/{REGISTER}", "file": file, "mode": "append"})[
            "Location"
        ]
    submission = Submission.objects.get(pk=where.rpartition("/")[2])
    assert engine.perform(SUBMISSIONS, submission.pk)
    submission.refresh_from_db()
    assert (submission.attempts, engine.take_over(SUBMISSIONS)) == (1, [])  # it is over, whatever became of it
    page = clerk.get(where, follow=True).content.decode()
    assert ("意外终止" in page) == bool(submission.error)
    return submission.error and submission.error["code"]


@pytest.mark.django_db
@pytest.mark.parametrize("way", [drop, pull, interface, desk])
def test_a_file_whose_reader_is_killed_is_refused_and_the_next_goes_on(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    settings.DROP_DIR, settings.DROP_QUIET_SECONDS = tmp_path / "drop", 0
    settings.SOURCES_DIR, settings.SOURCE_FILES = tmp_path / "sources", tmp_path
    settings.SOURCES_DIR.mkdir()
    began, killed = confined._Conversation.begin, list[int]()

    def kill(conversation: Any, patience: float) -> None:
        began(conversation, patience)
        if not killed:
            os.kill(conversation._number, signal.SIGKILL)
            killed.append(conversation._number)

    monkeypatch.setattr(confined._Conversation, "begin", kill)
    assert way(tmp_path, 0) == KILLED
    assert (len(killed), Record.objects.count()) == (1, 0)
    assert way(tmp_path, 1) is None
    assert Record.objects.count() == 1
