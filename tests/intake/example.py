"""A small resource, a workshop and ways to write files, for the tests of the readers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from quanxin.engine import database
from quanxin.intake.reading import Reading, read
from quanxin.policy.model import (
    Deadline,
    FieldDef,
    FieldType,
    InForce,
    Mode,
    Publication,
    Resource,
    Retention,
    Sharing,
    SubjectOf,
    Text,
)

TITLES = {
    "subject_name": "行政相对人名称",
    "uscc": "统一社会信用代码",
    "document_number": "行政处罚决定书文号",
    "decision_date": "处罚决定日期",
    "fine": "罚款金额（万元）",
    "remark": "备注",
}
HEADERS = list(TITLES.values())
_CODES = {"subject_name": "CF_XDR_MC", "uscc": "CF_XDR_SHXYM", "document_number": "CF_WSH", "fine": "CF_NR_FK"}
_ALIASES = {"subject_name": ("企业名称", "name"), "uscc": ("code",), "decision_date": ("决定日期",)}
_TYPES = {"uscc": FieldType.USCC, "decision_date": FieldType.DATE, "fine": FieldType.MONEY_WAN}


def resource() -> Resource:
    """A penalty in six fields."""
    return Resource(
        key="penalty",
        title=Text(zh="行政处罚", en="penalties"),
        in_force=InForce(**{"from": dt.date(2020, 1, 1)}),
        category="C03",
        providers=("market",),
        subject_types=("enterprise",),
        nature="negative",
        subject=SubjectOf(name="subject_name", code="uscc"),
        fields=tuple(
            FieldDef(
                key=key,
                title=Text(zh=zh, en=key.replace("_", " ")),
                type=_TYPES.get(key, FieldType.TEXT),
                code=_CODES.get(key),
                aliases=_ALIASES.get(key, ()),
            )
            for key, zh in TITLES.items()
        ),
        publication=Publication(mode=Mode.PUBLIC),
        sharing=Sharing(mode=Mode.SHARED),
        retention=Retention(),
        deadline=Deadline(),
    )


class Bench:
    """A connection and a folder, as an intake has them."""

    def __init__(self, folder: Path, of: Resource | None = None) -> None:
        self.folder = folder
        self.resource = of or resource()
        self.workdir = folder / "work"
        self.workdir.mkdir(exist_ok=True)
        self.con = database.connect(threads=2, spill=self.workdir / "spill", folders=[folder])

    def write(self, content: bytes | str, name: str = "a.csv") -> Path:
        """A file with this content."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, path: Path, mapping: dict[str, str | None] | None = None) -> Reading:
        """The file, read."""
        return read(self.con, path, self.resource, mapping=mapping, workdir=self.workdir)

    def rows(self, *columns: str) -> list[tuple[str | None, ...]]:
        """The cells of ``source`` in these columns, in the order of the rows."""
        picked = ", ".join(f'"{c}"' for c in columns)
        return self.con.execute(f"SELECT {picked} FROM source ORDER BY row_no").fetchall()

    def is_empty(self) -> bool:
        """Whether nothing is left in the connection."""
        return not self.con.execute(
            "SELECT 1 FROM duckdb_tables() UNION ALL SELECT 1 FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
