"""Fixtures that every test has: its database when it asks for one, and no way to the network."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_socket
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as generated
from pytest_django import Settings

from quanxin.runtime.cluster import SUPERUSER
from tests.boot import start_database
from tests.once import BUILT, HASHERS, lake_of
from tests.spark import LOCAL, Sessions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

generated.register_profile("untimed", deadline=None)  # no test is timed: a busy machine is no fault
generated.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """PostgreSQL is started by the first test that needs it, and not for those that do not.

    The database of the tests is made, and emptied, by its superuser; what the application's role may not is tested by
    connections of its own.
    """
    start_database()
    settings.DATABASES["default"]["USER"] = SUPERUSER


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Nothing but this machine can be reached from a test."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test printed and logged can be sent from a worker, though it held halves of characters."""
    report = yield
    report.sections = [(title, text.encode("utf-8", "backslashreplace").decode()) for title, text in report.sections]
    return report


REPLICA = "SET LOCAL session_replication_role = replica"  # by which the owner of a test's database passes its guards

# What migrating writes by itself, and what says that it was written.
KEPT = ("django_content_type", "auth_permission", "django_migrations")
MANY = 256 * 1024  # bytes of a table from which it is quicker to drop its file than to delete row by row


@pytest.fixture(scope="session", autouse=True)
def emptied_all_the_same() -> Iterator[None]:
    """After a test that commits, every table is emptied: those that refuse it, and those that Django does not know, too.

    Most of the two hundred tables are empty already, and to truncate one makes new files of it and of its indexes.
    """

    def emptied(self: TransactionTestCase) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(REPLICA)
            for table, whole in _filled(cursor):
                cursor.execute(f"TRUNCATE {table} CASCADE" if whole else f"DELETE FROM {table}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


def _filled(cursor: Any) -> list[tuple[str, bool]]:
    """The tables that have rows, partitions one by one, and whether each is emptied whole: it has many, or a guard that
    nobody passes row by row."""
    cursor.execute(
        "SELECT c.oid::regclass::text, pg_relation_size(c.oid) > %s OR EXISTS (SELECT 1 FROM pg_trigger t "
        "WHERE t.tgrelid = c.oid AND t.tgenabled = 'A') FROM pg_class c WHERE c.relkind = 'r' "
        "AND c.relnamespace = 'public'::regnamespace AND NOT c.relname = ANY(%s) AND pg_relation_size(c.oid) > 0",
        [MANY, list(KEPT)],
    )
    return list(cursor.fetchall())


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared(root: Path) -> Path:
    """The reading matter beside the checkout; where it is not there, the test says so and is skipped."""
    place = root.parent / "shared"
    if not place.is_dir():
        pytest.skip(f"no reading matter at {place}")
    return place


@pytest.fixture(scope="session")
def sessions() -> Iterator[Sessions]:
    """Spark, for all the tests of a worker."""
    kept = Sessions()
    yield kept
    kept.end()


@pytest.fixture
def local(sessions: Sessions) -> SparkSession:
    """Spark in this process and no other."""
    return sessions.on(LOCAL)


@pytest.fixture(scope="session", autouse=True)
def static_root() -> None:
    """The (empty) directory of collected files, which WhiteNoise insists on even where it serves the sources."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest) -> None:
    """The transaction that pytest-django gives each test; those of a city that a module shares have its own."""
    if BUILT in request.fixturenames:
        return
    assert not hasattr(request.module, BUILT), (
        "a test that begins with nothing stands in another module than a shared city"
    )
    request.getfixturevalue("_django_db_helper")


@pytest.fixture(autouse=True)
def own_lake(
    request: pytest.FixtureRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Each test writes a lake of its own: a lake belongs to one database, and workers have one each."""
    settings.DATA_DIR = lake_of(tmp_path_factory)
    yield
    if BUILT not in request.fixturenames:  # the module's city goes at its end
        shutil.rmtree(lake_of(tmp_path_factory), ignore_errors=True)


@pytest.fixture(autouse=True)
def own_language() -> None:
    """A test begins in the platform's language, whatever a page of the one before was asked for in."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def quick_hashing(settings: Settings) -> None:
    """Passwords and secrets of tests are hashed in no time; the slowness that protects real ones is Django's own."""
    settings.PASSWORD_HASHERS = HASHERS
