"""Looking for what was kept back (瞒报): a list that a department published, compared with what it handed in.

Invariant: a row is missing only if its document number, in comparing form, was never handed in by the provider under the
resource, neither taken in nor held; who repeats the draw with its seed has the same rows.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import duckdb
from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import is_employed_by, own_matter
from quanxin.calendar import now, today
from quanxin.engine.normalise import comparable_number, literal
from quanxin.intake.errors import IntakeError, translated
from quanxin.intake.models import SamplingCheck
from quanxin.intake.pipeline import admit
from quanxin.intake.reading import read
from quanxin.policy.model import FieldType, Resource
from quanxin.runtime.bridge import to_duckdb
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.pack import current_pack

# Whatever a provider ever handed in of a resource: what entered, in all versions, and what is or was held.
HANDED_IN = """
SELECT 'found', payload ->> '{field}' FROM archive_record WHERE resource = '{resource}' AND provider = '{provider}'
UNION SELECT 'held', h.original ->> '{field}' FROM intake_held h JOIN archive_batch b ON b.id = h.batch_id
WHERE b.resource = '{resource}' AND b.provider = '{provider}'
"""


def compare(
    actor: Actor, path: Path, *, resource: str, provider: str, size: int, seed: str, name: str | None = None
) -> SamplingCheck:
    """Draw ``size`` rows of a published list by ``seed`` and look for each; keep and return what was found.

    The list is a file as departments hand them in, with at least the document numbers. Raises ``NotAllowed`` without
    the centre's role, ``IntakeError`` for the file, the resource, or a resource without document numbers.
    """
    actor.require(Role.CENTRE)
    if is_employed_by(actor, provider):
        raise own_matter(actor, f"provider:{provider}")
    pack = current_pack()
    found = admit(pack, pack.on(today()), resource, provider)
    number = _number_field(found)
    with translated(path), workshop([path]) as (con, workdir):
        reading = read(con, path, found, workdir=workdir)
        if number not in reading.columns:
            raise IntakeError("sampling-no-numbers", resource=resource)
        listed = _draw(con, number, size, seed)
        query = HANDED_IN.format(field=number, resource=resource, provider=provider)
        to_duckdb(con, query, "handed_in", {"bucket": "VARCHAR", "number": "VARCHAR"}, workdir)
        drawn = con.execute(
            "SELECT d.row_no, d.number, min(h.bucket) FROM drawn d LEFT JOIN "
            f"(SELECT bucket, {comparable_number('number')} AS key FROM handed_in) h ON h.key = d.key GROUP BY 1, 2 ORDER BY 1"
        ).fetchall()
    return _keep(actor, path, resource, provider, seed, listed, drawn, name)


def _number_field(resource: Resource) -> str:
    field = next((f.key for f in resource.fields if f.type is FieldType.DOCUMENT_NUMBER), None)
    if field is None:
        raise IntakeError("sampling-no-numbers", resource=resource.key)
    return field


def _draw(con: duckdb.DuckDBPyConnection, number: str, size: int, seed: str) -> int:
    """Make ``drawn(row_no, number, key)``: the rows whose numbers come first in an order that the seed shuffles."""
    con.execute(
        f'CREATE TABLE listed AS SELECT min(row_no) AS row_no, min("{number}") AS number, {comparable_number(number)} AS key '
        "FROM source GROUP BY key HAVING key IS NOT NULL AND key <> ''"
    )
    con.execute(
        f"CREATE TABLE drawn AS SELECT * FROM listed ORDER BY md5({literal(seed)} || chr(31) || key), key LIMIT {int(size)}"
    )
    row = con.execute("SELECT count(*) FROM listed").fetchone()
    return int(row[0]) if row else 0


@transaction.atomic
def _keep(
    actor: Actor, path: Path, resource: str, provider: str, seed: str, listed: int, drawn: list[Any], name: str | None
) -> SamplingCheck:
    missing = [{"row": row, "number": number} for row, number, bucket in drawn if bucket is None]
    found = sum(bucket == "found" for _, _, bucket in drawn)
    made = SamplingCheck.objects.create(
        resource=resource,
        provider=provider,
        file_name=(name or path.name)[-255:],
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        seed=seed,
        listed=listed,
        sampled=len(drawn),
        found=found,
        held=len(drawn) - found - len(missing),
        missing=missing,
        concealed=len(missing),
        actor=actor.name,
        at=now(),
    )
    audit(
        actor,
        "intake.sample",
        f"provider:{provider}",
        check=made.pk,
        resource=resource,
        sampled=made.sampled,
        missing=made.concealed,
    )
    return made
