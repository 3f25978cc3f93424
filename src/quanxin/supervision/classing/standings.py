"""The classes that stand: made of the queries that answer for a city, kept from day to day.

Invariant: what stands is what is reckoned, as of the last look; it follows what happens within moments, so that no class
outlives its ground, and is made anew by night. A standing says since and until when; a change within a day replaces what that
day began with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import duckdb
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.models import audit
from quanxin.archive import decided
from quanxin.archive.handlers import Following, Unit, by_units
from quanxin.archive.models import Event
from quanxin.archive.touched import units_of
from quanxin.calendar import now, today
from quanxin.engine.normalise import literal
from quanxin.runtime import locks
from quanxin.runtime.bridge import pg_cursor, temporary, to_postgres
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack
from quanxin.supervision.classing.reckoning import program_of, unscored_merges
from quanxin.supervision.classing.reviews import OF_RECORDS
from quanxin.supervision.classing.strata import put_classes
from quanxin.supervision.models import CreditClass, RiskClass

TABLES: dict[str, type[CreditClass] | type[RiskClass]] = {"credit": CreditClass, "risk": RiskClass}
COLUMNS = ("scheme", "subject_id", "level", "grounds", "reviewed")
_SPEAKING = ", ".join(f"'{part}'" for part in OF_RECORDS)
_CLASSED = f"""
SELECT c.scheme, c.subject_id, c.level, coalesce(to_json(list({{{{'rule': c.ground, 'resource': c.resource, 'record': c.id,
    'level': c.grounded, 'since': c.since, 'until': c.until}}}} ORDER BY c.ground, c.id) FILTER (c.part IN ({_SPEAKING}))), '[]')
    AS grounds, bool_or(r.subject_id IS NOT NULL) AS reviewed
FROM classes AS c LEFT JOIN reviewed AS r ON r.scheme = c.scheme AND r.subject_id = c.subject_id
WHERE c.scheme IN ({{keys}}) GROUP BY c.scheme, c.subject_id, c.level
"""
_STANDS = """
s.until IS NULL AND (%(all)s OR s.subject_id = ANY(%(only)s)) AND NOT EXISTS (SELECT 1 FROM pg_temp.classed c
    WHERE c.scheme = s.scheme AND c.subject_id = s.subject_id AND c.level = s.level
    AND c.reviewed = (s.case_id IS NOT NULL))
"""
_CHANGES = (
    "DELETE FROM {table} s WHERE s.since >= %(day)s AND " + _STANDS,
    "UPDATE {table} s SET until = %(day)s::date - 1 WHERE s.since < %(day)s AND " + _STANDS,
    """INSERT INTO {table} (scheme, subject_id, level, since, grounds, edition, reckoned_at)
    SELECT c.scheme, c.subject_id, c.level, %(day)s, c.grounds::jsonb, %(edition)s, %(at)s FROM pg_temp.classed c
    WHERE NOT EXISTS (SELECT 1 FROM {table} s
        WHERE s.scheme = c.scheme AND s.subject_id = c.subject_id AND s.until IS NULL)
    ORDER BY c.scheme, c.subject_id""",
    """UPDATE {table} s SET grounds = c.grounds::jsonb, edition = %(edition)s FROM pg_temp.classed c
    WHERE s.until IS NULL AND s.case_id IS NULL AND s.scheme = c.scheme AND s.subject_id = c.subject_id
    AND s.grounds <> c.grounds::jsonb""",
)
_DIFFERENT = """
SELECT count(*) FROM pg_temp.classed c FULL JOIN (SELECT * FROM {table} WHERE until IS NULL) s
ON s.scheme = c.scheme AND s.subject_id = c.subject_id WHERE c.level IS DISTINCT FROM s.level
"""
# In two steps: one text of a whole city is long.
_STANDING = """
SELECT coalesce(encode(sha256(string_agg(part, ''::bytea ORDER BY n)), 'hex'), '') FROM (
    SELECT subject_id / 4096 AS n,
        sha256(convert_to(string_agg(concat_ws(':', scheme, subject_id, level), ',' ORDER BY scheme, subject_id), 'UTF8')) AS part
    FROM {table} WHERE until IS NULL GROUP BY 1
) parts
"""


def refresh(only: Collection[int] | None = None) -> int:
    """Let the classes of everyone, or of ``only`` some subjects, stand as they are reckoned now; return how many changed."""
    with workshop() as (con, workdir), transaction.atomic():
        locks.hold(locks.Kind.CLASSES)
        day, moment = today(), now()
        put_classes(con, day, moment, workdir, only)
        among = (
            None if only is None else decided.clusters_of(only, decided.merged_at(moment, apart_from=unscored_merges()))
        )
        said = {"day": day, "at": moment, "edition": current_pack().edition, "all": only is None}
        changed = 0
        for kind, table in TABLES.items():
            _bring(con, kind, day)
            with pg_cursor() as cursor:
                for statement in _CHANGES:
                    cursor.execute(_of(statement, table), said | {"only": sorted(among or ())})
                    changed += cursor.rowcount
    return changed


def differences() -> int:
    """How many classes that stand are not what is reckoned now."""
    with workshop() as (con, workdir), transaction.atomic():
        locks.hold(locks.Kind.CLASSES)
        day = today()
        put_classes(con, day, now(), workdir)
        found = 0
        for kind, table in TABLES.items():
            _bring(con, kind, day)
            with pg_cursor() as cursor:
                cursor.execute(_of(_DIFFERENT, table))
                found += int(cursor.fetchone()[0])
    return found


def _of(statement: str, table: type[models.Model]) -> str:
    return statement.format(table=table._meta.db_table)


def _bring(con: duckdb.DuckDBPyConnection, kind: str, day: dt.date) -> None:
    """Make ``classed`` in the database of the classes by schemes of a kind."""
    keys = [key for key, one in current_pack().on(day).schemes.items() if one.kind == kind]
    with pg_cursor() as cursor:
        temporary(
            cursor,
            "classed",
            "scheme varchar(64), subject_id bigint, level varchar(16), grounds text, reviewed boolean",
        )
        to_postgres(con, _CLASSED.format(keys=", ".join(map(literal, keys)) or "NULL"), "classed", COLUMNS)
        cursor.execute("ANALYZE pg_temp.classed")


@transaction.atomic
def by_night() -> None:
    """Let the classes of everyone stand as they are on the new day, and leave the line of what stands."""
    changed = refresh()
    with pg_cursor() as cursor:
        digests = {}
        for kind, table in TABLES.items():
            cursor.execute(_of(_STANDING, table))
            digests[kind] = cursor.fetchone()[0]
    audit(
        Actor("job:supervision"), "supervision.classify", "classes",
        changed=changed, edition=current_pack().edition, standing=digests,
    )  # fmt: skip


def _units(happened: Sequence[Event]) -> list[Unit]:
    """The subjects whose records of the resources that schemes look at were touched."""
    program, _reckoner = program_of(current_pack(), today())
    looked_at = {source.resource for source in program.sources}
    return units_of([event for event in happened if _resource(event) in looked_at | {""}])


def _resource(event: Event) -> str:
    """The resource that an event is about, "" where it may be any."""
    return event.batch.resource if event.batch is not None else str(event.particulars.get("resource", ""))


def _act(units: Sequence[Unit]) -> int:
    touched = {unit.subject for unit in units}
    refresh(touched)
    return len(touched)


CLASSES = by_units(Following("supervision.classes", _units, _act), _("分级分类等级"))
