"""Programs that stay prepared, for sources of few rows.

Invariant: what comes out is what ``Program.over`` gives over the same rows. Planning a resource's query takes far longer
than running it over a few rows, and a plan holds as long as nothing changes in the databases that it names: each program
has one of its own, in memory, with the tables that it reads and writes, and both are empty between two runs.
"""

from __future__ import annotations

from collections import OrderedDict

import duckdb

from quanxin.engine.normalise import quoted
from quanxin.engine.program import Program

MOST = 8  # programs that a connection keeps; of more, the one that was not used for longest goes
SWEEP = 32  # runs after which the room of emptied tables is given back; each takes half a megabyte until then


class Standing:
    """The programs that a connection keeps prepared. Its plans are not optimised: for few rows that takes longer."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], str] = OrderedDict()
        self._made = self._runs = 0
        con.execute("PRAGMA disable_optimizer")

    def run(self, program: Program, source: str) -> None:
        """Make ``checked`` of the rows of ``source``; a connection that this failed on is not to be used again."""
        home, con = self._home(program), self._con
        cells = ", ".join(("row_no", *(quoted(c) for c in program.columns)))
        con.execute(f"INSERT INTO {home}.source SELECT {cells} FROM {source}")
        con.execute(f"EXECUTE {home}")
        con.execute(f"CREATE OR REPLACE TABLE checked AS SELECT * FROM {home}.checked")
        con.execute(f"TRUNCATE {home}.source")
        con.execute(f"TRUNCATE {home}.checked")
        self._runs += 1
        if self._runs % SWEEP == 0:
            con.execute(f"CHECKPOINT {home}")

    def _home(self, program: Program) -> str:
        """The database of a program, prepared now if it is new; the statement that runs it has the same name."""
        key = (program.sql, program.columns)
        if key not in self._kept:
            if len(self._kept) >= MOST:
                self._forget(self._kept.popitem(last=False)[1])
            self._made += 1
            self._kept[key] = self._prepare(program, f"program_{self._made}")
        self._kept.move_to_end(key)
        return self._kept[key]

    def _prepare(self, program: Program, home: str) -> str:
        cells = ", ".join(("row_no BIGINT", *(f"{quoted(c)} VARCHAR" for c in program.columns)))
        query = f"SELECT * FROM {program.over(f'{home}.source')}"
        self._con.execute(f"ATTACH ':memory:' AS {home}")
        self._con.execute(f"CREATE TABLE {home}.source ({cells})")
        self._con.execute(f"CREATE TABLE {home}.checked AS {query}")
        self._con.execute(f"PREPARE {home} AS INSERT INTO {home}.checked {query}")
        return home

    def _forget(self, home: str) -> None:
        self._con.execute(f"DEALLOCATE {home}")
        self._con.execute(f"DETACH {home}")
