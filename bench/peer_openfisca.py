"""A program of its own, for comparison only: values of indicators to points, dimensions, score and grade by OpenFisca-core.

It runs in an environment that the bench makes for it and removes again, because OpenFisca-core is AGPL-3.0: it is neither
a dependency of the platform nor of its development, nothing imports this file, and this file imports nothing of ours.

    python peer_openfisca.py FOLDER    # model.json and a file of doubles for each column; writes scores.bin, prints seconds

Invariant: everything is calculated anew in each measured round; money is a float here, as OpenFisca has it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core import entities, periods, variables
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

MONTH = "2026-01"
COMPANY = entities.build_entity(key="company", plural="companies", label="a company", is_person=True)


def variable(name: str, formula: Any = None, kind: type = int) -> type:
    """A variable of a company and a month, with or without a formula."""
    said = {"value_type": kind, "entity": COMPANY, "definition_period": periods.DateUnit.MONTH, "label": name}
    return type(name, (variables.Variable,), said | ({"formula": formula} if formula else {}))


def points(indicator: dict[str, Any]) -> Any:
    """The formula of an indicator's points: the first case that holds counts."""

    def formula(company: Any, period: Any) -> Any:
        value = company(f"v_{indicator['key']}", period)
        conditions, given = [], []
        if indicator["missing"] is not None:
            conditions.append(np.isnan(value))
            given.append(indicator["missing"])
        for below, worth in indicator["bins"]:
            conditions.append(value < below if below is not None else np.ones(len(value), dtype=bool))
            given.append(worth)
        for codes, worth in indicator["gradings"]:
            conditions.append(np.isin(value, codes))
            given.append(worth)
        return np.select(conditions, given, default=0)

    return formula


def sums(dimension: dict[str, Any], model: dict[str, Any]) -> Any:
    """The formula of a dimension: its indicators' points within its limits."""
    keys = [i["key"] for i in model["indicators"] if i["dimension"] == dimension["key"]]

    def formula(company: Any, period: Any) -> Any:
        total = sum(company(f"p_{key}", period) for key in keys)
        return np.clip(total, dimension["minimum"], dimension["maximum"])

    return formula


def system(model: dict[str, Any]) -> TaxBenefitSystem:
    """The model as OpenFisca's rules."""
    made = TaxBenefitSystem([COMPANY])
    for indicator in model["indicators"]:
        made.add_variable(variable(f"v_{indicator['key']}", kind=float))
        made.add_variable(variable(f"p_{indicator['key']}", points(indicator)))
    for dimension in model["dimensions"]:
        made.add_variable(variable(f"d_{dimension['key']}", sums(dimension, model)))

    def score(company: Any, period: Any) -> Any:
        total = model["base"] + sum(company(f"d_{d['key']}", period) for d in model["dimensions"])
        return np.clip(total, model["minimum"], model["maximum"])

    def grade(company: Any, period: Any) -> Any:
        reached = [company("score", period) >= least for least in model["bands"]]
        return np.where(
            company("vetoes", period) != 0, len(reached), np.select(reached, range(len(reached)), len(reached))
        )

    made.add_variable(variable("vetoes"))
    made.add_variable(variable("score", score))
    made.add_variable(variable("grade", grade))
    return made


def simulation(rules: TaxBenefitSystem, model: dict[str, Any], folder: Path, count: int) -> Simulation:
    """A simulation with the values put in."""
    made = SimulationBuilder().build_default_simulation(rules, count=count)
    for name in ["vetoes", *(f"v_{i['key']}" for i in model["indicators"])]:
        values = np.fromfile(folder / f"{name}.bin", dtype=np.float64)
        made.set_input(name, MONTH, values.astype(np.int32 if name == "vetoes" else np.float32))
    return made


def main() -> None:
    """Time two rounds without and two with OpenFisca's trace."""
    folder = Path(sys.argv[1])
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    rules, seconds = system(model), {}
    for name in ("plain", "traced"):
        rounds = []
        for _ in range(2):
            asked = simulation(rules, model, folder, model["count"])
            asked.trace = name == "traced"
            started, used = time.perf_counter(), time.process_time()
            asked.calculate("grade", MONTH)
            rounds.append((time.process_time() - used, time.perf_counter() - started))
        seconds[name] = min(rounds)
    asked.calculate("score", MONTH).astype(np.float64).tofile(folder / "scores.bin")
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
