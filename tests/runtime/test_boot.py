"""Whoever comes first makes the tables; everyone after finds them; a database that is not there is explained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from quanxin.runtime import boot, postgres
from quanxin.runtime.cluster import DatabaseError

SETUP = "from quanxin.runtime import boot; boot.setup(); print(boot.pending_migrations())"


def start(data_dir: Path, **extra: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    return subprocess.Popen(
        [sys.executable, "-c", SETUP],
        env=environment | {"QUANXIN_DATA_DIR": str(data_dir)} | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_on_an_empty_machine_make_the_tables_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    data_dir = tmp_path / "data"
    try:
        for process in [start(data_dir), start(data_dir)]:
            told, warned = process.communicate(timeout=60)
            assert process.returncode == 0, warned
            assert told == "[]\n"
        third = start(data_dir)
        assert third.communicate(timeout=60) == ("[]\n", "")
    finally:
        postgres.stop(data_dir)


def test_a_database_that_cannot_be_reached_is_explained_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://quanxin:s3cret@127.0.0.1:1/quanxin"
    process = start(tmp_path, QUANXIN_DATABASE_URL=url)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "DatabaseError" in said
    assert "QUANXIN_DATABASE_URL" in said
    assert "s3cret" not in said


@pytest.mark.django_db
def test_a_database_of_this_version_lacks_no_migration() -> None:
    assert boot.pending_migrations() == []


@pytest.mark.django_db
def test_a_database_of_a_newer_version_is_refused_with_a_way_back() -> None:
    MigrationRecorder(connection).record_applied("archive", "9999_of_the_next_version")
    with pytest.raises(DatabaseError, match=r"archive\.9999_of_the_next_version") as refused:
        boot.setup()
    assert "恢复升级前的备份" in str(refused.value)
