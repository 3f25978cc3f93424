"""What stands for all resources where all would take too long: it has every construct, and every shape of expression."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from sqlglot import exp

from quanxin import engine
from quanxin.engine import spark as on_spark
from quanxin.engine.program import Program
from quanxin.identifiers import sql as identifiers
from quanxin.policy.model import Resource
from tests.engine.constructs import constructs, covering
from tests.engine.shapes import shapes_of
from tests.engine.test_program import PACK, RULES

CHOSEN = covering(RULES)


def program_of(resource: Resource) -> Program:
    tiers, overrides = PACK.tiers_of(resource.key), PACK.overrides_of(resource.key)
    return engine.compile(resource, RULES, columns=[f.key for f in resource.fields], tiers=tiers, overrides=overrides)


def test_every_construct_of_any_resource_is_in_a_chosen_one() -> None:
    of_all, of_chosen = (
        set().union(*(constructs(r, RULES) for r in some)) for some in (RULES.resources.values(), CHOSEN)
    )
    assert of_all - of_chosen == set()


def test_every_shape_of_any_program_is_in_a_chosen_one() -> None:
    of_chosen = shapes_of(map(program_of, CHOSEN))
    assert shapes_of(map(program_of, RULES.resources.values())) - of_chosen == set()
    assert shapes_of([program_of(RULES.resources["administrative-penalty"])]) < of_chosen  # not every set would do


def test_what_the_translation_mends_is_in_a_chosen_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a fault in it can be seen on Spark."""
    seen = set[Hashable]()

    def watched(name: Hashable, mend: Callable[..., Any]) -> Callable[..., Any]:
        def mended(*nodes: exp.Expr) -> Any:
            before = [node.sql() for node in nodes]
            made = mend(*nodes)
            if made is True or (isinstance(made, exp.Expr) and [made.sql()] != before):
                seen.add(name)
            return made

        return mended

    for table in (on_spark._FUNCTIONS, on_spark._NODES):
        for name, mend in table.items():
            monkeypatch.setitem(table, name, watched(name, mend))  # type: ignore[arg-type]
    monkeypatch.setattr(on_spark, "_day", watched("day", on_spark._day))
    is_list = on_spark._is_list
    monkeypatch.setattr(on_spark, "_is_list", lambda node, lists: watched("list", lambda n: is_list(n, lists))(node))
    for_spark = identifiers.for_spark

    def bytes_watched(tree: exp.Expr) -> exp.Expr:
        made = for_spark(tree)
        if made.find(exp.Unhex, exp.Hex, exp.LowerHex):
            seen.add("bytes")
        return made

    monkeypatch.setattr(identifiers, "for_spark", bytes_watched)
    missed = {*on_spark._FUNCTIONS, *on_spark._NODES, "day", "list", "bytes"}
    for resource in CHOSEN:
        for step in program_of(resource).stacked if missed else ():
            on_spark.translated(f"SELECT {step} FROM source", resource.fields)
            missed -= seen
    assert missed == set()
