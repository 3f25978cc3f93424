"""Evaluated companies, and who evaluates them.

Invariant: whoever proposes is not who approves, as in life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Role
from quanxin.archive import viewers
from quanxin.archive.viewers import Viewer
from quanxin.evaluation import at_scale, editions, files, runs
from quanxin.evaluation.models import Edition, Run
from quanxin.subjects.models import Subject
from tests.city import CODES
from tests.spark import set_so

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MODEL = "public-enterprise"
MODELLER = Actor("modeller", frozenset({Role.MODELLER}))
APPROVER = Actor("approver", frozenset({Role.APPROVER}))


def put_in_use(*keys: str) -> list[Edition]:
    """Propose and approve the pack's editions of models."""
    made = []
    for key in keys or (MODEL,):
        proposed = editions.propose(MODELLER, key, reason="启用")
        made.append(editions.decide(APPROVER, proposed, approved=True, remark="同意"))
    return made


def company(n: int) -> Subject:
    return Subject.objects.get(code=CODES[n])


def centre() -> Viewer:
    return viewers.centre(operator(), "核对评价")


def differing(run: Run, other: Run, part: str) -> int:
    """How many rows of a part of two runs' results one of them has alone."""
    here, there = (f"SELECT * FROM '{files.path_of(r, part)}'" for r in (run, other))
    query = f"SELECT count(*) FROM (({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here}))"
    return int(duckdb.sql(query).fetchall()[0][0])


def same_on_spark(here: Run, spark: SparkSession) -> None:
    """The same question asked of Spark has the same answer."""
    own = {name: value for name, value in at_scale.SETTINGS.items() if name.startswith("spark.sql.")}
    with set_so(spark, own):
        (there,) = runs.evaluate(
            operator(),
            [here.model],
            as_of=here.as_of,
            known_at=here.known_at,
            engine="spark",
            master=spark.sparkContext.master,
        )
    assert (there.engine, there.subjects, there.grades) == ("spark", here.subjects, here.grades)
    assert [differing(here, there, part) for part in ("scores", "marks")] == [0, 0]
