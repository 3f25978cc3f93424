"""Readiness: Django set up, PostgreSQL running, its tables of this version.

Invariant: after ``setup()`` the database has every migration of this code; migrations run one process at a time, and
none waits for a busy table longer than the lock timeout while readers queue behind it.
"""

from __future__ import annotations

import os
import sys

from quanxin.runtime import environment, locks, postgres
from quanxin.runtime.cluster import DatabaseError

_LOCK_TIMEOUT = "10s"


def setup(database: bool = True) -> None:
    """Make Django usable and, with ``database``, the database too; safe to call again.

    Starts the PostgreSQL that came with the package when ``QUANXIN_DATABASE_URL`` names no other. Raises
    ``DatabaseError`` with words for the person at the machine.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanxin.settings")
    if database and not environment.value("QUANXIN_DATABASE_URL"):
        postgres.ensure(environment.data_dir())
    import django

    django.setup()
    if database:
        _migrate()


def _migrate() -> None:
    """Run the migrations that the database lacks, if any."""
    from django.db import DEFAULT_DB_ALIAS, connection
    from django.db.utils import OperationalError

    try:
        behind = pending_migrations()
        if not behind:
            return
        steps = len(behind)
        sys.stderr.write(f"正在更新数据库结构（{steps} 步）… / Updating the database ({steps} steps) …\n")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [locks.MIGRATION])
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_LOCK_TIMEOUT])
        try:
            from django.core.management import call_command

            call_command("migrate", database=DEFAULT_DB_ALIAS, interactive=False, verbosity=0)
        finally:
            connection.close()  # ends the session, and with it the lock and the timeout
    except OperationalError as error:
        raise DatabaseError(
            f"数据库不可用：{error}请检查 QUANXIN_DATABASE_URL，或运行 quanxin doctor。\n"
            "The database cannot be used: check QUANXIN_DATABASE_URL, or run quanxin doctor."
        ) from error


def pending_migrations() -> list[str]:
    """The migrations of this code that the database lacks, as ``app.name``, in the order they would run."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
