"""Checking beside its peers: pandera on Polars, and frictionless, on the rules that all of them can state.

Invariant: all read the same file in the same run with as many threads, from its text to the rows that fail, and find the
same rows at fault. The rules are taken from the catalogue: which cells must be filled, how long they may be, which codes
there are, how a code is written, which days and amounts are possible. The check digits, the identification of subjects
and all that only this engine knows are done on top of it by this engine alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb

from bench.ground import line

RESOURCE = "administrative-penalty"
FRICTIONLESS_PART = 50  # it is given one row in so many, for it needs minutes for what the others do in seconds
USCC = "[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}"
AMOUNT = r"[0-9]{1,12}(\.[0-9]{1,6})?"
FIRST, LAST = "1800-01-01", "2199-12-31"


def measure(folder: Path, rows: int, threads: int = 2) -> None:
    """Print rows a second of each and how they compare, on ``rows`` penalties (frictionless: on a part of them)."""
    from bench.rows import write_penalties

    os.environ["POLARS_MAX_THREADS"] = str(threads)
    whole, part = folder / "peers.csv", folder / "peers-part.csv"
    few = max(1, rows // FRICTIONLESS_PART)
    for path, count in ((whole, rows), (part, few)):
        write_penalties(folder / "sound.csv", count)
        _spoil(folder / "sound.csv", path)
    ours = _rate(_quanxin, whole, rows)
    theirs = _rate(_pandera, whole, rows)
    slow = _rate(_frictionless, part, few)
    line(f"{rows:,} rows read and checked by the shared rules: Quanxin", f"{ours:10,.0f} rows/s")
    line(f"{rows:,} rows, pandera on Polars", f"{theirs:10,.0f} rows/s")
    line("  Quanxin ÷ pandera on Polars", f"{ours / theirs:6.2f}", "≥ 1.0")
    line(f"{few:,} rows, frictionless", f"{slow:10,.0f} rows/s")
    line("  Quanxin ÷ frictionless", f"{ours / slow:6.1f}", "≥ 15")


def _rate(check: Callable[[Path], tuple[float, int]], path: Path, rows: int) -> float:
    """Rows a second of the better of two runs, in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:
        runs = [elsewhere.submit(check, path).result() for _ in range(2)]
    assert all(failing == rows // 10 for _, failing in runs), f"{check.__name__}: {runs}, {rows} rows"
    return rows / min(seconds for seconds, _ in runs)


def _spoil(sound: Path, out: Path) -> None:
    """Give one row in ten a fault that all can find: a cell empty, a day that is none, an amount, a code."""
    faults = {
        "违法事实": "NULL", "处罚决定日期": "'2024/13/45'", "罚款金额（万元）": "'约三万'", "行政相对人类别": "'不明'"
    }  # fmt: skip
    spoilt = ", ".join(
        f'CASE WHEN n % 10 = 3 AND n // 10 % {len(faults)} = {i} THEN {text} ELSE "{column}" END AS "{column}"'
        for i, (column, text) in enumerate(faults.items())
    )
    rows = f"(SELECT row_number() OVER () - 1 AS n, * FROM read_csv('{sound}', all_varchar = true))"
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT * EXCLUDE (n) REPLACE ({spoilt}) FROM {rows} ORDER BY n) TO '{out}' (HEADER)")


def _catalogue() -> tuple[Any, Any]:
    """The resource with the rules that all can state, and the rules of the day."""
    from quanxin.calendar import today
    from quanxin.policy import find_pack, load

    rules = load(find_pack("jinan")).on(today())
    resource = rules.resources[RESOURCE]
    fields = tuple(f.model_copy(update={"required": f.required is True}) for f in resource.fields)
    return resource.model_copy(update={"fields": fields, "checks": ()}), rules


def _quanxin(path: Path) -> tuple[float, int]:
    """Seconds from the file to ``issues``, and the rows with a fault that all can find."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanxin.settings")
    from quanxin import engine
    from quanxin.intake.reading import read
    from quanxin.runtime.duckdb_scratch import workshop

    resource, rules = _catalogue()
    with workshop() as (con, workdir):
        started = time.perf_counter()
        reading = read(con, path, resource, workdir=workdir)
        engine.check(con, engine.compile(resource, rules, columns=reading.columns), "source")
        found = con.execute(
            "SELECT count(DISTINCT row_no) FROM issues WHERE code IN "
            "('missing-required', 'date-unreadable', 'money-unreadable', 'code-unknown')"
        ).fetchone()
        return time.perf_counter() - started, int(found[0]) if found else 0


def _words(field: Any, rules: Any) -> list[str]:
    """Every way in which a code of the field may be written."""
    codes = rules.code_sets[field.code_set].codes
    return [word for code in codes for word in (code.value, code.title.zh, *code.aliases)]


def _pattern(field: Any, rules: Any) -> str | None:
    """How a cell of the field is written, where its type says so."""
    if field.type == "codes":
        one = "|".join(_words(field, rules))
        return f"^({one})([;；、,，|]({one}))*$"
    return {"uscc": f"^{USCC}$", "money-wan": f"^{AMOUNT}$"}.get(field.type)


def _pandera(path: Path) -> tuple[float, int]:
    """Seconds from the file to the failing cells, and the failing rows."""
    import pandera.polars as pa
    import polars as pl
    from pandera.errors import SchemaErrors

    def day(data: Any) -> Any:
        read = pl.col(data.key).str.to_date("%Y/%m/%d", strict=False)
        possible = read.is_between(pl.lit(FIRST).str.to_date(), pl.lit(LAST).str.to_date())
        return data.lazyframe.select(pl.col(data.key).is_null() | possible.fill_null(False))

    resource, rules = _catalogue()
    columns = {}
    for field in resource.fields:
        checks = [pa.Check.str_length(max_value=field.max_length)] if field.max_length else []
        checks += [pa.Check.isin(_words(field, rules))] if field.type == "code" else []
        checks += [pa.Check.str_matches(pattern)] if (pattern := _pattern(field, rules)) else []
        checks += [pa.Check(day)] if field.type == "date" else []
        columns[field.title.zh] = pa.Column(pl.String, checks, nullable=not field.required)
    started = time.perf_counter()
    failing = 0
    try:
        pa.DataFrameSchema(columns).validate(pl.read_csv(path, infer_schema=False), lazy=True)
    except SchemaErrors as error:
        failing = error.failure_cases["index"].n_unique()
    return time.perf_counter() - started, failing


def _frictionless(path: Path) -> tuple[float, int]:
    """Seconds from the file to the report, and the failing rows."""
    from frictionless import Resource, Schema

    resource, rules = _catalogue()
    fields = []
    for field in resource.fields:
        limits: dict[str, Any] = {"required": True} if field.required else {}
        limits |= {"maxLength": field.max_length} if field.max_length else {}
        limits |= {"enum": _words(field, rules)} if field.type == "code" else {}
        limits |= {"pattern": pattern} if (pattern := _pattern(field, rules)) else {}
        kind: dict[str, Any] = {"name": field.title.zh, "type": "string"}
        if field.type == "date":
            kind |= {"type": "date", "format": "%Y/%m/%d"}
            limits |= {"minimum": FIRST, "maximum": LAST}
            limits = {k: v.replace("-", "/") if k in ("minimum", "maximum") else v for k, v in limits.items()}
        fields.append(kind | {"constraints": limits})
    schema = Schema.from_descriptor({"fields": fields})
    started = time.perf_counter()
    table = Resource(path=path.name, basepath=str(path.parent), schema=schema, encoding="utf-8")
    report = table.validate(limit_errors=1_000_000_000)
    return time.perf_counter() - started, len({number for (number,) in report.flatten(["rowNumber"])})
