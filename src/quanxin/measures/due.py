"""What may or must be applied, as a list that departments work through.

Invariant: the list is made of the queries that answer for a city; it follows what happens within moments, and is made anew by
night. No natural person is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import decided
from quanxin.archive.handlers import Following, Unit, by_units
from quanxin.archive.models import Event, Record
from quanxin.archive.touched import units_of
from quanxin.calendar import now, today
from quanxin.measures.in_bulk import put_consequences
from quanxin.measures.models import Due
from quanxin.measures.reckoning import program_of
from quanxin.policy.consequences import Measure
from quanxin.runtime import locks
from quanxin.runtime.bridge import to_postgres
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject

COLUMNS = ("measure", "must", "subject_id", "resource", "record_id", "ground", "since", "until", "suspended")
ENFORCING = (Role.DECIDER,)


def refresh(only: Collection[int] | None = None) -> int:
    """Make the list anew, of everyone or of ``only`` some subjects; return how many lines it has of them."""
    rules = current_pack().on(today()).measures
    must = [key for key, rule in rules.items() if rule.must]
    with workshop() as (con, workdir), transaction.atomic():
        locks.hold(locks.Kind.DUE)
        put_consequences(con, today(), now(), workdir, only)
        con.execute("CREATE TABLE persons (subject_id BIGINT)")
        found = [row[0] for row in con.execute("SELECT DISTINCT subject_id FROM consequences").fetchall()]
        persons = Subject.objects.filter(pk__in=found, natural=True).values_list("pk", flat=True)
        con.execute("INSERT INTO persons SELECT unnest(?::BIGINT[])", [list(persons)])
        con.execute("CREATE TABLE must AS SELECT unnest(?::VARCHAR[]) AS measure", [must])
        among = None if only is None else decided.clusters_of(only, decided.merged_at(now()))
        gone = Due.objects.all() if among is None else Due.objects.filter(subject_id__in=among)
        gone.delete()
        query = (
            "SELECT measure, measure IN (SELECT measure FROM must) AS must, subject_id, resource, id AS record_id, ground, "
            "since, until, suspended FROM consequences WHERE subject_id NOT IN (SELECT subject_id FROM persons) "
            "ORDER BY measure, id, ground"
        )
        return to_postgres(con, query, "measures_due", COLUMNS)


def by_night() -> None:
    """Make the list of everyone anew."""
    refresh()


def references(lines: Collection[Due]) -> dict[int, str]:
    """How addresses name the records of lines, by the ids of these: a merged subject's stand under the one they came with."""
    clusters = decided.clusters_of({one.subject_id for one in lines}, decided.merged_at(now())) if lines else set()
    found = Record.objects.filter(subject_id__in=clusters, id__in={one.record_id for one in lines})
    return {number: f"{subject}-{number}" for subject, number in found.values_list("subject_id", "id")}


def rules_of(actor: Actor) -> dict[str, Measure]:
    """The measures of today that the departments of an actor may apply."""
    held = {one.provider for one in actor.by(*ENFORCING)}
    rules = current_pack().on(today()).measures
    return {key: rule for key, rule in rules.items() if not rule.enforcers or "" in held or held & set(rule.enforcers)}


def _units(happened: Sequence[Event]) -> list[Unit]:
    """The subjects whose records of the resources that measures look at were touched."""
    program, _ = program_of(current_pack(), today())
    looked_at = {source.resource for source in program.sources}
    return units_of([event for event in happened if _resource(event) in looked_at | {""}])


def _resource(event: Event) -> str:
    """The resource that an event is about, "" where it may be any."""
    return event.batch.resource if event.batch is not None else str(event.particulars.get("resource", ""))


def _act(units: Sequence[Unit]) -> int:
    touched = {unit.subject for unit in units}
    refresh(touched)
    return len(touched)


LIST = by_units(Following("measures.due", _units, _act), _("可以实施的措施"))
