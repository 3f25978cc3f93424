"""What the item finds of many subjects: ``reading.found`` for any number of them.

Invariant: as there: every record came through the accessor, and what follows is reckoned by the texts of ``engine.grounds``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import duckdb
from django.db.models.expressions import RawSQL

from quanxin.archive import access
from quanxin.archive.definitions import definitions
from quanxin.archive.models import Record
from quanxin.archive.viewers import Viewer
from quanxin.calendar import add_months
from quanxin.checks.reading import looked_at, standing
from quanxin.engine import grounds_run
from quanxin.engine.days import date_literal, dated, on_day
from quanxin.engine.grounds import LIFTED, LISTED, SUSPENDED, Program
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.payload import item as item_of
from quanxin.measures.reckoning import LIFTING, SUSPENDING, program_of
from quanxin.policy import expressions
from quanxin.policy.checks import CheckItem, Reading
from quanxin.runtime.bridge import text_of, to_duckdb
from quanxin.runtime.pack import current_pack

_READ = {
    "subject_id": "BIGINT", "id": "BIGINT", "resource": "VARCHAR", "event_date": "DATE", "valid_until": "DATE",
    "published": "BOOLEAN", "public_until": "DATE", "provider": "VARCHAR", "batch_id": "VARCHAR", "held": "VARCHAR",
    "payload": "JSON",
}  # fmt: skip


def put_found(con: duckdb.DuckDBPyConnection, workdir: Path, viewer: Viewer, item: CheckItem, day: dt.date) -> None:
    """Make ``found(kept, id, subject, resource, event_date, until, list, provider, disputed)``, a row for each finding, and
    ``consequences`` of the item's measures. The tables of ``whom`` are there."""
    _put_shown(con, workdir, viewer, item, day)
    program, _ = program_of(current_pack(), day)
    resources = {source.resource for source in program.sources} & set(_resources(item, day))
    _put_consequences(
        con,
        dataclasses.replace(
            program,
            sources=tuple(s for s in program.sources if s.resource in resources),
            rules=tuple(rule for rule in program.rules if rule[1] in item.measures),
        ),
        day,
    )
    events = [_events(wanted, day) for wanted in item.reads]
    con.execute(f"CREATE OR REPLACE TABLE found AS {' UNION ALL '.join([_memberships(item, day), *events])}")


def _resources(item: CheckItem, day: dt.date) -> list[str]:
    resources, lists = looked_at(item, day)
    rules = current_pack().on(day).lists
    return [*resources, *(rules[key].resource for key in lists)]


def _put_shown(con: duckdb.DuckDBPyConnection, workdir: Path, viewer: Viewer, item: CheckItem, day: dt.date) -> None:
    """Make ``shown``: the records of the subjects that the viewer may see, each under the id that is ``kept``."""
    records = standing(viewer, RawSQL("SELECT subject FROM check_members", []), item, day)
    to_duckdb(con, text_of(records.values_list(*_READ)), "records", _READ, workdir)
    kinds = con.execute(
        "SELECT DISTINCT r.batch_id, r.provider, a.region, a.is_natural FROM records AS r JOIN clusters AS c ON "
        "c.subject = r.subject_id JOIN asked AS a ON a.subject = c.kept"
    ).fetchall()
    whole = definitions(batch for batch, *_ in kinds)
    con.execute("CREATE OR REPLACE TABLE opened (batch_id VARCHAR, provider VARCHAR, region VARCHAR, since DATE)")
    opened = []
    for batch, provider, region, natural in kinds:
        own = access.handed_in(viewer, Record(provider=provider), region)
        if access.may_see_record(viewer, whole[batch], day, None, natural=natural, own=own):
            opened.append([batch, provider, region, access.kept_since(whole[batch], day)])
    if opened:
        con.executemany("INSERT INTO opened VALUES (?, ?, ?, ?)", opened)
    con.execute(
        "CREATE OR REPLACE TABLE shown AS SELECT r.*, c.kept, r.held <> '{}' AS is_held, "
        f"CASE WHEN {_held_by(LIFTING)} THEN '{LIFTED}' WHEN {_held_by(SUSPENDING)} THEN '{SUSPENDED}' END AS held_for "
        "FROM records AS r JOIN clusters AS c ON c.subject = r.subject_id JOIN asked AS a ON a.subject = c.kept "
        "JOIN opened AS o ON o.batch_id = r.batch_id AND o.provider = r.provider AND o.region = a.region "
        "WHERE r.event_date IS NULL OR o.since IS NULL OR r.event_date >= o.since"
    )


def _held_by(kinds: frozenset[str]) -> str:
    return f"list_has_any(string_split(trim(r.held, '{{}}'), ','), {sorted(map(str, kinds))!r})"


def _put_consequences(con: duckdb.DuckDBPyConnection, program: Program, day: dt.date) -> None:
    grounds_run.create(con, program)
    con.execute("INSERT INTO population SELECT subject, type FROM asked WHERE verdict = ''")
    for source in program.sources:
        items = "".join(f", {item_of(field, 's.payload')}" for field in source.fields)
        con.execute(
            f"INSERT INTO {source.table} SELECT s.kept, s.id, s.event_date, s.valid_until, s.published, s.public_until, "
            f"s.held_for{items} FROM shown AS s WHERE s.resource = {literal(source.resource)}"
        )
        grounds_run.find_grounds(con, source)
    grounds_run.put_answer(con, program, day, "consequences")


def _memberships(item: CheckItem, day: dt.date) -> str:
    """The records by which somebody is on one of the item's lists, each with its last day."""
    lists = ", ".join(literal(LISTED + key) for key in looked_at(item, day)[1]) or "NULL"
    on = date_literal(day)
    return (
        f"SELECT s.kept, s.id, s.subject_id AS subject, s.resource, s.event_date, g.until, substr(g.ground, {len(LISTED) + 1}) "
        "AS list, s.provider, s.is_held AS disputed FROM grounds AS g JOIN shown AS s ON s.id = g.id "
        f"WHERE g.ground IN ({lists}) AND g.since <= {on} AND (g.until IS NULL OR g.until >= {on})"
    )


def _events(wanted: Reading, day: dt.date) -> str:
    """The records that hold on the day, or lie within the years that the item looks back, and for which it asks."""
    resource = current_pack().resource_history(wanted.resource)[-1]
    fields = [field for field in resource.fields if field.key in expressions.columns(wanted.when)]
    cells = "".join(f", {item_of(field, 's.payload')} AS {quoted(field.key)}" for field in fields)
    if wanted.years is None:
        in_time = f"(_until IS NULL OR _until >= {date_literal(day)})"
    else:
        in_time = f"_event_date > {date_literal(add_months(day, -12 * wanted.years))}"
    return (
        "SELECT _kept, _id, _subject, _resource, _event_date, _until, '', _provider, _held FROM (SELECT s.kept AS _kept, "
        "s.id AS _id, s.subject_id AS _subject, s.resource AS _resource, s.event_date AS _event_date, s.valid_until AS _until, "
        f"s.provider AS _provider, s.is_held AS _held{cells} FROM shown AS s WHERE s.resource = {literal(wanted.resource)}) "
        f"WHERE {in_time} AND ({on_day(dated(wanted.when), date_literal(day))})"
    )
