"""A source names no key, no file and no host but those that the operator allowed, and asks one question of it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from pytest_django import Settings
from sqlalchemy.engine import make_url

from quanxin.intake import extract as extracting
from quanxin.intake import sources
from quanxin.intake.errors import IntakeError
from quanxin.intake.source_rules import wrong_query, wrong_url
from quanxin.runtime import trusted

SECRET = "the key of keys"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Settings) -> Path:
    settings.SOURCES_DIR, settings.SECRETS_DIR = tmp_path / "sources", tmp_path / "secrets"
    settings.SOURCE_FILES, settings.DATA_DIR = tmp_path / "files", tmp_path / "files" / "data"
    settings.SOURCE_HOSTS = frozenset({"db.example.org:5432", "db.example.org:1433", "127.0.0.1:5432"})
    for folder in (settings.SOURCES_DIR, settings.SECRETS_DIR, settings.DATA_DIR):
        folder.mkdir(parents=True)
        folder.chmod(0o700)
    (tmp_path / "keyring.json").write_text(SECRET)
    return tmp_path


def define(**changes: Any) -> sources.Source:
    given = {
        "name": "firms", "resource": "enterprise-registration", "provider": "market-regulation",
        "query": "SELECT a FROM firms", "url": "postgresql://reader:${SOURCE_X}@db.example.org/firms",
    } | changes  # fmt: skip
    (sources.folder() / "firms.yaml").write_text(yaml.safe_dump(given))
    return sources.load("firms")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.example.org/x?passfile=/data/keyring.json",
        "postgresql://db.example.org/x?service=x",
        "postgresql://db.example.org/x?servicefile=/x",
        "postgresql://db.example.org/x?sslkey=/data/secret-key",
        "postgresql://db.example.org/x?sslcert=/x",
        "postgresql://db.example.org/x?sslrootcert=/etc/passwd",
        "postgresql://db.example.org/x?host=evil.example.org",
        "postgresql://db.example.org/x?hostaddr=10.0.0.1",
        "postgresql://db.example.org/x?options=-csession_replication_role%3Dreplica",
        "postgresql://db.example.org/x?sslmode=disable&sslmode=require",
        "postgresql:///x?host=/var/run/postgresql",
        "postgresql:///x",
        "postgresql://evil.example.org/x",
        "postgresql://db.example.org:5433/x",
        "postgresql://db.example.org,evil.example.org/x",
        "mysql://db.example.org:5432/x?read_default_file=/etc/my.cnf",
        "mysql://db.example.org:5432/x?unix_socket=/run/x",
        "mysql://db.example.org:5432/x?local_infile=1",
        "mssql://db.example.org/x?odbc_connect=x",
        "mssql://db.example.org/x?driver=/tmp/evil.so",
        "duckdb:////etc/passwd",
        "shillelagh://db.example.org:5432/",
        "sqlite://",
        "sqlite:///relative.db",
        "sqlite:////etc/none.db",
        "sqlite:///file:/x?vfs=unix&uri=true",
        "sqlite:////{files}/a.db?mode=rwc",
        "sqlite:////{files}/a.db?uri=true",
        "sqlite:////{files}/../outside.db",
        "sqlite:////{files}/link/outside.db",
        "sqlite:////{files}/data/keyring.json",
    ],
)
def test_a_url_reaches_nothing_that_was_not_allowed(place: Path, url: str) -> None:
    (place / "files" / "link").symlink_to(place)
    url = url.replace("/{files}", str(place / "files"))
    assert wrong_url(make_url(url)) is not None
    with pytest.raises(IntakeError) as refused:
        define(url=url)
    assert refused.value.code == "source-invalid"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader@db.example.org/x",
        "postgresql://reader@DB.example.org:5432/x?sslmode=verify-full",
        "sqlite:////{files}/a.db",
        "sqlite:////{files}/deep/a.db",
    ],
)
def test_what_was_allowed_is_reached(place: Path, url: str) -> None:
    assert wrong_url(make_url(url.replace("/{files}", str(place / "files")))) is None


def test_without_the_settings_nothing_is_reached(settings: Settings) -> None:
    settings.SOURCE_HOSTS, settings.SOURCE_FILES = frozenset(), None
    for url in ("postgresql://db.example.org/x", "sqlite:////tmp/a.db"):
        assert wrong_url(make_url(url)) is not None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:5432"])
def test_the_platforms_own_database_is_no_source(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "quanxin")
    for own in ("/run/postgresql", "localhost", "127.0.0.1"):
        monkeypatch.setitem(connection.settings_dict, "HOST", own)
        assert wrong_url(make_url(f"postgresql://reader@{host}/quanxin")) is not None
        assert wrong_url(make_url(f"postgresql://reader@{host}/firms")) is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:${QUANXIN_KEY_RING}@db.example.org/x",
        "postgresql://${QUANXIN_DATABASE_URL}:x@db.example.org/x",
        "postgresql://reader:${PGPASSWORD}@db.example.org/x",
        "postgresql://reader:${HOME}@db.example.org/x",
        "postgresql://reader@${SOURCE_X}/x",
        "postgresql://reader@db.example.org/${SOURCE_X}",
        "postgresql://reader@db.example.org/${file:x}",
    ],
)
def test_a_reference_names_a_sources_own_variable_and_stands_for_an_account(url: str) -> None:
    with pytest.raises(IntakeError) as refused:
        define(url=url)
    assert refused.value.code == "source-invalid"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "该目录之下"),
        ("../keyring.json", "该目录之下"),
        ("a/../../keyring.json", "该目录之下"),
        ("link", "符号链接"),
        ("up/keyring.json", "符号链接"),
        ("open", "其他用户可写"),
        ("wide/secret", "其他用户可写"),
        ("theirs", "属于其他用户"),
        ("pipe", "不是普通文件"),
        ("folder", "不是普通文件"),
    ],
)
def test_a_secret_lies_beneath_its_folder_and_nobody_else_writes_it(place: Path, name: str, reason: str) -> None:
    secrets = place / "secrets"
    (secrets / "link").symlink_to(place / "keyring.json")
    (secrets / "up").symlink_to(place)
    (secrets / "a").mkdir()
    (secrets / "folder").mkdir()
    (secrets / "wide").mkdir()
    (secrets / "wide").chmod(0o777)
    for file in ("open", "theirs", "wide/secret"):
        (secrets / file).write_text(SECRET)
    (secrets / "open").chmod(0o666)
    if name == "theirs":
        if os.geteuid():
            pytest.skip("only root can make a file of another user's")
        os.chown(secrets / "theirs", 65534, 65534)
    os.mkfifo(secrets / "pipe")
    source = define(url=f"postgresql://reader:${{file:{name}}}@db.example.org/x")
    with pytest.raises(IntakeError, match=reason) as refused:
        sources.resolved(source)
    assert refused.value.code == "source-invalid"
    assert SECRET not in f"{refused.value} {refused.value.hint}"


def test_a_secret_that_is_in_order_is_read(place: Path) -> None:
    (place / "secrets" / "penalties").mkdir()
    (place / "secrets" / "penalties" / "password").write_text("pass\n")
    url, _ = sources.resolved(define(url="postgresql://reader:${file:penalties/password}@db.example.org/x"))
    assert url.password == "pass"


def test_a_folder_of_secrets_that_others_write_is_not_used(place: Path) -> None:
    (place / "secrets" / "password").write_text("pass")
    (place / "secrets").chmod(0o770)
    with pytest.raises(trusted.Untrusted):
        trusted.read(place / "secrets", "password")


@pytest.mark.parametrize("change", ["link", "mode", "folder"])
def test_a_definition_that_others_can_write_is_not_used(place: Path, change: str) -> None:
    define()
    path = sources.folder() / "firms.yaml"
    if change == "link":
        path.rename(place / "elsewhere.yaml")
        path.symlink_to(place / "elsewhere.yaml")
    elif change == "mode":
        path.chmod(0o664)
    else:
        sources.folder().chmod(0o777)
    with pytest.raises(IntakeError) as refused:
        sources.load("firms")
    assert refused.value.code == "source-invalid"


@pytest.mark.parametrize(
    ("backend", "query"),
    [
        ("postgresql", "SELECT pg_read_file('/etc/passwd') AS a"),
        ("postgresql", "SELECT pg_catalog.pg_read_binary_file('/etc/passwd') AS a"),
        ("postgresql", "SELECT \"pg_ls_dir\"('/') AS a"),
        ("postgresql", "SELECT lo_import('/etc/passwd')"),
        ("postgresql", "SELECT a FROM dblink('host=x', 'SELECT 1') AS t(a int)"),
        ("postgresql", "SELECT query_to_xml('SELECT 1', true, true, '')"),
        ("postgresql", "SELECT a FROM t WHERE (SELECT pg_sleep(10)) IS NULL"),
        ("postgresql", "COPY t TO PROGRAM 'id'"),
        ("postgresql", "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone"),
        ("postgresql", "SELECT a INTO b FROM t"),
        ("postgresql", "SELECT a FROM t FOR UPDATE"),
        ("postgresql", "SELECT a FROM t; DROP TABLE t"),
        ("postgresql", "SET ROLE postgres"),
        ("postgresql", "DO $$ BEGIN END $$"),
        ("postgresql", ""),
        ("mysql", "SELECT load_file('/etc/passwd')"),
        ("mysql", "SELECT a FROM t INTO OUTFILE '/tmp/x'"),
        ("mysql", "SELECT 1 /*!50000 , load_file('/etc/passwd') */"),
        ("mssql", "SELECT * FROM OPENROWSET(BULK '/etc/passwd', SINGLE_CLOB) AS x"),
        ("mssql", "EXEC xp_cmdshell 'id'"),
        ("oracle", "SELECT utl_http.request('http://x') FROM dual"),
        ("oracle", "SELECT dbms_xmlgen.getxml('SELECT 1 FROM dual') FROM dual"),
        ("sqlite", "ATTACH '/data/x.db' AS x"),
        ("sqlite", "PRAGMA writable_schema = 1"),
        ("sqlite", "SELECT load_extension('/tmp/x.so')"),
        ("sqlite", "SELECT readfile('/etc/passwd')"),
    ],
)
def test_a_query_is_one_select_that_calls_nothing_which_reaches_further(backend: str, query: str) -> None:
    assert wrong_query(query, backend) is not None


@pytest.mark.parametrize(
    ("backend", "query"),
    [
        (
            "postgresql",
            "SELECT a, coalesce(b, '') FROM t WHERE c >= :since - interval '1 hour' OR c IS NULL ORDER BY a",
        ),
        ("postgresql", "WITH x AS (SELECT a FROM t) SELECT * FROM x UNION ALL SELECT b FROM u"),
        ("mysql", "SELECT `a` FROM t WHERE c >= :since LIMIT 5"),
        ("oracle", "SELECT nvl(a, 'x') FROM t WHERE c >= :since AND rownum < 5"),
        ("mssql", "SELECT TOP 5 [a] FROM dbo.t WHERE c >= :since"),
        ("sqlite", "SELECT a FROM t WHERE c >= datetime(:since, '-1 day')"),
    ],
)
def test_plain_questions_are_asked(backend: str, query: str) -> None:
    assert wrong_query(query, backend) is None


def test_sqlite_is_read_and_nothing_else_even_past_the_rules(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place / "files" / "a.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE firms (a text)")
        made.execute("INSERT INTO firms VALUES ('x')")
    made.close()
    monkeypatch.setattr(sources, "wrong_query", lambda *_: None)
    out = place / "out.parquet"
    assert extracting.extract(define(url=f"sqlite:///{path}"), None, out, after="").rows == 1
    for query in (
        f"ATTACH '{place}/b.db' AS b",
        "DELETE FROM firms RETURNING a",
        "PRAGMA journal_mode = wal",
        "VACUUM INTO '/tmp/stolen.db'",
        "CREATE TABLE b (c)",
    ):
        with pytest.raises(IntakeError) as refused:
            extracting.extract(define(url=f"sqlite:///{path}", query=query), None, out, after="")
        assert refused.value.code == "source-query-failed", query
    assert not (place / "b.db").exists()
