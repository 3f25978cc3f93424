"""What a city's records come to by rule: of everyone from nothing, beside the same by hand, and of one subject alone.

Invariant: the city is laid straight down (``evaluation_lake``), with what the rules look at; compiled and by hand read the same
files on two threads, each in a process of its own, run after run, and end with the same rows, or the measurement fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import evaluation_lake
from bench.ground import Cost, elsewhere, line, percentiles

if TYPE_CHECKING:
    import duckdb

    from quanxin.engine.grounds import Program
    from quanxin.subjects.models import Subject

    Work = Callable[[duckdb.DuckDBPyConnection, Path], None]

ASKED, WARM, RUNS = 300, 20, 3


def measure(what: str, subjects: int, program: Callable[[], Program], ours: Work, by_hand: Work, found: str) -> None:
    """Print what a city costs beside the same by hand; ``found`` are the columns of what both have found."""
    elsewhere(evaluation_lake.enrol, subjects)
    elsewhere(_lay, program, subjects * 3, subjects)
    costs: tuple[list[Cost], list[Cost]] = [], []
    for _ in range(RUNS):
        (one, came), (other, wanted) = elsewhere(_timed, ours, found), elsewhere(_timed, by_hand, found)
        if came != wanted:
            raise AssertionError(f"compiled {came} and by hand {wanted} differ")
        costs[0].append(one)
        costs[1].append(other)
    line(f"{what} of {subjects:,} subjects, {came[0]:,} found", f"{Cost.median(costs[0])}", "")
    line(f"  ÷ the same by hand ({Cost.median(costs[1])})", Cost.median(costs[0]) / Cost.median(costs[1]), "≤ 1.5")


def measure_one(what: str, folder: Path, city: int, ask: Callable[[Subject], Any]) -> None:
    """Print what it takes to ask about one subject of a sample city, warm."""
    from quanxin.accounts import operator
    from quanxin.demo.run import run
    from quanxin.subjects.models import Subject

    run(subjects=city, seed=5, folder=folder / "departments", actor=operator())
    took = []
    for n, subject in enumerate(Subject.objects.filter(natural=False).order_by("id")[: ASKED + WARM]):
        begun = time.perf_counter()
        ask(subject)
        if n >= WARM:
            took.append(time.perf_counter() - begun)
    line(f"{what}, {len(took)} subjects", percentiles(took), "p95 ≤ 25 ms")


def put_decided(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """Make ``merged``, ``subject`` and ``ended``, as somebody does who knows the superseded records and the merges."""
    from quanxin.archive.decided import merged_at
    from quanxin.runtime.bridge import to_duckdb

    con.execute("CREATE TABLE merged (other BIGINT, kept BIGINT)")
    con.executemany("INSERT INTO merged VALUES (?, ?)", [list(p) for p in merged_at(evaluation_lake.AT).items()])
    to_duckdb(con, "SELECT id, type FROM subjects_subject", "subject", {"id": "BIGINT", "type": "VARCHAR"}, workdir)
    ended = f"SELECT id FROM archive_record WHERE superseded_at <= '{evaluation_lake.AT}'"
    to_duckdb(con, ended, "ended", {"id": "BIGINT"}, workdir)


def rows_of(resource: str) -> str:
    """The records of a resource that stand, each under the subject that counts."""
    from quanxin.archive.lake_reading import files_of

    files = ", ".join(f"'{path}'" for path in files_of(resource))
    return (
        f"(SELECT * EXCLUDE (kept, other), coalesce(kept, _subject_id) AS subject_id FROM read_parquet([{files}], "
        "union_by_name = true) LEFT JOIN merged ON other = _subject_id WHERE _id NOT IN (SELECT id FROM ended))"
    )


def _lay(program: Callable[[], Program], records: int, subjects: int) -> None:
    """Lay the resources that a program looks at, of an even share each."""
    fields = {source.resource: source.fields for source in program().sources}
    share = records // len(fields)
    laid = [evaluation_lake.Part(key, share, 1 + n * share) for n, key in enumerate(sorted(fields))]
    evaluation_lake.lay_parts(laid, fields, subjects)


def _timed(work: Work, found: str) -> tuple[Cost, tuple[int, int]]:
    from quanxin.runtime.duckdb_scratch import workshop
    from quanxin.runtime.pack import current_pack

    current_pack()  # read by both beforehand
    with workshop() as (con, workdir):
        cost, _ = Cost.of(lambda: work(con, workdir))
        digest = f"SELECT count(*), coalesce(sum(hash({found}) % 1000003), 0)::BIGINT FROM found"
        return cost, con.execute(digest).fetchall()[0]
