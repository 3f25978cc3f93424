"""Who moved between two runs, by name.

Invariant: names are shown to the credit centre alone, for a purpose that is kept, and each subject shown leaves the line
that a reading of its data leaves. Natural persons and sole traders are in no run, and one that became such since is left
out here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quanxin.accounts.models import audit
from quanxin.archive import access
from quanxin.archive.viewers import Viewer
from quanxin.engine.normalise import literal
from quanxin.engine.scoring import column
from quanxin.evaluation.comparison import NOBODY, Pair, put_pair
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.single import never
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.subjects.models import Subject

PAGE = 20
WAYS = {
    "risen": "way > 0",
    "fallen": "way < 0",
    "new": "a_score IS NULL",
    "gone": "b_score IS NULL",
    "score": "way = 0 AND a_score <> b_score",
}


@dataclass(frozen=True, slots=True)
class Mover:
    """A subject, its scores (hundredths) and grades before and after, and the indicators that moved, most first."""

    subject: Subject
    scores: tuple[int | None, int | None]
    grades: tuple[str, str]
    because: Mapping[str, int]


def movers(
    viewer: Viewer, both: Pair, way: str, *, after: int = 0, study: int | None = None
) -> tuple[list[Mover], int | None]:
    """A page of those who moved some way, by their numbers, and after which number the next page begins.

    ``way`` is one of ``WAYS``, or two grades as ``A>B``. Raises ``NotAllowed`` for who may not see scores, and
    ``EvaluationError`` for no such way.
    """
    access.require_scores(viewer, None)
    where = WAYS.get(way) or _of_grades(way, both)
    keys = [i.key for i, _, _ in both.indicators]
    points = "".join(f", {column(i, 'p')}" for i, _, _ in both.indicators)
    with workshop() as (con, _):
        put_pair(con, both)
        rows = con.execute(
            f"SELECT subject_id, a_score, b_score, a_grade, b_grade{points} FROM moved "
            f"WHERE {where} AND subject_id > {int(after)} ORDER BY subject_id LIMIT {PAGE + 1}"
        ).fetchall()
    named = Subject.objects.filter(pk__in=[row[0] for row in rows[:PAGE]])
    # who became a person or trader since the run is named no more, nor is who lies outside the viewer's districts
    known = {s.pk: s for s in named if not never(s) and access.may_see_subject(viewer, s)}
    made = [
        Mover(known[row[0]], (row[1], row[2]), (row[3], row[4]), _because(dict(zip(keys, row[5:], strict=True))))
        for row in rows[:PAGE]
        if row[0] in known
    ]
    for one in made:
        access.note_access(viewer, one.subject)
    if viewer.actor is not None:
        audit(
            viewer.actor,
            "evaluation.movers",
            f"model:{both.after.model}",
            study=study,
            way=way,
            purpose=viewer.purpose,
            shown=len(made),
        )
    return made, rows[PAGE - 1][0] if len(rows) > PAGE else None


def _of_grades(way: str, both: Pair) -> str:
    before, found, after = way.partition(">")
    if not found or not {before, after} <= {*both.grades, NOBODY}:
        raise EvaluationError("movement-unknown")
    return f"a_grade = {literal(before)} AND b_grade = {literal(after)}"


def _because(points: Mapping[str, int | None]) -> dict[str, int]:
    moved = {key: by for key, by in points.items() if by}
    return dict(sorted(moved.items(), key=lambda item: (-abs(item[1]), item[0])))
