"""The application's role works in the tables and has no power over them, nor over the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from quanxin.runtime import boot, roles
from quanxin.runtime.append_only import APPEND_ONLY
from quanxin.runtime.cluster import SUPERUSER

Sessions = Callable[[str], psycopg.Connection]


@pytest.fixture(scope="session")
def signed_in(django_db_setup: None) -> Sessions:
    """Sessions of a role in the tests' database, beside Django's."""
    known = settings.DATABASES["default"]

    def session(role: str) -> psycopg.Connection:
        conninfo = make_conninfo(dbname=str(known["NAME"]), host=str(known["HOST"]), user=role)
        return psycopg.connect(conninfo, autocommit=True)

    return session


@pytest.fixture
def owner(signed_in: Sessions) -> Iterator[psycopg.Cursor]:
    """A cursor of who made the tests' database."""
    with signed_in(SUPERUSER) as session, session.cursor() as cursor:
        yield cursor


@pytest.fixture
def application(signed_in: Sessions, owner: psycopg.Cursor) -> Iterator[psycopg.Connection]:
    """A session of the application's role, with its rights settled as after a migration."""
    with owner.connection.transaction():
        roles.settle(owner, SUPERUSER, roles.APPLICATION)
    with signed_in(roles.APPLICATION) as session:
        yield session


@pytest.fixture
def guarded(application: psycopg.Connection) -> list[str]:
    """The tables that only grow and are there."""
    there = application.execute("SELECT relname FROM pg_class WHERE relname = ANY (%s)", [list(APPEND_ONLY)]).fetchall()
    return sorted(name for (name,) in there)


def column(session: psycopg.Connection, table: str) -> str:
    """The first column of a table."""
    found = session.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [table],
    ).fetchone()
    assert found is not None
    return str(found[0])


def test_it_has_of_each_table_what_it_should_and_no_powers(application: psycopg.Connection) -> None:
    with application.cursor() as cursor:
        assert roles.astray(cursor) == []
        assert roles.powers(cursor) == (False, 0)


def test_what_only_grows_it_can_neither_empty_nor_change_nor_take_away(
    application: psycopg.Connection, guarded: list[str]
) -> None:
    assert {"accounts_auditline", "archive_access", "accounts_signin", "archive_record"} <= set(guarded)
    for table in guarded:
        name = sql.Identifier(table)
        refused = [
            sql.SQL("TRUNCATE {} CASCADE"),
            sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL"),
            sql.SQL("DROP TABLE {}"),
        ]
        if "DELETE" not in APPEND_ONLY[table]:
            refused.append(sql.SQL("DELETE FROM {}"))
        if "UPDATE" not in APPEND_ONLY[table]:
            refused += [sql.SQL("UPDATE {} SET {} = NULL"), sql.SQL("SELECT 1 FROM {} FOR UPDATE")]
        for statement in refused:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement.format(name, sql.Identifier(column(application, table))))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FUNCTION pg_temp.own() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
        "COPY accounts_auditline FROM PROGRAM 'id'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/written'",
        "COPY subjects_name FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_read_binary_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "DROP TRIGGER archive_record_append_only ON archive_record",
        "DROP TRIGGER archive_record_basis ON archive_record",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION archive_record_has_basis() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TABLE public.own (n int)",
        "CREATE FUNCTION public.own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA own",
        "CREATE ROLE own",
        "CREATE DATABASE own",
        "ALTER SYSTEM SET fsync = off",
        "ALTER ROLE quanxin SUPERUSER",
        "SET ROLE quanxin_owner",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', 'none', now())",
        "DELETE FROM archive_record_00",
        "SELECT 1 FROM archive_record_00",
        "SELECT passwd FROM pg_shadow",
    ],
)
def test_the_server_and_its_files_are_closed_to_it(application: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)


def test_it_works_as_an_intake_does(application: psycopg.Connection) -> None:
    with application.transaction():
        application.execute("CREATE TEMP TABLE asked (id bigint) ON COMMIT DROP")
        with application.cursor() as cursor, cursor.copy("COPY asked FROM STDIN") as copy:
            copy.write_row([1])
        application.execute("ANALYZE asked")
        application.execute("SELECT pg_advisory_xact_lock(1)")
        application.execute("SELECT setval('archive_record_id_seq', nextval('archive_record_id_seq') + 5)")
        application.execute("UPDATE archive_record SET superseded_at = now() WHERE false")
        application.execute("LOCK TABLE subjects_identifier IN SHARE ROW EXCLUSIVE MODE")
        application.execute("SELECT subjects_measure()")
        application.execute(
            "INSERT INTO accounts_auditline (at, actor, act, target, particulars)"
            " SELECT now(), 'a', 'b', 'c', '{}' WHERE false"
        )


def test_the_register_is_measured_though_its_tables_are_the_owners(application: psycopg.Connection) -> None:
    application.execute("SELECT subjects_measure()")
    measured = application.execute(
        "SELECT count(*) FROM pg_stat_user_tables WHERE relname LIKE 'subjects_%' AND last_analyze > now() - interval '1 min'"
    ).fetchone()
    assert measured is not None
    assert measured[0] >= 3


def test_a_right_too_many_and_one_too_few_are_found(application: psycopg.Connection, owner: psycopg.Cursor) -> None:
    with owner.connection.transaction(force_rollback=True):
        owner.execute("GRANT UPDATE ON accounts_auditline TO quanxin")
        owner.execute("REVOKE INSERT ON subjects_name FROM quanxin")
        owner.execute("SET LOCAL ROLE quanxin")
        assert roles.astray(owner) == ["accounts_auditline", "subjects_name"]


def test_the_reader_reads_and_changes_nothing(application: psycopg.Connection, owner: psycopg.Cursor) -> None:
    with owner.connection.transaction(force_rollback=True):
        owner.execute("SET LOCAL ROLE quanxin_reader")
        owner.execute("SELECT count(*) FROM archive_record")
        owner.execute("SELECT has_table_privilege('archive_record', 'INSERT, UPDATE, DELETE, TRUNCATE')")
        assert owner.fetchone() == (False,)


def test_a_database_of_an_older_version_is_handed_to_its_owner(owner: psycopg.Cursor) -> None:
    with owner.connection.transaction(force_rollback=True):
        roles.found(owner)
        owner.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')"
            " AND pg_get_userbyid(relowner) <> 'quanxin_owner'"
        )
        assert owner.fetchone() == (0,)
        owner.execute("SELECT prosecdef, pg_get_userbyid(proowner) FROM pg_proc WHERE proname = 'subjects_measure'")
        assert owner.fetchone() == (True, roles.OWNER)
        owner.execute("SET LOCAL ROLE quanxin")
        assert roles.astray(owner) == []
        assert roles.powers(owner) == (False, 0)


def test_without_a_url_of_the_owner_the_one_role_does_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_DATABASE_URL", "postgresql://quanxin@db.example.org/quanxin")
    assert boot.owner_url() == ""
    monkeypatch.setenv("QUANXIN_DATABASE_OWNER_URL", "postgresql://quanxin_owner@db.example.org/quanxin")
    assert boot.owner_url().startswith("postgresql://quanxin_owner@")
    monkeypatch.delenv("QUANXIN_DATABASE_URL")
    assert roles.OWNER in boot.owner_url()
