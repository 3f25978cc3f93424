"""Random penalties, a few laws that rule otherwise, and what the bulk engine says of the same rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any

import duckdb
from hypothesis import strategies as st

from quanxin import engine
from quanxin.engine.windows import Asked
from quanxin.policy import Pack, load
from quanxin.policy.model import Basis, InForce, Text
from quanxin.policy.rights import LawOverride

PENALTY = "administrative-penalty"
KINDS = tuple(code.value for code in load("jinan").on(dt.date(2026, 5, 1)).code_sets["penalty-kind"].codes)
EDGES = [
    *(dt.date(year, month, day) for year in (2022, 2024, 2025, 2027, 2028)
      for month, day in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (8, 31), (10, 31), (11, 30), (12, 31))),
    dt.date(2024, 2, 29), dt.date(2028, 2, 29), dt.date(2023, 4, 30), dt.date(2023, 5, 1), dt.date(2026, 3, 31),
    dt.date(2026, 4, 1),
]  # fmt: skip
AUTHORITIES = [
    "济南市历下区城市管理局",
    "济南市历下区市场监督管理局",
    "山东省药品监督管理局",
    "济南市应急管理局",
    "济南市历下区消防救援大队",
    "国家矿山安全监察局山东局",
    "泉城海关",
]
VIOLATIONS = ["销售超过保质期的食品", "使用未经检验的特种设备", "占道经营", "违反药品管理", "未按规定报关"]
SUBJECTS = [("法人及非法人组织", "91370102QX0000026P"), ("个体工商户", "92370102QX0000034F"), ("自然人", None)]

WORDS = "补办改正整治限期"

days = st.one_of(st.dates(dt.date(2019, 1, 1), dt.date(2030, 12, 31)), st.sampled_from(EDGES))
kinds = st.lists(
    st.one_of(st.sampled_from(KINDS), st.text(WORDS, min_size=1, max_size=4).map(lambda text: f"其他-{text}")),
    min_size=1,
    max_size=5,
    unique=True,
)


@st.composite
def penalties(draw: st.DrawFn) -> Asked:
    """A penalty as the archive holds it."""
    return _penalty(
        draw(days),
        draw(kinds),
        draw(st.sampled_from(SUBJECTS)),
        draw(st.sampled_from(AUTHORITIES)),
        draw(st.sampled_from(VIOLATIONS)),
        draw(st.integers(1, 10**13)),
    )


def at_random(seed: int, count: int) -> list[Asked]:
    """So many penalties by a seed: far more different ones than drawing gives in the same time."""
    random = Random(seed)
    made = []
    for _ in range(count):
        decided = (
            random.choice(EDGES)
            if random.random() < 0.3
            else dt.date(2019, 1, 1) + dt.timedelta(random.randrange(4383))
        )
        found = random.sample(KINDS, random.choice((1, 1, 1, 2, 3, 5)))
        if random.random() < 0.2:
            found[0] = "其他-" + "".join(random.sample(WORDS, 3))
        about = random.choice(SUBJECTS), random.choice(AUTHORITIES), random.choice(VIOLATIONS)
        made.append(_penalty(decided, found, *about, random.randrange(1, 10**13)))
    return made


def _penalty(
    decided: dt.date, found: Sequence[str], subject: tuple[str, str | None], authority: str, violation: str, fine: int
) -> Asked:
    """``fine`` in millionths of 万元."""
    payload: dict[str, Any] = {
        "subject_category": subject[0], "uscc": subject[1], "penalty_kinds": sorted(found),
        "decision_date": decided.isoformat(), "authority_name": authority, "violation": violation,
        "fine": f"{fine // 10**6}.{fine % 10**6:06d}" if "罚款" in found else None,
    }  # fmt: skip
    return Asked(payload, decided)


def with_kinds(record: Asked, more: Sequence[str]) -> Asked:
    """The penalty with further kinds."""
    joined = sorted({*record.payload["penalty_kinds"], *more})
    return dataclasses.replace(record, payload={**record.payload, "penalty_kinds": joined})


def _law(key: str, when: str, first: str, until: str | None = None, **said: Any) -> LawOverride:
    period = InForce.model_validate({"from": first, "until": until})
    basis = (Basis(title="样例条例", article="第一条"),)
    return LawOverride(
        key=key, title=Text(zh=key, en=key), resource=PENALTY, when=when, in_force=period, basis=basis, **said
    )


# Each law beside its condition said once more, in Python, for a test to hold them together.
LAWS = {
    "large": (_law("large", "fine >= 500", "2020-01-01", minimum_months=6, maximum_months=60),
              lambda p: p["fine"] is not None and float(p["fine"]) >= 500),
    "customs": (_law("customs", "regexp_matches(authority_name, '海关')", "2024-01-01", "2026-12-31", published=False),
                lambda p: "海关" in p["authority_name"]),
    "mines": (_law("mines", "regexp_matches(authority_name, '矿山') AND list_contains(penalty_kinds, '警告')",
                   "2019-01-01", published=True, minimum_months=1, maximum_months=2),
              lambda p: "矿山" in p["authority_name"] and "警告" in p["penalty_kinds"]),
    "drugs": (_law("drugs", "regexp_matches(authority_name, '药品')", "2019-01-01", "2030-06-30", maximum_months=2),
              lambda p: "药品" in p["authority_name"]),
    "least": (_law("least", "violation = '占道经营'", "2019-01-01", minimum_months=2),
              lambda p: p["violation"] == "占道经营"),
}  # fmt: skip


def under_laws(pack: Pack) -> Pack:
    """The pack with the laws of this module."""
    return pack.replacing(overrides=tuple(law for law, _ in LAWS.values()))


def bulk(pack: Pack, records: Sequence[Asked]) -> list[tuple[str | None, bool, dt.date | None]]:
    """Tier, whether and until when published, as checking a file of these rows gives them."""
    definition = pack.on(dt.date(2026, 5, 1)).resources[PENALTY]
    columns = [f.key for f in definition.fields if f.key in records[0].payload]
    cells = [
        (n, *("；".join(v) if isinstance(v := r.payload[c], list) else v for c in columns))
        for n, r in enumerate(records)
    ]
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"CREATE TABLE source (row_no BIGINT, {', '.join(f'{c} VARCHAR' for c in columns)})")
        con.execute("INSERT INTO source SELECT unnest($rows, max_depth := 2)", {"rows": _table(columns, cells)})
        program = engine.compile(
            definition,
            pack.on(dt.date(2026, 5, 1)),
            columns=columns,
            tiers=pack.tiers_of(PENALTY),
            overrides=pack.overrides_of(PENALTY),
        )
        engine.check(con, program, "source")
        return con.execute("SELECT _tier, _published, _public_until FROM checked ORDER BY row_no").fetchall()


def _table(columns: Sequence[str], cells: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(("row_no", *columns), row, strict=True)) for row in cells]
