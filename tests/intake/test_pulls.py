"""What is new in a department's database comes in once, by its mark, and never a password with it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import select
import signal
import socket
import socketserver
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg import sql
from pytest_django import Settings

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor
from quanxin.archive.models import Batch, Record
from quanxin.calendar import ZONE, now
from quanxin.intake import extract as extracting
from quanxin.intake import pulls, sources
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held, Pulled
from quanxin.runtime.session import own_session
from tests.city import CODES, NAMES
from tests.intake import processes
from tests.intake.processes import here, until, workers

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "pa/ss@wo:rd"  # what a URL would not bear as it is
TABLE = "CREATE TABLE firms (name text, code text, since date, capital numeric(12, 2), changed {moment})"
QUERY = (
    "SELECT name, code, since, capital || '万元' AS capital, changed FROM firms "
    "WHERE changed >= :since OR changed IS NULL ORDER BY code"
)
MAPPING = {"name": "subject_name", "code": "统一社会信用代码", "since": "established", "changed": None}


@pytest.fixture(autouse=True)
def own_sources(tmp_path: Path, settings: Settings) -> None:
    settings.SOURCES_DIR, settings.SECRETS_DIR = tmp_path / "sources", tmp_path / "secrets"
    settings.SOURCES_DIR.mkdir()
    settings.SECRETS_DIR.mkdir()
    settings.SOURCE_FILES = tmp_path
    settings.SOURCE_HOSTS = frozenset({"127.0.0.1:1", "db:5432"})


def define(name: str = "firms", **changes: Any) -> Path:
    """Write a definition; a value of None leaves that key out."""
    given = {
        "name": name, "resource": "enterprise-registration", "provider": "market-regulation", "query": QUERY,
        "mapping": MAPPING | {"capital": "capital"}, "incremental": {"column": "changed", "from": dt.date(2025, 1, 1)},
    } | changes  # fmt: skip
    path = sources.folder() / f"{name}.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in given.items() if v is not None}, allow_unicode=True))
    return path


class Lite:
    """A department's database in SQLite."""

    a_day_before = "datetime(:since, '-1 day')"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "department.db"
        self.url = f"sqlite:///{self.path}"
        self.ask(TABLE.format(moment="text"))
        self.start: Any = "2025-01-01 00:00:00"

    def ask(self, query: str, *values: Any) -> None:
        with sqlite3.connect(self.path) as db:
            db.execute(query.replace("%s", "?"), [str(v) if isinstance(v, dt.datetime) else v for v in values])
        db.close()


class Door:
    """A port of this machine that leads to a Unix socket, as a department's server is reached by a port."""

    def __init__(self, path: str) -> None:
        class Through(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.socket(socket.AF_UNIX) as server:
                    server.connect(path)
                    sides = {self.request: server, server: self.request}
                    while True:
                        for side in select.select(list(sides), [], [])[0]:
                            data = side.recv(1 << 16)
                            if not data:
                                return
                            sides[side].sendall(data)

        self._listening = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Through)
        self._listening.daemon_threads = True
        self.address = f"127.0.0.1:{self._listening.server_address[1]}"
        threading.Thread(target=self._listening.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown()
        self._listening.server_close()


class Postgres:
    """A department's database in PostgreSQL, another one than ours, with a login that may only read."""

    a_day_before = ":since - interval '1 day'"

    def __init__(self, name: str) -> None:
        self.name, self.login = f"department_{name}", f"reader_{name}"
        known = connection.get_connection_params()
        self.parameters = {k: v for k, v in known.items() if k in ("user", "host", "port")} | {"dbname": self.name}
        with own_session() as session:
            for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
                session.execute(sql.SQL(statement).format(sql.Identifier(self.name)))
            session.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(self.login)))
            session.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(self.login), PASSWORD))
        self.door = Door(f"{known['host']}/.s.PGSQL.5432")
        self.url = f"postgresql://{self.login}:${{SOURCE_PASSWORD}}@{self.door.address}/{self.name}"
        self.start: Any = dt.datetime(2025, 1, 1, tzinfo=ZONE)
        self.ask(TABLE.format(moment="timestamptz"))
        self.ask(f"GRANT SELECT ON firms TO {self.login}")

    def ask(self, query: str, *values: Any) -> None:
        with psycopg.connect(**self.parameters, autocommit=True) as db:
            db.execute(query, values or None)  # type: ignore[arg-type]

    def drop(self) -> None:
        self.door.close()
        with own_session() as session:
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name)))
            session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(self.login)))


Database = Lite | Postgres


@pytest.fixture(params=["postgresql", "sqlite"])
def department(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Database]:
    monkeypatch.setenv("SOURCE_PASSWORD", PASSWORD)
    if request.param == "sqlite":
        yield Lite(tmp_path)
        return
    made = Postgres(os.environ.get("PYTEST_XDIST_WORKER", "one"))
    settings.SOURCE_HOSTS |= {made.door.address}
    yield made
    made.drop()


def moment(day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2025, 8, day, hour, 30, 15, 123456, tzinfo=dt.UTC)


def add(department: Database, n: int, changed: dt.datetime | None, capital: str = "100.50") -> None:
    """A firm, or a later version of it."""
    department.ask("DELETE FROM firms WHERE code = %s", CODES[n])
    department.ask("INSERT INTO firms VALUES (%s, %s, '2015-06-01', %s, %s)", NAMES[n], CODES[n], capital, changed)


def pull(**given: Any) -> pulls.Pull:
    return pulls.pull("firms", actor=operator(), **given)


def counts(made: pulls.Pull) -> tuple[int, int, int]:
    assert made.receipt is not None
    return made.receipt["accepted"], made.receipt["updated"], made.receipt["duplicate"]


def test_only_what_is_new_comes_in_and_ties_at_the_mark_are_read_again(
    department: Database, settings: Settings
) -> None:
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    add(department, 0, moment(1))
    add(department, 1, moment(2))
    first = pull()
    assert (first.rows, first.unmarked, counts(first)) == (2, 0, (2, 0, 0))
    nothing = pull()
    assert (nothing.rows, nothing.batch, nothing.mark) == (1, None, first.mark)
    add(department, 2, moment(2))  # the same instant as the mark, committed later
    tie = pull()
    assert (tie.rows, counts(tie)) == (2, (1, 0, 1))
    add(department, 0, moment(3), capital="200.50")
    changed = pull()
    assert (changed.rows, counts(changed)) == (3, (0, 1, 2))
    assert pull().batch is None
    batches = Batch.objects.all()
    assert batches.count() == 3
    assert {batch.actor for batch in batches} == {operator().name}
    assert not any((Path(settings.DATA_DIR) / "pulls").iterdir())


def test_a_query_that_looks_back_makes_no_batch_where_nothing_is_new(department: Database) -> None:
    define(
        url=department.url,
        query=QUERY.replace(":since", department.a_day_before),
        incremental={"column": "changed", "from": department.start},
    )
    add(department, 0, moment(1))
    add(department, 1, moment(2))
    first = pull()
    again = pull()
    assert (first.rows, again.rows, again.batch, again.mark) == (2, 2, None, first.mark)
    define(
        url=department.url,
        query=QUERY.replace(":since", department.a_day_before),
        mapping=MAPPING | {"capital": None},
        incremental={"column": "changed", "from": department.start},
    )
    assert pull().batch, "what is read of the rows has changed"


def test_a_row_that_goes_back_to_what_it_was_is_a_change_too(department: Database) -> None:
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    for day, capital in ((1, "100"), (1, "200"), (1, "100")):
        add(department, 0, moment(day), capital=capital)
        pull()
    versions = Record.objects.filter(resource="enterprise-registration").order_by("version")
    first, second, third = (version.payload["capital"]["amount"] for version in versions)
    assert first == third != second


def test_rows_without_a_mark_are_read_and_told_of(department: Database) -> None:
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    add(department, 0, None)
    alone = pull()
    assert (alone.rows, alone.unmarked, alone.mark) == (1, 1, None)
    add(department, 1, moment(1))
    both = pull()
    assert (both.rows, both.unmarked, counts(both)) == (2, 1, (1, 0, 1))
    assert both.mark


def test_from_the_beginning_means_all_of_it(department: Database) -> None:
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    for n in range(3):
        add(department, n, moment(n + 1))
        pull()
    again = pull(full=True)
    assert (again.rows, counts(again)) == (3, (0, 0, 3))
    assert again.mark == Pulled.objects.get(pk="firms").mark["value"]


def test_a_pull_that_dies_after_the_commit_is_finished_by_the_next_with_the_same_batch(
    department: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    add(department, 0, moment(1))

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pulls, "_packed", die)
        with pytest.raises(KeyboardInterrupt):
            pull()
    committed = Batch.objects.get()
    state = Pulled.objects.get()
    assert (state.mark, state.batch, state.failures) == (None, None, 1)
    made = pull()
    assert (made.batch, made.receipt and made.receipt["repeated"]) == (committed.pk, True)
    assert Pulled.objects.get().failures == 0
    assert Batch.objects.count() == 1


@pytest.mark.slow
def test_killed_at_many_instants_a_source_comes_in_once(department: Database) -> None:
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    killed = 0
    for n in range(9):
        add(department, n % 3, moment(n + 1), capital=f"{n + 1}00")
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                pull()
            finally:
                os._exit(0)
        time.sleep(0.1 * n)
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    pull()
    assert killed
    current = Record.objects.filter(resource="enterprise-registration", superseded_at=None)
    assert sorted(record.payload["capital"]["amount"] for record in current) == [
        "700.000000",
        "800.000000",
        "900.000000",
    ]
    assert Pulled.objects.get().mark["value"].startswith("2025-08-09")
    assert pull().batch is None


def test_rows_stream_in_portions_and_none_is_lost_between(
    department: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracting, "CHUNK", 2)
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    for n in range(3):
        add(department, n, moment(3 - n))
    made = pull()
    assert (made.rows, counts(made)) == (3, (3, 0, 0))
    assert made.mark
    assert made.mark.startswith("2025-08-03")


def test_values_that_fail_the_checks_are_held_like_any_others(department: Database) -> None:
    department.ask("INSERT INTO firms VALUES ('济南样例', '91X', '2015-06-01', 1, %s)", moment(1))
    define(url=department.url, incremental={"column": "changed", "from": department.start})
    made = pull()
    assert made.receipt is not None
    assert made.receipt["quarantined"] + made.receipt["unlinked"] == 1
    assert Held.objects.get().original["established"] == "2015-06-01"


def test_without_an_increment_a_source_is_read_whole_and_may_replace(department: Database) -> None:
    query = "SELECT name, code, since, changed FROM firms"
    define(url=department.url, query=query, mapping=MAPPING, incremental=None, mode="replace")
    add(department, 0, moment(1))
    add(department, 1, moment(1))
    pull()
    department.ask("DELETE FROM firms WHERE code = %s", CODES[1])
    made = pull()
    assert made.receipt is not None
    assert (made.rows, made.receipt["withdrawn"]) == (1, 1)
    department.ask("DELETE FROM firms")
    assert pull().batch is None, "an empty answer withdraws nothing"


@pytest.mark.parametrize("department", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "postgresql://reader:${SOURCE_PASSWORD}@127.0.0.1:1/none"}, "source-down"),
        ({"url": "sqlite:////nowhere/none.db"}, "source-invalid"),
        ({"url": "oracle+nothing://reader:${SOURCE_PASSWORD}@db/x"}, "source-invalid"),
        ({"query": "SELECT nothing FROM nowhere WHERE x >= :since"}, "source-query-failed"),
        ({"query": "SELECT * FROM firms WHERE name = '${SOURCE_PASSWORD}' AND changed >= :since ("}, "source-invalid"),
        ({"query": "DELETE FROM firms WHERE changed >= :since RETURNING *"}, "source-invalid"),
        ({"incremental": {"column": "altered", "from": dt.date(2025, 1, 1)}}, "source-column-missing"),
        ({"mapping": {"nom": "subject_name"}}, "source-column-missing"),
        ({"mapping": {"name": "subject_name", "code": "uscc"}}, "file-column-unknown"),
        ({"resource": "no-such-thing"}, "resource-unknown"),
        ({"provider": "taxation"}, "provider-not-allowed"),
        ({"url": "postgresql://reader:${SOURCE_NOT_SET}@db/x"}, "source-secret-missing"),
        ({"url": "postgresql://reader:${file:nowhere}@db/x"}, "source-secret-missing"),
        ({"url": f"postgresql://reader:{PASSWORD.replace('@', '')}@db/x"}, "source-invalid"),
        ({"url": "no url"}, "source-invalid"),
        ({"query": "SELECT * FROM firms"}, "source-invalid"),
        ({"query": "SELECT * FROM firms WHERE changed >= :since AND name = :name"}, "source-invalid"),
        ({"mode": "replace"}, "source-invalid"),
        ({"schedule": "now and then"}, "source-invalid"),
        ({"schedule": "* * * * * *"}, "source-invalid"),
        ({"pasword": "x"}, "source-invalid"),
        ({"name": "other"}, "source-invalid"),
    ],
)
def test_what_is_wrong_is_said_in_words_without_the_password(
    department: Postgres, changes: dict[str, Any], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    add(department, 0, moment(1))
    path = define(
        **{"url": department.url, "incremental": {"column": "changed", "from": department.start}}
        | {k: v for k, v in changes.items() if k != "name"}
    )
    if "name" in changes:
        path.write_text(path.read_text().replace("name: firms", f"name: {changes['name']}"))
    with pytest.raises(IntakeError) as refused, caplog.at_level(logging.DEBUG):
        pull()
    error = refused.value
    assert error.code == code
    assert error.zh != error.en
    assert error.hint
    with caplog.at_level(logging.DEBUG):
        pulls.pull_as_job("firms")
    for told in (
        str(error),
        error.hint,
        caplog.text,
        str(error.__cause__),
        json.dumps(list(Pulled.objects.values()), default=str),
    ):
        assert PASSWORD not in told
        assert "pa/sswo:rd" not in told
    assert not Batch.objects.exists()
    assert not any(state.mark for state in Pulled.objects.all())


@pytest.mark.parametrize("department", ["sqlite"], indirect=True)
def test_marks_of_several_types_cannot_be_compared_and_are_refused(department: Lite) -> None:
    define(
        url=department.url,
        query=QUERY.replace(" changed FROM", " m AS changed FROM"),
        incremental={"column": "changed", "from": ""},
    )
    department.ask("ALTER TABLE firms ADD COLUMN m")
    add_with_mark(department, 0, 5)
    add_with_mark(department, 1, "six")
    with pytest.raises(IntakeError, match="类型不一"):
        pull()


def add_with_mark(department: Lite, n: int, mark: Any) -> None:
    department.ask("INSERT INTO firms VALUES (%s, %s, '2015-06-01', 1, '9', %s)", NAMES[n], CODES[n], mark)


@pytest.mark.parametrize("department", ["postgresql"], indirect=True)
def test_a_password_may_stand_in_a_file(department: Postgres, settings: Settings) -> None:
    (settings.SECRETS_DIR / "secret").write_text(PASSWORD + "\n")
    define(url=department.url.replace("${SOURCE_PASSWORD}", "${file:secret}"))
    url, secrets = sources.resolved(sources.load("firms"))
    assert (url.password, secrets) == (PASSWORD, (PASSWORD,))
    assert PASSWORD not in f"{url} {url!r} {sources.load('firms')!r}"
    add(department, 0, moment(1))
    assert counts(pull()) == (1, 0, 0)


def test_without_the_role_nothing_is_pulled_and_an_unknown_source_is_named() -> None:
    with pytest.raises(NotAllowed):
        pulls.pull("firms", actor=Actor("nobody", frozenset()))
    with pytest.raises(IntakeError, match="没有数据源 firms"):
        pull()


def test_a_source_has_its_turn_by_its_schedule_and_after_failures_ever_later(tmp_path: Path) -> None:
    define(url=f"sqlite:///{tmp_path}/none.db", schedule="15 2 * * *")
    source, state = sources.load("firms"), Pulled(source="firms")
    night = dt.datetime(2026, 3, 2, 2, 15, tzinfo=ZONE)
    hour = dt.timedelta(hours=1)
    assert pulls.is_due(source, None, night)
    state.tried_at = night - hour
    assert not pulls.is_due(source, state, night - hour / 2)
    assert pulls.is_due(source, state, night + hour / 60)
    state.tried_at = night + hour / 60
    assert not pulls.is_due(source, state, night + 23 * hour)
    assert pulls.is_due(source, state, night + 25 * hour)
    waits = []
    for state.failures in range(1, 12):
        waits.append(next(m for m in range(1, 100) if pulls.is_due(source, state, state.tried_at + hour / 60 * m)))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


def test_what_is_due_gets_one_job_and_a_bad_definition_stops_no_other(tmp_path: Path) -> None:
    define("b-good", url=f"sqlite:///{tmp_path}/none.db", schedule="* * * * *")
    define("c-by-hand", url=f"sqlite:///{tmp_path}/none.db")
    (sources.folder() / "a-broken.yaml").write_text("name: [")
    assert pulls.pull_due() == ["b-good"]
    assert pulls.pull_due() == []
    assert list(ProcrastinateJob.objects.values_list("task_name", "args")) == [("intake.pull", {"source": "b-good"})]
    ProcrastinateJob.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    pulls.pull_as_job("b-good")
    state = Pulled.objects.get(pk="b-good")
    assert (state.failures, state.error["code"]) == (1, "source-down")
    assert pulls.pull_due() == [], "it is tried again after a while"
    Pulled.objects.update(tried_at=now() - dt.timedelta(minutes=2))
    assert pulls.pull_due() == ["b-good"]


@pytest.mark.slow
@pytest.mark.parametrize("department", ["sqlite"], indirect=True)
def test_a_worker_pulls_what_is_due_and_the_command_what_is_named(department: Lite, settings: Settings) -> None:
    define(url=department.url, incremental={"column": "changed", "from": department.start}, schedule="* * * * *")
    add(department, 0, moment(1))
    env = here() | {
        "QUANXIN_SOURCES_DIR": str(settings.SOURCES_DIR),
        "QUANXIN_SOURCE_FILES": str(settings.SOURCE_FILES),
        "QUANXIN_SOURCE_HOSTS": ",".join(settings.SOURCE_HOSTS),
    }
    with workers(1, env):
        until(lambda: Batch.objects.count() == 1, "the worker")
        until(lambda: Pulled.objects.filter(failures=0, batch__isnull=False).exists(), "its mark")
    add(department, 1, moment(2))
    said = json.loads(processes.said("pull", "--all", env=env))
    assert (said["source"], said["rows"], said["receipt"]["accepted"]) == ("firms", 2, 1)
    listed = json.loads(processes.said("sources", env=env))
    assert listed[0]["mark"] == said["mark"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("济南", "济南"),
        (True, "1"),
        (7, "7"),
        (7.0, "7"),
        (0.1, "0.1"),
        (dt.date(2025, 8, 1), "2025-08-01"),
        (b"\xe6\xb5\x8e", "济"),
        ({"a": "济"}, '{"a": "济"}'),
        (dt.datetime(2025, 7, 31, 16, tzinfo=dt.UTC), "2025-08-01 00:00:00"),
        (dt.datetime(2025, 8, 1, 9, 30), "2025-08-01 09:30:00"),
    ],
)
def test_a_value_becomes_the_text_that_reads_back_as_it(value: Any, text: str | None) -> None:
    assert extracting.as_text(value) == text


def test_an_exact_number_keeps_all_its_digits() -> None:
    from decimal import Decimal

    assert extracting.as_text(Decimal("1E+7")) == "10000000"
    assert extracting.as_text(Decimal("123456789012345678.90")) == "123456789012345678.90"
