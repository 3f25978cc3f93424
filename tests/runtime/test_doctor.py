"""``quanxin doctor`` says in both languages what is wrong and what to do, whatever it is that broke."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from quanxin.runtime import boot, cluster, doctor, machine, postgres, roles, secrecy
from quanxin.runtime.cluster import SUPERUSER
from quanxin.runtime.finding import Finding, State, ok


def named(check: str, findings: Iterator[Finding]) -> Finding:
    return next(finding for finding in findings if finding.check == check)


def test_a_machine_without_data_is_told_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path / "none"))
    for found in (named("data-directory", machine.data_directory()), named("database", doctor.database())):
        assert found.state is State.PROBLEM
        assert found.advice is not None
        assert "quanxin init" in found.advice[0]
    assert not (tmp_path / "none").exists()


def test_a_file_in_the_place_of_the_data_directory_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path / "file"))
    assert named("data-directory", machine.data_directory()).state is State.PROBLEM


@pytest.mark.parametrize("name", ["secret-key", "keyring.json", "oidc-secret-province"])
def test_a_key_that_others_can_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path))
    (tmp_path / name).write_text("abc")
    (tmp_path / name).chmod(0o644)
    assert [found.state for found in secrecy.secrets()] == [State.PROBLEM]
    (tmp_path / name).chmod(0o600)
    assert [found.state for found in secrecy.secrets()] == [State.OK]


@pytest.mark.parametrize("name", ["sources/firms.yaml", "secrets/password", "oidc.yaml", "sources"])
def test_what_others_can_write_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path))
    for folder in ("sources", "secrets"):
        (tmp_path / folder).mkdir(mode=0o700)
    if "." in name or "password" in name:
        (tmp_path / name).write_text("x")
    (tmp_path / name).chmod(0o772)
    assert [found.state for found in secrecy.secrets()] == [State.PROBLEM]
    (tmp_path / name).chmod(0o700)
    assert [found.state for found in secrecy.secrets()] == [State.OK]


def test_what_others_can_read_in_the_data_directory_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path))
    tmp_path.chmod(0o710)
    (tmp_path / "pg").mkdir(mode=0o755)  # PostgreSQL looks to its own
    (tmp_path / "lake").mkdir(mode=0o700)
    (tmp_path / "lake" / "a.parquet").write_text("")
    (tmp_path / "lake" / "a.parquet").chmod(0o640)
    found = named("modes", secrecy.closed())
    assert found.state is State.PROBLEM
    assert "lake/a.parquet" in found.words[0]
    (tmp_path / "lake" / "a.parquet").chmod(0o600)
    assert named("modes", secrecy.closed()).state is State.OK


@pytest.mark.django_db
def test_a_superuser_as_the_applications_role_is_a_problem_and_its_own_role_is_well() -> None:
    assert named("database-role", secrecy.database_role()).state is State.PROBLEM
    with connection.cursor() as cursor:
        roles.settle(cursor, SUPERUSER, roles.APPLICATION)
        cursor.execute("SET LOCAL ROLE quanxin")
        assert named("database-role", secrecy.database_role()).state is State.OK
        cursor.execute("RESET ROLE")
        cursor.execute("GRANT DELETE ON accounts_auditline TO quanxin")
        cursor.execute("SET LOCAL ROLE quanxin")
        assert "accounts_auditline" in named("database-role", secrecy.database_role()).words[0]


def test_a_misspelt_setting_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_DATABSE_URL", "postgresql://db/quanxin")
    found = named("settings", machine.settings())
    assert found.state is State.ATTENTION
    assert "QUANXIN_DATABSE_URL" in found.words[0]


def test_a_setting_that_cannot_be_used_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_ENGINE_THREADS", "many")
    assert named("settings", machine.settings()).state is State.PROBLEM


def test_a_port_in_use_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(machine, "_PORT", server.getsockname()[1])
        assert named("port", machine.port()).state is State.ATTENTION
    assert named("port", machine.port()).state is State.OK


def test_little_space_or_memory_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_ENOUGH_DISK", 2**80)
    monkeypatch.setattr(machine, "_ENOUGH_MEMORY", 2**80)
    assert named("disk", machine.disk()).state is State.ATTENTION
    assert named("memory", machine.memory()).state is State.ATTENTION
    monkeypatch.setattr(machine, "_LEAST_DISK", 2**80)
    assert named("disk", machine.disk()).state is State.PROBLEM


def test_postgresql_that_is_not_installed_is_a_problem_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = named("database", doctor.database())
    assert found.state is State.PROBLEM
    assert "QUANXIN_DATABASE_URL" in found.words[0]


def test_a_database_that_will_not_start_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path))
    tmp_path.chmod(0o755)
    cluster.prepare(tmp_path)
    (cluster.cluster_dir(tmp_path) / "PG_VERSION").write_text("9.6\n")
    found = named("database", doctor.database())
    assert found.state is State.PROBLEM
    assert found.advice is not None
    assert "server.log" in found.advice[0]
    assert postgres.pid(tmp_path) is None


@pytest.mark.django_db
def test_a_database_with_all_its_tables_is_well() -> None:
    found = list(doctor.database())
    assert [finding.check for finding in found if finding.state is State.PROBLEM] == []
    assert {"database", "database-version", "migrations"} <= {finding.check for finding in found}
    assert ("database-user" in {finding.check for finding in found}) == (os.geteuid() == 0)


@pytest.mark.django_db
def test_tables_of_an_older_version_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "pending_migrations", lambda: ["archive.0002_next"])
    assert named("migrations", doctor.database()).state is State.PROBLEM


def test_a_check_that_breaks_is_a_finding_and_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Finding]:
        raise RuntimeError("the roof fell in")
        yield

    monkeypatch.setattr(machine, "CHECKS", (broken, lambda: [ok("floor", "地面完好", "the floor holds")]))
    monkeypatch.setattr(doctor, "database", list)
    monkeypatch.setattr(doctor.secrecy, "CHECKS", ())
    monkeypatch.setattr(doctor.secrecy, "database_role", list)
    first, second = doctor.examine()
    assert first.state is State.PROBLEM
    assert "the roof fell in" in first.words[0]
    assert second.check == "floor"


def test_a_finding_that_asks_for_attention_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="what to do"):
        Finding("disk", State.PROBLEM, ("满", "full"))
