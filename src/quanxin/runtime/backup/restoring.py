"""Putting a backup back: into an empty data directory and an empty database.

Invariant: nothing is put into its place before all of it was read and proven; what fails leaves the place as empty as it was.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import quanxin
from quanxin.runtime import boot, environment, postgres, private
from quanxin.runtime.backup import locks, parts, postgresql
from quanxin.runtime.backup.errors import BackupError
from quanxin.runtime.backup.making import Tell
from quanxin.runtime.durable import sync

_ASIDE = ".restoring"


def restore(source: Path, lock: locks.Lock, tell: Tell) -> dict[str, Any]:
    """Restore a backup; return what it says of itself. Afterwards the platform can be started."""
    data = environment.data_dir()
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BackupError("backup-place-not-empty", path=str(data))
    external = bool(environment.value("QUANXIN_DATABASE_URL"))
    if external and not postgresql.is_empty():
        raise BackupError("backup-database-not-empty")
    boot.setup(database=False)
    made = not data.exists()
    data.mkdir(parents=True, exist_ok=True)
    try:
        about = _into(data, source, lock, tell, external=external)
    except BaseException:
        if not external:
            postgres.stop(data)
        for path in data.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if made:
            data.rmdir()
        raise
    tell("更新结构 / migrations")
    boot.setup()
    return about


def _into(data: Path, source: Path, lock: locks.Lock, tell: Tell, *, external: bool) -> dict[str, Any]:
    private.begin(data)
    aside = data / _ASIDE
    with source.open("rb") as file, locks.reading(file, lock) as stream:
        about = parts.unpack(stream, aside, _approve, tell)
    tell("数据库 / database")
    dumped = data / _ASIDE / "dump"
    with dumped.open("wb") as whole:
        for piece in sorted((aside / parts.DATABASE).iterdir()):
            with piece.open("rb") as part:
                shutil.copyfileobj(part, whole)
            piece.unlink()
    if not external:
        postgres.ensure(data)
    postgresql.restore(dumped)
    if external:
        postgresql.settle()
    files = aside / parts.FILES
    for path in files.iterdir() if files.is_dir() else ():
        target = data / path.name
        if target.is_dir():
            shutil.rmtree(target)  # what a folder of ours was begun with
        path.rename(target)
    shutil.rmtree(aside)
    sync(data)
    return about


def _approve(about: dict[str, Any]) -> None:
    """Refuse what another version made in a way that this one cannot read: an older one is brought up to date."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if about.get("format") != parts.FORMAT or not set(about.get("steps", ())) <= known:
        raise BackupError("backup-version", made=str(about.get("version", "?")), here=quanxin.__version__)
