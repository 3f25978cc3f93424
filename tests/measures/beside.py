"""Acts beside each other, and acts whose session with the database ends within them, statement by statement."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db import OperationalError, connection
from django.db.utils import InterfaceError

from quanxin.calendar import travel
from tests.measures.life import DAY
from tests.rights.life import morning

Act = Callable[[], object]
PATIENCE = 10.0  # seconds


def outcome(act: Act) -> object:
    """What an act returned or raised, on a connection of its own."""
    try:
        with travel(morning(DAY)):
            return act()
    except Exception as error:
        return error
    finally:
        connection.close()


def beside(first: Act, statement: str, second: Act) -> tuple[object, object]:
    """Do ``first``; once it has done a ``statement``, begin ``second``, and go on when that waits or is done."""
    done: dict[str, object] = {}
    other = threading.Thread(target=lambda: done.update(second=outcome(second)))

    def meet(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if statement in sql and other.ident is None:
            other.start()
            _until(lambda: not other.is_alive() or _waiting())
        return result

    def run() -> None:
        with connection.execute_wrapper(meet):
            done["first"] = outcome(first)

    one = threading.Thread(target=run)
    one.start()
    one.join()
    assert other.ident is not None, f"no statement has {statement}"
    other.join()
    return done["first"], done["second"]


def cut_off(act: Act, check: Callable[[], None]) -> int:
    """Do an act again and again, its session ended after one statement more each time, and ``check`` what is left of it;
    until it comes to its end. Return how many times it was cut off."""
    times = 0
    while _cut(act, times):
        check()
        times += 1
    return times


def _cut(act: Act, after: int) -> bool:
    """Whether the session ended within the act, once it had done so many statements."""
    seen, pid = 0, 0

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen, pid
        result = execute(sql, params, many, context)
        seen += 1
        if seen > after and not pid:
            pid = connection.connection.info.backend_pid
            _ask("SELECT pg_terminate_backend(%s, 5000)", pid)
        return result

    with travel(morning(DAY)):
        try:
            with connection.execute_wrapper(cut):
                act()
        except (OperationalError, InterfaceError, psycopg.OperationalError):
            return True
        finally:
            connection.close()
    return False


def _waiting() -> bool:
    """Whether somebody waits for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    return bool(_ask(query, settings.DATABASES["default"]["NAME"]))


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)


def _ask(query: str, *params: object) -> Any:
    """An answer of the database, on a session beside those that are tried."""
    said = connection.get_connection_params()
    said = {key: said[key] for key in ("dbname", "user", "password", "host", "port") if said.get(key)}
    with psycopg.connect(**said, autocommit=True) as aside:
        row = aside.execute(query, params).fetchone()
    return row[0] if row else None
