"""Programs that stay prepared, for sources of few rows.

Invariant: what comes out is what ``Program.over`` gives over the same rows. Planning a resource's query takes far longer
than running it over a few rows, and a plan holds as long as nothing changes in the databases that it names: each program
has one of its own, in memory, with the tables that it reads and writes, and both are empty between two runs. The day is a
column there, and a column that a source lacks is empty: one plan is for every day and every file of a resource.
"""

from __future__ import annotations

from collections import OrderedDict

import duckdb

from quanxin.engine.days import date_literal
from quanxin.engine.normalise import quoted
from quanxin.engine.program import TODAY, Program

MOST = 24  # programs that a connection keeps; of more, the one that was not used for longest goes
SWEEP = 32  # runs after which the room of emptied tables is given back; each takes half a megabyte until then


class Prepared:
    """The programs that a connection keeps prepared. Its plans are not optimised: for few rows that takes longer."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], str] = OrderedDict()
        self._made = self._runs = 0
        con.execute("PRAGMA disable_optimizer")

    def run(self, program: Program, source: str) -> None:
        """Make ``checked`` of the rows of ``source``, which may lack some of the program's columns.

        A connection that this failed on is not to be used again.
        """
        con, key = self._con, (program.sql, program.columns)
        home = self._kept.get(key) or self._new(program, key)
        there = names_of(con, source)
        cells = ", ".join(("row_no", *(quoted(c) for c in program.columns if c in there)))
        con.execute(
            f"INSERT INTO {home}.source BY NAME SELECT {cells}, {date_literal(program.day)} AS {TODAY} FROM {source}"
        )
        con.execute(f"EXECUTE {home}")
        con.execute(f"CREATE OR REPLACE TABLE checked AS SELECT * FROM {home}.checked")
        con.execute(f"TRUNCATE {home}.source")
        con.execute(f"TRUNCATE {home}.checked")
        self._kept.move_to_end(key)
        self._runs += 1
        if self._runs % SWEEP == 0:
            con.execute(f"CHECKPOINT {home}")

    def _new(self, program: Program, key: tuple[str, tuple[str, ...]]) -> str:
        """Prepare a program in a database of its own, with the tables that it reads and fills.

        The statement that runs it has the database's name. Its result's columns are known without asking the query for
        them, which would plan it a second time.
        """
        if len(self._kept) >= MOST:
            self._forget(self._kept.popitem(last=False)[1])
        self._made += 1
        home = f"program_{self._made}"
        source = {"row_no": "BIGINT", TODAY: "DATE"} | dict.fromkeys(program.columns, "VARCHAR")
        self._con.execute(f"ATTACH ':memory:' AS {home}")
        for table, shape in (("source", source), ("checked", program.shape)):
            cells = ", ".join(f"{quoted(name)} {kind}" for name, kind in shape.items())
            self._con.execute(f"CREATE TABLE {home}.{table} ({cells})")
        query = f"SELECT * FROM {program.over_days(f'{home}.source')}"
        self._con.execute(f"PREPARE {home} AS INSERT INTO {home}.checked BY NAME {query}")
        self._kept[key] = home
        return home

    def _forget(self, home: str) -> None:
        self._con.execute(f"DEALLOCATE {home}")
        self._con.execute(f"DETACH {home}")


def names_of(con: duckdb.DuckDBPyConnection, source: str) -> frozenset[str]:
    """The columns of a table or view."""
    return frozenset(row[0] for row in con.execute(f"DESCRIBE {source}").fetchall())
