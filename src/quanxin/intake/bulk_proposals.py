"""Proposals for all unlinked rows at once, by Splink on DuckDB (the extra ``quanxin[linkage]``).

Invariant: a proposal only says that two statements may mean one organisation, with a probability; nothing is linked,
decided or ruled out by it. Natural persons are in neither table. The same queue and register give the same proposals.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.calendar import now
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held, Proposal
from quanxin.runtime.bridge import pg_cursor, put
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.subjects.naming import parse
from quanxin.subjects.vocabulary import vocabulary

THRESHOLD = 20  # hundredths of probability
MOST = 5  # proposals for one identity


def _shared(column: str) -> str:
    """How many characters two texts share; DuckDB's own distances count bytes, of which a character here has three."""
    left, right = (f"string_split(\"{column}_{side}\", '')" for side in "lr")
    return f"len(list_intersect({left}, {right}))"


def _longer(column: str) -> str:
    return f'greatest(length("{column}_l"), length("{column}_r"))'


def _same(column: str) -> str:
    return f'"{column}_l" = "{column}_r"'


def _slip(column: str) -> str:
    return f"{_shared(column)} >= {_longer(column)} - 1"


def _alike(column: str) -> str:
    return f"{_shared(column)} * 2 >= {_longer(column)}"


def _most(column: str) -> str:
    return f"{_shared(column)} * 4 >= {_longer(column)} * 3"


# Levels of each comparison: how often one occurs where two statements mean one organisation (m: clerks mistype the
# name, rarely the place) and by chance (u: measured on 25,074 names of a real register). A level's column, if given,
# weighs it by how common the very value is: many are called 供销合作社, one is called 圣泉.
Level = tuple[str, str, float, float]
LEVELS: dict[str, tuple[Level, ...]] = {
    "whole": (("one slip", _slip("whole"), 0.85, 0.000003), ("alike", _most("whole"), 0.1, 0.0005)),
    "trade": (
        ("same", _same("trade"), 0.6, 0.004),
        ("one slip", _slip("trade"), 0.3, 0.005),
        ("alike", _alike("trade"), 0.06, 0.006),
    ),
    "industry": (("same", _same("industry"), 0.75, 0.012), ("alike", _alike("industry"), 0.15, 0.033)),
    "place": (("same", _same("place"), 0.85, 0.062),),
    "form": (("same", _same("form"), 0.85, 0.355),),
    "branch": (("same", _same("branch"), 0.9, 0.54), ("alike", _alike("branch"), 0.07, 0.0015)),
}
BLOCKS = (("trade",), ("place", "industry"), ("substr(trade, 1, 2)",), ("substr(trade, -2)",))


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a run did: identities that waited, names they were compared with, proposals made."""

    identities: int
    names: int
    proposals: int


@transaction.atomic
def propose(actor: Actor) -> Proposed:
    """Compare every waiting identity with every organisation's names; the proposals replace those of the last run.

    Raises ``NotAllowed`` without the steward's role, ``IntakeError`` without Splink.
    """
    actor.require(Role.STEWARD)
    if importlib.util.find_spec("splink") is None:
        raise IntakeError("linkage-missing")
    with workshop() as (con, _):
        waiting, register = _table(con, "waiting", _waiting()), _table(con, "names", _names())
        found = _predict(con, register) if waiting and register else []
    Proposal.objects.all().delete()
    at = now()
    Proposal.objects.bulk_create(
        Proposal(stated_key=key, subject_id=int(subject), hundredths=hundredths, at=at)
        for key, subject, hundredths in found
    )
    audit(actor, "intake.propose", "unlinked", identities=waiting, names=register, proposals=len(found))
    return Proposed(waiting, register, len(found))


def _waiting() -> Iterator[tuple[str, str, str]]:
    """(identity, itself, name) of each identity in the queue that has a name."""
    waiting = Held.objects.filter(bucket=Held.Bucket.UNLINKED, released_by=None, set_aside_at=None, decision=None)
    rows = waiting.exclude(stated_key="")
    for key, name in rows.order_by("stated_key").values_list("stated_key", "stated__norm").distinct():
        if name and parse(name).is_organisation:
            yield key, key, name


def _names() -> Iterator[tuple[str, str, str]]:
    """(name's id, subject's id, name) of every name, current or former, of organisations and sole traders."""
    with pg_cursor() as cursor:
        cursor.execute(
            "SELECT n.id, coalesce(s.merged_into_id, s.id), n.norm FROM subjects_name n "
            "JOIN subjects_subject s ON s.id = n.subject_id WHERE NOT s.natural ORDER BY n.id"
        )
        for number, subject, norm in cursor:
            yield str(number), str(subject), norm


def _table(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[tuple[str, str, str]]) -> int:
    """Make a table of names taken apart; return how many there are."""
    words, cells = vocabulary(), []
    for key, owner, text in rows:
        name = parse(text, words)
        cells.append(
            {
                "unique_id": key,
                "owner": owner,
                "whole": name.norm,
                "trade": name.trade or name.industry or None,
                "industry": name.industry or None,
                "place": name.region[-1] if name.region else None,
                "form": name.form or None,
                "branch": name.branch,
            }
        )
    columns = ("unique_id", "owner", "whole", "trade", "industry", "place", "form", "branch")
    put(con, table, pa.Table.from_pylist(cells, schema=pa.schema([(c, pa.string()) for c in columns])))
    return len(cells)


def _settings(names: int) -> Any:
    """The model over a register of so many names: of all pairs of one identity with them, about one is right."""
    from splink import SettingsCreator, block_on
    from splink import comparison_level_library as levels
    from splink import comparison_library as comparisons

    compared: list[Any] = []
    for column, known in LEVELS.items():
        chosen: list[Any] = [levels.NullLevel(column)]
        for label, sql, m, u in known:
            weighed = column if (column, label) == ("trade", "same") else None
            level = levels.CustomLevel(sql, label_for_charts=label)
            chosen.append(level.configure(m_probability=m, u_probability=u, tf_adjustment_column=weighed))
        m, u = 1 - sum(level[2] for level in known), 1 - sum(level[3] for level in known)
        chosen.append(levels.ElseLevel().configure(m_probability=m, u_probability=u))
        compared.append(comparisons.CustomComparison(chosen, output_column_name=column))
    return SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=1 / (names + 1),
        comparisons=compared,
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        additional_columns_to_retain=["owner"],
        retain_matching_columns=False,
    )


def _predict(con: duckdb.DuckDBPyConnection, names: int) -> list[tuple[str, str, int]]:
    """(identity, subject, hundredths) of each pair worth proposing, the best few of each identity."""
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    api = DuckDBAPI(connection=con)
    tables = [api.register(name, dataset_display_name=f"a_{name}") for name in ("waiting", "names")]
    linker = Linker(tables, _settings(names), log_level=None)
    pairs = linker.inference.predict(threshold_match_probability=THRESHOLD / 100)
    return con.execute(
        f"""
        WITH told AS (
            SELECT CASE WHEN source_dataset_l = 'a_waiting' THEN owner_l ELSE owner_r END AS key,
                   CASE WHEN source_dataset_l = 'a_waiting' THEN owner_r ELSE owner_l END AS subject,
                   CAST(floor(max(match_probability) * 100) AS INTEGER) AS hundredths
            FROM {pairs.physical_name} GROUP BY ALL
        )
        SELECT key, subject, hundredths FROM told
        QUALIFY row_number() OVER (PARTITION BY key ORDER BY hundredths DESC, CAST(subject AS BIGINT)) <= {MOST}
        ORDER BY ALL
        """
    ).fetchall()
