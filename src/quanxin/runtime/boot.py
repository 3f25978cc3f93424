"""Readiness: Django set up, PostgreSQL running, its tables of this version.

Invariant: after ``setup()`` the database has every migration of this code; migrations run one process at a time, and
none waits for a busy table longer than the lock timeout while readers queue behind it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from quanxin.runtime import environment, locks, postgres, private, roles
from quanxin.runtime.cluster import DatabaseError

_LOCK_TIMEOUT = "10s"


def setup(database: bool = True) -> None:
    """Make Django usable and, with ``database``, the database too; safe to call again.

    Starts the PostgreSQL that came with the package when ``QUANXIN_DATABASE_URL`` names no other. Raises
    ``DatabaseError`` with words for the person at the machine.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanxin.settings")
    private.umask()
    if database:
        environment.data_dir().mkdir(parents=True, exist_ok=True)
        if not environment.value("QUANXIN_DATABASE_URL"):
            postgres.ensure(environment.data_dir())
        private.begin(environment.data_dir())
    import django

    django.setup()
    if database:
        _migrate()


def _migrate() -> None:
    """Run the migrations that the database lacks, if any, as the owner of its tables; settle what others may."""
    from django.db import DEFAULT_DB_ALIAS, connection, transaction
    from django.db.utils import OperationalError

    try:
        _refuse_newer()
        behind, application = pending_migrations(), connection.get_connection_params().get("user", "")
        # within a caller's transaction nothing is settled: it would have to end it
        if not behind and (connection.in_atomic_block or not owner_url() or not _rights_astray()):
            return
        if steps := len(behind):
            sys.stderr.write(f"正在更新数据库结构（{steps} 步）… / Updating the database ({steps} steps) …\n")
        with _as_owner() as owner:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [locks.MIGRATION])
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_LOCK_TIMEOUT])
            from django.core.management import call_command

            if behind:
                call_command("migrate", database=DEFAULT_DB_ALIAS, interactive=False, verbosity=0)
            if owner:
                with transaction.atomic(), connection.cursor() as cursor:
                    roles.settle(cursor, owner, application)
    except OperationalError as error:
        raise DatabaseError(
            f"数据库不可用：{error}请检查 QUANXIN_DATABASE_URL，或运行 quanxin doctor。\n"
            "The database cannot be used: check QUANXIN_DATABASE_URL, or run quanxin doctor."
        ) from error


def _refuse_newer() -> None:
    """Raise ``DatabaseError`` where a newer version changed the tables: this one does not know what it would break."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    unknown = [key for key in loader.applied_migrations if key not in loader.disk_migrations]
    if steps := sorted(f"{app}.{name}" for app, name in unknown if app in loader.migrated_apps):
        raise DatabaseError(
            f"数据库已由更新的版本更新过（{steps[0]}）：请装回该版本，或恢复升级前的备份。\n"
            f"A newer version changed the database ({steps[0]}): install that version again, or restore the backup of before."
        )


def owner_url() -> str:
    """The URL by which the owner of the tables connects; empty where the application's role owns them itself."""
    if environment.value("QUANXIN_DATABASE_URL"):
        return environment.value("QUANXIN_DATABASE_OWNER_URL")
    return postgres.url(environment.data_dir(), roles.OWNER)


@contextmanager
def _as_owner() -> Iterator[str]:
    """Have Django's connection be the owner's, in a session that ends afterwards with its locks; yield his role."""
    from django.db import connection

    own, url = connection.settings_dict, owner_url()
    connection.close()
    if url:
        connection.settings_dict = own | {k: v for k, v in postgres.as_django(url).items() if v}
    try:
        yield connection.get_connection_params().get("user", "") if url else ""
    finally:
        connection.close()
        connection.settings_dict = own


def _rights_astray() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        return bool(roles.astray(cursor))


def pending_migrations() -> list[str]:
    """The migrations of this code that the database lacks, as ``app.name``, in the order they would run."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
