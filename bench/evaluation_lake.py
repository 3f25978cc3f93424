"""A city's register and lake in any size, laid straight down: nobody can hand in fifty million rows to time a night.

Invariant: the same counts give the same rows. Every resource that the model reads has one compacted file, sorted by
subject as the nightly compaction leaves it, and a later batch of its own; one record in five hundred was superseded, and
some subjects were merged. Files hold the lake's own columns and the items that the model reads; other items, which no
run reads, are left out.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from quanxin.policy.model import FieldDef

if TYPE_CHECKING:
    from quanxin.archive.models import Edition

DAY = dt.date(2026, 1, 31)
AT = dt.datetime(2026, 2, 1, 1, tzinfo=dt.UTC)
LATER = 20  # one record in so many came after the last compaction
SUPERSEDED = 500  # one in so many
MERGED = 300  # subjects
# Shares of a thousand records; what is not named shares the rest. Each subject has one registration besides.
SHARES = {
    "administrative-inspection": 230, "annual-report": 150, "administrative-penalty": 130, "tax-rating": 90,
    "contract-performance": 60, "credit-commitment": 50, "credit-commitment-performance": 40, "court-unperformed": 30,
    "intellectual-property-right": 30, "tax-rating-a": 25, "market-risk-class": 25, "research-development": 20,
    "food-risk-class": 15, "labour-security-rating": 15, "administrative-reward": 10, "tax-arrears": 10,
    "abnormal-operations": 10, "tax-abnormal": 5, "credit-honour": 10, "administrative-compulsion": 10,
    "enterprise-deregistration": 3,
}  # fmt: skip
LISTED = {
    "penalty_kinds": "[['罚款'], ['罚款', '没收违法所得'], ['警告'], ['罚款'], ['警告', '罚款'], ['通报批评'], "
    "['没收非法财物', '罚款'], ['警告'], ['罚款'], ['责令停产停业'], ['吊销许可证件'], ['罚款']]",
    "result": "['未发现问题', '未发现问题', '未发现问题', '发现问题已责令改正', '未发现问题', '不配合检查', "
    "'通过登记的住所无法联系']",
    "performance": "['全部履行', '全部履行', '部分履行', '全部履行', '全部未履行', '全部履行']",
    "level": "['市级', '区县级', '省级', '国家级', '较轻', '较重']",
    "kind": "['发明专利', '商标', '软件著作权', '实用新型', '高新技术企业', '科技计划项目', '证明事项', '审批替代', '主动']",
    "state": "['已按期完成', '逾期完成', '未完成', '注销', '吊销', '撤销', '注销']",
    "grade": "['A', 'B', 'C', 'A', 'B', 'M', 'D', 'AAA', 'AA', '绿', '蓝', '黄', '黑', '常规企业', '高级认证企业', '失信企业']",
}
BEFORE = {"decision_date": 0, "done_on": 20, "due_on": 40}  # days after the event; other dates are later, or missing


@dataclass(frozen=True, slots=True)
class Part:
    """The records of a resource: how many, and the number of the first."""

    resource: str
    rows: int
    first: int


def parts(resources: list[str], records: int, subjects: int) -> Iterator[Part]:
    """How many records each resource has, all together ``records``."""
    rest = [r for r in resources if r not in SHARES and r != "enterprise-registration"]
    others, share = records - subjects, 1000 - sum(SHARES.values())
    first, left = 1 + subjects, others
    yield Part("enterprise-registration", subjects, 1)
    for resource in sorted(SHARES):
        rows = others * SHARES[resource] // 1000
        yield Part(resource, rows, first)
        first, left = first + rows, left - rows
    assert share > 0
    for n, resource in enumerate(rest):
        rows = left // (len(rest) - n)
        yield Part(resource, rows, first)
        first, left = first + rows, left - rows


def enrol(subjects: int) -> None:
    """Put so many enterprises, numbered from one, into the register's table, and some judgements that merged two."""
    from quanxin.runtime.bridge import pg_cursor
    from quanxin.subjects.models import Judgement

    with pg_cursor() as cursor:
        cursor.execute(
            "INSERT INTO subjects_subject (id, type, code, name, region, \"natural\", recorded_at) SELECT n, 'enterprise', "
            "'91370102' || lpad(n::text, 10, '0'), '泉城' || n || '有限公司', '370102', false, %s FROM generate_series(1, %s) n",
            (AT - dt.timedelta(days=1), subjects),
        )
        cursor.execute("ANALYZE subjects_subject")
    Judgement.objects.bulk_create(
        Judgement(kind="merge", kept_id=1 + n, other_id=subjects - n, actor="bench", reason="bench", at=AT)
        for n in range(min(MERGED, subjects // 3))
    )


def lay(records: int, subjects: int) -> int:
    """Lay down a lake of so many records that the model reads, in place of any that there is; return its bytes."""
    from quanxin.engine.scoring import compile_model
    from quanxin.evaluation.editions import model_in_use
    from quanxin.runtime.pack import current_pack

    scoring = compile_model(model_in_use("public-enterprise")[0], current_pack())
    fields = {source.resource: source.fields for source in scoring.sources}
    return lay_parts(list(parts(list(fields), records, subjects)), fields, subjects)


def lay_parts(laid: list[Part], fields: dict[str, tuple[FieldDef, ...]], subjects: int) -> int:
    """Lay down the records of resources, with some of their items, in place of any lake that there is; return its bytes."""
    from quanxin.archive import commit, lake
    from quanxin.archive.models import Batch
    from quanxin.runtime.bridge import pg_cursor
    from quanxin.runtime.duckdb_scratch import workshop
    from quanxin.runtime.pack import current_pack

    with pg_cursor() as cursor:
        cursor.execute("ALTER TABLE archive_record DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE archive_record")
        cursor.execute("ALTER TABLE archive_record ENABLE TRIGGER USER")
    Batch.objects.all().delete()
    shutil.rmtree(lake.root(), ignore_errors=True)
    pack = current_pack()
    with workshop() as (con, _):
        for part in laid:
            edition = commit.edition_of(pack.resource_history(part.resource)[-1], pack)
            for later in (False, True):
                _lay(con, part, rows_of(part, fields[part.resource], subjects, later=later), edition, later=later)
    with pg_cursor() as cursor:
        cursor.execute("ANALYZE archive_record")
    return sum(path.stat().st_size for path in lake.root().rglob("*.parquet"))


def _lay(con: duckdb.DuckDBPyConnection, part: Part, query: str, edition: Edition, *, later: bool) -> None:
    from quanxin.archive import lake
    from quanxin.archive.models import Batch
    from quanxin.runtime.bridge import to_postgres

    batch = f"bench-{part.first}-{'later' if later else 'first'}"
    # the compacted file says the batch of its rows, the later one bears its name
    named = "" if later else f", '{batch}' AS _batch"
    manifest = lake.write(con, f"SELECT *{named} FROM ({query})", resource=part.resource, batch=batch)
    rows = sum(entry["rows"] for entry in manifest)
    Batch.objects.create(
        id=batch,
        edition=edition,
        resource=part.resource,
        provider="market-regulation",
        mode="append",
        file_name=batch,
        file_sha256=batch,
        received=rows,
        accepted=rows,
        updated=0,
        duplicate=0,
        quarantined=0,
        unlinked=0,
        received_on=DAY,
        recorded_at=AT - dt.timedelta(hours=2 - later),
        actor="bench",
        receipt={},
        manifest=manifest,
    )
    if not later:
        ended = (
            "SELECT _id, _subject_id, "
            f"'{part.resource}' AS resource, _key_hash, _content_hash, 1 AS version, '{{}}' AS payload, _event_date, "
            f"false AS published, '{AT - dt.timedelta(hours=2)}' AS recorded_at, '{AT}' AS superseded_at, "
            f"'{batch}' AS batch, 'market-regulation' AS provider, _row_no FROM ({query}) WHERE _id % {SUPERSEDED} = 7"
        )
        columns = (
            "id",
            "subject_id",
            "resource",
            "key_hash",
            "content_hash",
            "version",
            "payload",
            "event_date",
            "published",
            "recorded_at",
            "superseded_at",
            "batch_id",
            "provider",
            "row_no",
        )
        to_postgres(con, ended, "archive_record", columns)


def rows_of(part: Part, fields: tuple[FieldDef, ...], subjects: int, *, later: bool) -> str:
    """The rows of a part's file as a SELECT: those of the compacted file are in the order of their subjects."""
    behind = part.rows // LATER
    start, stop = (part.rows - behind, part.rows) if later else (0, part.rows - behind)
    registered = part.resource == "enterprise-registration"
    # subjects with small numbers have more records than others: the density falls with the root of the number
    place = f"(i::DOUBLE / {max(part.rows - behind, 1)})" if not later else "(hash(i, 1) % 1000000 / 1000000.0)"
    subject = (
        "1 + i" if registered else f"1 + least({subjects - 1}, CAST(floor({subjects} * {place} * {place}) AS BIGINT))"
    )
    age = "hash(range, 2) % 5000" if registered else "hash(range, 2) % 2200"
    items = "".join(f', {_item(f)} AS "{f.key}"' for f in fields)
    return (
        f"SELECT {part.first} + i AS _id, {subject} AS _subject_id, {_uuid(3)} AS _key_hash, {_uuid(4)} AS _content_hash, "
        f"1 AS _version, event AS _event_date, event AS _valid_from, CAST(NULL AS DATE) AS _valid_until, true AS _published, "
        f"CAST(NULL AS DATE) AS _public_until, CAST(NULL AS VARCHAR) AS _tier, i AS _row_no{items} "
        f"FROM (SELECT range AS i, CASE WHEN hash(range, 5) % 1000 > 0 THEN DATE '{DAY}' - CAST({age} AS INTEGER) + 3 END "
        f"AS event FROM range({start}, {stop}))"
    )


def _uuid(salt: int) -> str:
    return f"CAST(md5(i::VARCHAR || '{salt}') AS UUID)"


def _item(field: FieldDef) -> str:
    key, kind = field.key, field.type.value
    salt = 10 + sum(map(ord, key))
    if key in LISTED:
        return f"{LISTED[key]}[1 + (hash(i, {salt}) % len({LISTED[key]}))::INTEGER]"
    if kind == "date":
        if key in BEFORE:
            return f"event + CAST(hash(i, {salt}) % {BEFORE[key] + 1} AS INTEGER)"
        return f"CASE WHEN hash(i, {salt}) % 3 <> 0 THEN event + CAST(hash(i, {salt + 1}) % 1500 AS INTEGER) END"
    if kind.startswith("money"):
        places = 2 if kind == "money-yuan" else 6
        return (
            f"CASE WHEN hash(i, {salt}) % 4 <> 0 THEN CAST(CAST(hash(i, {salt + 1}) % 2000000 AS BIGINT) AS DECIMAL(18,0)) "
            f"* CAST(0.01 AS DECIMAL(18,{places})) END::DECIMAL(18,{places})"
        )
    if kind == "year":
        return "CAST(year(event) AS BIGINT)"
    return f"'{key}' || (hash(i, {salt}) % 60)"
