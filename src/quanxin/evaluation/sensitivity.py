"""What each indicator weighs in a run, and how a comparison falls on districts, sizes and sectors.

Invariant: an indicator's weight is what its removal would change, reckoned by the limits, bands and vetoes of the edition;
every subject falls into exactly one class of each breakdown, and what the register does not say is a class of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from quanxin.archive import lake_reading
from quanxin.calendar import today
from quanxin.engine.normalise import literal, quoted
from quanxin.engine.scoring_without import without
from quanxin.evaluation import sources
from quanxin.evaluation.comparison import Pair
from quanxin.evaluation.errors import EvaluationError
from quanxin.policy import Pack
from quanxin.policy.comparison import ComparisonStandard
from quanxin.policy.evaluation import Model
from quanxin.policy.model import FieldType, Resource
from quanxin.runtime.bridge import to_duckdb
from quanxin.runtime.pack import current_pack

NOT_STATED, OTHER = "not-stated", "other"


def standard(pack: Pack | None = None) -> ComparisonStandard:
    """By what the pack in force compares; raises ``EvaluationError`` without such a rule."""
    found = next(iter((pack or current_pack()).on(today()).comparison.values()), None)
    if found is None:
        raise EvaluationError("comparison-unruled")
    return found


def weights(con: duckdb.DuckDBPyConnection, model: Model, results: str) -> list[dict[str, Any]]:
    """What the removal of each indicator would change: scores, grades better and worse, the sum of the shifts."""
    ranks = " ".join(f"WHEN {literal(b.key)} THEN {n}" for n, b in enumerate(model.bands))
    made = []
    for indicator in model.indicators:
        better, same, worse = (f"CASE other_grade {ranks} END {sign} CASE grade {ranks} END" for sign in "<=>")
        found = con.execute(
            "SELECT count(*) FILTER (WHERE score <> other_score), "
            f"count(*) FILTER (WHERE {better}), count(*) FILTER (WHERE {worse}), "
            f"CAST(coalesce(sum(other_score - score), 0) AS BIGINT), count(*) FILTER (WHERE NOT ({same})) "
            f"FROM ({without(model, indicator, results)}) AS weighed"
        ).fetchall()[0]
        made.append(
            {"key": indicator.key, **dict(zip(("scores", "better", "worse", "shift", "grades"), found, strict=True))}
        )
    return made


def breakdowns(con: duckdb.DuckDBPyConnection, both: Pair, workdir: Path, moment: dt.datetime) -> dict[str, Any]:
    """The comparison by district, size and sector: [class, {figures}]; needs ``moved``.

    Who somebody is, is what the registers said at ``moment``.
    """
    put_who(con, both.models[1], workdir, moment)
    return {of: _broken_down(con, of, both.grades) for of in ("district", "size", "sector")}


def _broken_down(con: duckdb.DuckDBPyConnection, of: str, grades: Sequence[str]) -> list[dict[str, Any]]:
    counts = ", ".join(f"count(*) FILTER (WHERE b_grade = {literal(key)}) AS g_{n}" for n, key in enumerate(grades))
    done = con.execute(
        f"SELECT coalesce({of}, '{NOT_STATED}') AS class, count(a_score) AS before, count(b_score) AS after, "
        "count(way) AS both, count(*) FILTER (WHERE way > 0) AS risen, count(*) FILTER (WHERE way < 0) AS fallen, "
        "CAST(coalesce(sum(b_score), 0) AS BIGINT) AS sum_after, "
        f"CAST(coalesce(sum(b_score - a_score), 0) AS BIGINT) AS shift, {counts} "
        "FROM moved LEFT JOIN who USING (subject_id) GROUP BY 1 ORDER BY 1"
    )
    names = [described[0] for described in done.description or ()]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def put_who(con: duckdb.DuckDBPyConnection, model: Model, workdir: Path, moment: dt.datetime) -> None:
    """Make ``who(subject_id, district, size, sector)`` of the model's subjects; NULL is what is not stated."""
    types = ", ".join(literal(key) for key in model.subject_types)
    query = f'SELECT id, region FROM subjects_subject WHERE type IN ({types}) AND NOT "natural"'
    to_duckdb(con, query, "placed", {"subject_id": "BIGINT", "region": "VARCHAR"}, workdir)
    sources.put_decided(con, moment)
    rule, pack = standard(), current_pack()
    con.execute("CREATE OR REPLACE TABLE stated (subject_id BIGINT, place BIGINT, capital VARCHAR, industry VARCHAR)")
    for resource in _registers(pack, model):
        _state(con, resource, rule, workdir, moment)
    size, sector = _size("s.capital", rule), _sector("s.industry", pack, rule)
    con.execute(
        f"CREATE OR REPLACE TABLE who AS SELECT p.subject_id, nullif(p.region, '') AS district, {size} AS size, "
        f"{sector} AS sector FROM placed p LEFT JOIN ("
        "SELECT subject_id, arg_max(capital, place) FILTER (WHERE capital IS NOT NULL) AS capital, "
        "arg_max(industry, place) FILTER (WHERE industry IS NOT NULL) AS industry FROM stated GROUP BY subject_id"
        ") AS s USING (subject_id)"
    )


def _registers(pack: Pack, model: Model) -> list[Resource]:
    """The resources that enrol subjects of the model's types."""
    known = sorted(pack.on(today()).resources.items())
    return [r for _, r in known if r.subject.role == "enrol" and set(r.subject_types) & set(model.subject_types)]


def _state(
    con: duckdb.DuckDBPyConnection, resource: Resource, rule: ComparisonStandard, workdir: Path, moment: dt.datetime
) -> None:
    """Add what a register says of capital (as amount and currency) and industry; its later versions count."""
    lake_reading.versions(con, resource.key, workdir, known_at=moment)
    there = {f.key: f.type for f in lake_reading.fields_of(resource.key)}
    capital = "NULL"
    if there.get(rule.capital) is FieldType.CAPITAL:
        item = f"v.{quoted(rule.capital)}"
        capital = f"CAST({item}.amount AS VARCHAR) || ' ' || coalesce({item}.currency, '')"
    industry = f"nullif(trim(CAST(v.{quoted(rule.industry)} AS VARCHAR)), '')" if rule.industry in there else "NULL"
    con.execute(
        f"INSERT INTO stated SELECT coalesce(m.kept, v._subject_id), v._id, {capital}, {industry} "
        "FROM versions v LEFT JOIN merged m ON m.subject_id = v._subject_id"
    )


def _size(capital: str, rule: ComparisonStandard) -> str:
    """The class of a capital; one in another currency has no class among those of the pack's."""
    amount = f"CAST(split_part({capital}, ' ', 1) AS DECIMAL(38, 6))"
    whens = " ".join(
        f"WHEN {f'{amount} < {c.below}' if c.below is not None else 'true'} THEN {literal(c.key)}"
        for c in rule.capital_classes
    )
    other = f"split_part({capital}, ' ', 2) <> {literal(rule.capital_currency)}"
    return f"CASE WHEN {capital} IS NULL THEN NULL WHEN {other} THEN '{OTHER}' {whens} END"


def _sector(industry: str, pack: Pack, rule: ComparisonStandard) -> str:
    """The section of an industry that is written as a code of the standard or as one of its titles."""
    codes = pack.on(today()).code_sets.get(rule.industry_codes)
    if codes is None:
        return f"CASE WHEN {industry} IS NOT NULL THEN '{OTHER}' END"
    divisions = rf"regexp_extract({industry}, '^[A-Z]?([0-9]{{2}})[0-9]{{0,2}}$', 1)"
    whens = []
    for code in codes.codes:
        numbers = ", ".join(literal(a) for a in code.aliases if a.isdigit()) or "NULL"
        names = ", ".join(literal(n) for n in (code.value, code.title.zh, *code.aliases))
        whens.append(f"WHEN {industry} IN ({names}) OR {divisions} IN ({numbers}) THEN {literal(code.value)}")
    return f"CASE {' '.join(whens)} WHEN {industry} IS NOT NULL THEN '{OTHER}' END"
