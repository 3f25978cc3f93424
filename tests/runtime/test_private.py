"""What the platform writes is its own, whoever runs it and whatever umask he has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import quanxin
from quanxin.runtime import private

NOBODY = 65534
# A process that imports what it needs, becomes a plain user if it is root, and writes as the platform does.
WRITES = """
import os, sys, tempfile, pathlib
os.umask(0o022)
import encodings.ascii, encodings.idna, shutil, random, django; django.setup()
from django.conf import settings
from quanxin.archive import lake
from quanxin.calendar import now
from quanxin.evaluation import files
from quanxin.intake import inbox
from quanxin.runtime import boot, bridge, duckdb_scratch, environment, keys, private
"".encode("ascii"); now()  # what Python loads late, before it can no more
data = environment.data_dir()
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
private.begin(data)
keys.sealer(); environment.secret("QUANXIN_SECRET_KEY", "secret-key")
with duckdb_scratch.workshop() as (con, folder):
    con.execute(f"COPY (SELECT range FROM range(10)) TO '{folder}/a.parquet'")
    lake.write(con, "SELECT 1 AS a", resource="penalty", batch="b1")
    lake.announce("penalty", "b2")
    (folder / "b").mkdir()
    with tempfile.NamedTemporaryFile() as made, tempfile.TemporaryDirectory() as place:
        assert pathlib.Path(made.name).is_relative_to(data), made.name
        assert pathlib.Path(place).is_relative_to(data), place
        assert pathlib.Path(settings.FILE_UPLOAD_TEMP_DIR).is_relative_to(data)
        print([str(path) for path in private.open_to_others(data)])
"""


def test_a_plain_user_writes_nothing_that_others_can_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(data, NOBODY, NOBODY)
        for parent in (tmp_path, *tmp_path.parents):
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o001)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANXIN_")}
    environment |= {"QUANXIN_DATA_DIR": str(data), "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}  # noqa: S108
    done = subprocess.run([sys.executable, "-c", WRITES], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
    assert (data / "keyring.json").stat().st_uid == (NOBODY if os.geteuid() == 0 else os.geteuid())
    assert data.stat().st_mode & 0o777 == 0o710 or data.stat().st_mode & 0o777 == 0o700
    assert (data / "lake" / "penalty" / "b1.parquet").stat().st_mode & 0o777 == 0o600


def test_what_is_open_is_found_and_links_and_postgresqls_own_are_not(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for folder in ("pg", "lake"):
        (tmp_path / folder).mkdir(mode=0o700)
        (tmp_path / folder / "file").write_text("")
        (tmp_path / folder / "file").chmod(0o644)
    (tmp_path / "link").symlink_to(tmp_path / "lake")
    assert list(private.open_to_others(tmp_path)) == [tmp_path / "lake" / "file"]
    tmp_path.chmod(0o711)
    assert next(private.open_to_others(tmp_path)) == tmp_path


def test_no_code_of_ours_puts_a_temporary_file_anywhere_but_in_the_data_directory() -> None:
    """``tempfile`` is told its folder; what is not told it stands here, with its reason."""
    without = {
        "runtime/private.py",  # sets the folder
        "engine/spark_session.py",  # hands it to Spark
        "draws/beside.py",  # published lines, in a file without a name, where a stranger verifies them too
    }
    source = Path(quanxin.__file__).parent
    used = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        for call in re.findall(
            r"(?:tempfile\.\w+|TemporaryDirectory|TemporaryFile|NamedTemporaryFile)\(([^)]*)\)", path.read_text()
        )
        if "dir=" not in call
    }
    assert used <= without


@pytest.mark.parametrize("name", ["cli/main.py", "web/wsgi.py", "runtime/boot.py"])
def test_every_way_into_the_platform_closes_what_it_writes(name: str) -> None:
    assert re.search(r"private\.(umask|begin)\(", (Path(quanxin.__file__).parent / name).read_text())
