"""Comparing two runs over the city: who moved between grades, by what, and whether the city still looks the same.

Invariant: the figures come from the files of the two runs and from nothing else; the cells of the migration matrix add up
to everyone whom either run evaluated, and the points by which indicators moved, with what the limits took away, add up to
the movement of the scores. Sums are integers of hundredths, whatever the order of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from quanxin.engine.normalise import literal
from quanxin.engine.scoring import HUNDRED, column, hundredths
from quanxin.evaluation.editions import model_by_digest
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.files import path_of
from quanxin.evaluation.models import Run
from quanxin.evaluation.statistics import stability
from quanxin.policy.evaluation import Indicator, Model

CLASSES = 20  # of the distribution of scores
TENTHS = 10  # of the earlier run's subjects, by which its stability is told
NOBODY = ""  # the grade of whom a run did not evaluate


@dataclass(frozen=True, slots=True)
class Pair:
    """Two runs by editions of one model, the earlier or standing one first."""

    before: Run
    after: Run
    models: tuple[Model, Model]

    @property
    def grades(self) -> list[str]:
        """The grades of both, best first, as the later edition ranks them."""
        listed = [b.key for model in reversed(self.models) for b in model.bands]
        return list(dict.fromkeys(listed))

    @property
    def indicators(self) -> list[tuple[Indicator, bool, bool]]:
        """Each indicator with whether the earlier and the later edition have it."""
        found = {i.key: i for model in reversed(self.models) for i in model.indicators}
        there = [{i.key for i in model.indicators} for model in self.models]
        return [(i, key in there[0], key in there[1]) for key, i in found.items()]


def pair(before: Run, after: Run) -> Pair:
    """Two runs to be compared; raises ``EvaluationError`` for runs of two models, or ones without files."""
    if before.model != after.model:
        raise EvaluationError("runs-of-two-models")
    for run in (before, after):
        if not run.manifest or not path_of(run, "scores").is_file():
            raise EvaluationError("run-without-files", run=run.pk)
    return Pair(
        before, after, (model_by_digest(before.model, before.digest), model_by_digest(after.model, after.digest))
    )


def put_pair(con: duckdb.DuckDBPyConnection, both: Pair) -> None:
    """Make the views ``before`` and ``after`` and the table ``moved``.

    ``moved`` has a row for everyone whom either evaluated: ``score``, ``grade``, ``vetoes`` of each (``a_…``, ``b_…``), how
    the grade went (``way``: 1 up, -1 down, 0 the same, NULL for whom one did not evaluate), and of whom both evaluated by
    how many points each indicator moved (``p_…``).
    """
    for name, run in (("before", both.before), ("after", both.after)):
        con.execute(
            f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({literal(str(path_of(run, 'scores')))})"
        )
    ranks = {side: _rank(f"{side}.grade", both.grades) for side in ("a", "b")}
    points = "".join(f", {_shift(column(i, 'p'), earlier, later)}" for i, earlier, later in both.indicators)
    con.execute(
        "CREATE OR REPLACE TABLE moved AS SELECT subject_id, a.score AS a_score, b.score AS b_score, "
        f"coalesce(a.grade, '{NOBODY}') AS a_grade, coalesce(b.grade, '{NOBODY}') AS b_grade, a.vetoes AS a_vetoes, "
        f"b.vetoes AS b_vetoes, sign({ranks['a']} - {ranks['b']}) AS way{points} "
        "FROM before a FULL JOIN after b USING (subject_id)"
    )


def _shift(points: str, earlier: bool, later: bool) -> str:
    """By how much an indicator moved: one that an edition does not have gives no points."""
    return f"{f'b.{points}' if later else '0'} - {f'a.{points}' if earlier else '0'} AS {points}"


def _rank(grade: str, grades: Sequence[str]) -> str:
    whens = " ".join(f"WHEN {literal(key)} THEN {n}" for n, key in enumerate(grades))
    return f"CASE {grade} {whens} END"


def compared(con: duckdb.DuckDBPyConnection, both: Pair) -> dict[str, Any]:
    """The figures of a comparison, as JSON; needs ``put_pair``."""
    return {
        "grades": both.grades,
        "summary": summary(con),
        "matrix": matrix(con),
        "indicators": movements(con, both),
        "vetoes": vetoes(con, both),
        "distribution": distribution(con, both),
        "stability": steadiness(con, both),
    }


def summary(con: duckdb.DuckDBPyConnection) -> dict[str, int | None]:
    """How many were evaluated and moved, and the sums of scores, in hundredths, of each and of whom both evaluated."""
    return _row(
        con,
        "SELECT count(a_score) AS before, count(b_score) AS after, count(way) AS both, "
        "count(*) FILTER (WHERE way > 0) AS risen, count(*) FILTER (WHERE way < 0) AS fallen, "
        "count(*) FILTER (WHERE a_score <> b_score) AS other_score, "
        "CAST(coalesce(sum(a_score), 0) AS BIGINT) AS sum_before, CAST(coalesce(sum(b_score), 0) AS BIGINT) AS sum_after, "
        "CAST(coalesce(sum(b_score - a_score), 0) AS BIGINT) AS shift FROM moved",
    )


def matrix(con: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """[grade before, grade after, how many], blank where not evaluated; cells of nobody are left out."""
    query = "SELECT a_grade, b_grade, count(*) FROM moved GROUP BY ALL ORDER BY ALL"
    return [list(row) for row in con.execute(query).fetchall()]


def movements(con: duckdb.DuckDBPyConnection, both: Pair) -> list[dict[str, Any]]:
    """Of whom both evaluated: how many an indicator gave other points, and the sums over all, the risen, the fallen.

    The last entry, without a key, is what the limits of dimensions and scores made of it.
    """
    parts = [(i.key, column(i, "p")) for i, _, _ in both.indicators]
    total = " + ".join(name for _, name in parts) or "0"
    parts.append(("", f"(b_score - a_score - ({total}))"))
    made = []
    for key, moved in parts:
        found = _row(
            con,
            f"SELECT count(*) FILTER (WHERE {moved} <> 0) AS subjects, {_sum(moved, 'true')} AS points, "
            f"{_sum(moved, 'way > 0')} AS risen, {_sum(moved, 'way < 0')} AS fallen FROM moved WHERE way IS NOT NULL",
        )
        made.append({"key": key, **found})
    return made


def _sum(of: str, where: str) -> str:
    return f"CAST(coalesce(sum({of}) FILTER (WHERE {where}), 0) AS BIGINT)"


def vetoes(con: duckdb.DuckDBPyConnection, both: Pair) -> list[dict[str, Any]]:
    """Of whom both evaluated: how many came under each veto, and how many out of it."""
    bits = [{v.key: n for n, v in enumerate(model.vetoes)} for model in both.models]
    made = []
    for key in dict.fromkeys(v.key for model in reversed(both.models) for v in model.vetoes):
        had, has = (
            f"{side}_vetoes >> {numbers[key]} & 1 = 1" if key in numbers else "false"
            for side, numbers in zip("ab", bits, strict=True)
        )
        found = _row(
            con,
            f"SELECT count(*) FILTER (WHERE {has} AND NOT ({had})) AS under, "
            f"count(*) FILTER (WHERE {had} AND NOT ({has})) AS out FROM moved WHERE way IS NOT NULL",
        )
        made.append({"key": key, **found})
    return made


def distribution(con: duckdb.DuckDBPyConnection, both: Pair) -> list[list[int]]:
    """[from, below, how many before, how many after] of each class of scores, in hundredths; the last takes its end in."""
    least = min(hundredths(m.minimum) for m in both.models)
    most = max(hundredths(m.maximum) for m in both.models)
    width = max(1, -(-(most - least) // CLASSES))
    counts = [
        _counts(con, side, f"least(({side} - {least}) // {width}, {CLASSES - 1})") for side in ("a_score", "b_score")
    ]
    return [
        [least + n * width, least + (n + 1) * width, *(found.get(n, 0) for found in counts)] for n in range(CLASSES)
    ]


def steadiness(con: duckdb.DuckDBPyConnection, both: Pair) -> dict[str, Any]:
    """The population stability index over grades, and over tenths of the earlier run's scores with their counts."""
    by_grade = [_counts(con, grade, grade, score) for grade, score in (("a_grade", "a_score"), ("b_grade", "b_score"))]
    tenths_at = ", ".join(f"0.{n}" for n in range(1, TENTHS))
    (edges,) = con.execute(f"SELECT quantile_disc(a_score, [{tenths_at}]) FROM moved").fetchall()[0]
    cuts = sorted({int(edge) for edge in edges or ()})
    counts = [_counts(con, side, _class(side, cuts)) for side in ("a_score", "b_score")]
    tenths = [[found.get(n, 0) for found in counts] for n in range(len(cuts) + 1)]
    grades = [[found.get(key, 0) for found in by_grade] for key in both.grades]
    return {"cuts": cuts, "tenths": tenths, "scores": _index(tenths), "grades": _index(grades)}


def _class(score: str, cuts: Sequence[int]) -> str:
    """The number of the tenth that a score lies in: above so many of the edges."""
    return " + ".join([f"CAST({score} > {cut} AS INTEGER)" for cut in cuts] or ["0"])


def _index(counts: Sequence[Sequence[int]]) -> str | None:
    found = stability([before for before, _ in counts], [after for _, after in counts])
    return None if found is None else str(found)


def _counts(con: duckdb.DuckDBPyConnection, known: str, by: str, also: str = "") -> dict[Any, int]:
    where = f"{also or known} IS NOT NULL"
    return dict(con.execute(f"SELECT {by}, count(*) FROM moved WHERE {where} GROUP BY 1 ORDER BY 1").fetchall())


def _row(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    done = con.execute(query)
    names = [described[0] for described in done.description or ()]
    return dict(zip(names, done.fetchall()[0], strict=True))


def mean(total: int, count: int) -> str | None:
    """A sum of hundredths shared among so many, in points of two places, half away from zero; None among nobody."""
    if not count:
        return None
    whole = (2 * abs(total) + count) // (2 * count)
    return f"{'-' if total < 0 and whole else ''}{whole // HUNDRED}.{whole % HUNDRED:02d}"
