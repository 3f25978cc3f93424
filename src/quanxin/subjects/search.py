"""Finding subjects by a part of their name.

Invariant: only legal persons and sole traders are found, never natural persons; what is found holds the text, in
a current or a former name, character for character after normalisation. The index holds each pair of neighbouring
characters as one integer; a search walks the rarest pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import duckdb
from django.db import connection

from quanxin.engine import normalise_name
from quanxin.runtime.bridge import pg_cursor, temporary, to_postgres

PAIRS = """
SELECT DISTINCT (unicode(name[i])::BIGINT << 21) | unicode(name[i + 1]) AS pair, id AS name_id
FROM (SELECT id, name, unnest(range(1, length(name))) AS i FROM fresh_names WHERE NOT person)
ORDER BY pair, name_id
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject whose current or former name holds the text."""

    subject_id: int
    code: str
    name: str
    former_name: str | None
    type: str
    region: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits. ``total`` is exact where ``exact``, otherwise there are at least so many."""

    total: int
    exact: bool
    hits: tuple[Hit, ...]


def pairs_of(norm: str) -> list[int]:
    """The pairs of neighbouring characters of a normalised name, each as one 42-bit integer, in order, once."""
    return list(dict.fromkeys((ord(a) << 21) | ord(b) for a, b in pairwise(norm)))


def index_names(con: duckdb.DuckDBPyConnection) -> None:
    """Index the DuckDB table ``fresh_names(id, name, person)``; the caller holds the register's lock."""
    to_postgres(con, PAIRS, "subjects_namepair", ("pair", "name_id"))
    with pg_cursor() as cursor:
        temporary(cursor, "fresh_pairs", "pair bigint, names bigint")
        to_postgres(con, f"SELECT pair, count(*) FROM ({PAIRS}) GROUP BY pair", "fresh_pairs", ("pair", "names"))
        cursor.execute(
            "INSERT INTO subjects_paircount (pair, names) SELECT pair, names FROM fresh_pairs "
            "ON CONFLICT (pair) DO UPDATE SET names = subjects_paircount.names + excluded.names"
        )
        cursor.execute("DROP TABLE fresh_pairs")


FOUND = """
SELECT s.id, s.code, s.name, CASE WHEN n.current THEN NULL ELSE n.text END, s.type, s.region
FROM ({matches}) m
JOIN subjects_name n ON n.id = m.name_id
JOIN subjects_subject s ON s.id = n.subject_id AND NOT s.natural AND s.merged_into_id IS NULL
ORDER BY m.name_id
"""


def search_names(text: str, *, limit: int = 20, offset: int = 0) -> SearchPage:
    """Subjects whose name holds ``text`` (two characters or more after normalisation), oldest enrolment first.

    Returns an empty page for shorter texts. ``total`` is exact for two characters and where all hits fit the page.
    """
    norm = normalise_name(text)
    pairs = pairs_of(norm)
    if not pairs:
        return SearchPage(0, True, ())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pair, names FROM subjects_paircount WHERE pair = ANY(%s) ORDER BY names", [pairs])
        counts = cursor.fetchall()
        if len(counts) < len(pairs):
            return SearchPage(0, True, ())
        matches, parameters = _matches(norm, [pair for pair, _ in counts])
        cursor.execute(FOUND.format(matches=matches), [*parameters, limit + 1, offset])
        rows = cursor.fetchall()
    hits = tuple(Hit(*row) for row in rows[:limit])
    if len(norm) == 2 and offset == 0 and len(rows) > limit:
        return SearchPage(counts[0][1], False, hits)
    return SearchPage(offset + len(rows), len(rows) <= limit, hits)


def _matches(norm: str, pairs: list[int]) -> tuple[str, list[int | str]]:
    """Names that hold ``norm``: those of the rarest pair, narrowed by the next rarest, verified by their text."""
    if len(pairs) == 1 and len(norm) == 2:
        return "SELECT name_id FROM subjects_namepair WHERE pair = %s ORDER BY name_id LIMIT %s OFFSET %s", [pairs[0]]
    second = "JOIN subjects_namepair b ON b.name_id = a.name_id AND b.pair = %s" if len(pairs) > 1 else ""
    return (
        f"SELECT a.name_id FROM subjects_namepair a {second} JOIN subjects_name v ON v.id = a.name_id "
        "WHERE a.pair = %s AND strpos(v.norm, %s) > 0 ORDER BY a.name_id LIMIT %s OFFSET %s",
        [*pairs[1:2], pairs[0], norm],
    )
