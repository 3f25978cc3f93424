"""Penalty rows in any number, as a department would hand them in, about subjects that are enrolled.

Invariant: the same count gives the same file; one row in a hundred has a flaw, one in five hundred repeats another.
"""

from __future__ import annotations

import random
from pathlib import Path

import duckdb

KINDS = "['罚款', '罚款;没收违法所得', '警告', '罚款', '警告;罚款', '没收非法财物;罚款', '吊销许可证件', '通报批评']"


def enrol_subjects(count: int, seed: int = 3) -> None:
    """Enrol ``count`` enterprises from a register's file."""
    from quanxin.accounts import operator
    from quanxin.demo import city, names
    from quanxin.intake.pipeline import intake
    from quanxin.runtime import environment

    source = random.Random(seed)
    path = environment.data_dir() / "register.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("统一社会信用代码,企业名称（字号名称）,成立日期\n")
        for n in range(count):
            out.write(f"{city.code_of('91', '370102', n)},{names.enterprise(source, '历下区')}{n},2015-06-01\n")
    intake(path, resource="enterprise-registration", provider="market-regulation", actor=operator())


def write_penalties(path: Path, rows: int) -> None:
    """Write ``rows`` penalties about the enrolled enterprises, in the 30 columns of the standard."""
    from quanxin.demo import city
    from quanxin.runtime import environment
    from quanxin.runtime.pack import current_pack

    authority = city.code_of("11", "370102", 1)
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    register = environment.data_dir() / "register.csv"
    con.execute(
        "CREATE TABLE members AS SELECT row_number() OVER () - 1 AS n, column0 AS code, column1 AS name "
        f"FROM read_csv('{register}', header = false, skip = 1, auto_detect = false, "
        "columns = {'column0': 'VARCHAR', 'column1': 'VARCHAR', 'column2': 'VARCHAR'})"
    )
    members = con.execute("SELECT count(*) FROM members").fetchone()
    resource = next(r for r in current_pack().resources if r.key == "administrative-penalty")
    cells = {
        "subject_name": "m.name",
        "subject_category": "'法人及非法人组织'",
        "uscc": "CASE WHEN i % 100 = 7 THEN substr(m.code, 1, 17) || '0' ELSE m.code END",
        "representative": "'王' || chr((20000 + i % 3000)::INT)",
        "document_number": "'济历市监罚〔2025〕' || (CASE WHEN i % 500 = 9 THEN i - 1 ELSE i END) || '号'",
        "violation": "'违反《中华人民共和国食品安全法》第三十四条'",
        "facts": "'当事人经营超过保质期的食品，货值金额' || (i % 1000) || '元，违法所得' || (i % 300) || '元。经查，情况属实。'",
        "legal_basis": "'依据《中华人民共和国食品安全法》第一百二十四条第一款'",
        "penalty_kinds": f"{KINDS}[(i % 8)::INT + 1]",
        "content": "'处以罚款人民币' || (i % 50000) || '元'",
        "fine": "CASE WHEN i % 8 IN (0, 1, 3, 4, 5) THEN ((i % 50000 + 1) / 10000)::DECIMAL(18, 4)::VARCHAR ELSE '' END",
        "confiscated": "CASE WHEN i % 8 IN (1, 5) THEN '0.03' ELSE '' END",
        "licence_affected": "CASE WHEN i % 8 = 6 THEN '食品经营许可证JY13701020000001' ELSE '' END",
        "decision_date": "strftime(DATE '2024-06-01' + (i % 600)::INT, '%Y/%m/%d')",
        "valid_until": "strftime(DATE '2027-01-01' + (i % 600)::INT, '%Y/%m/%d')",
        "authority_name": "'济南市历下区市场监督管理局'",
        "authority_code": f"'{authority}'",
        "source_name": "'济南市历下区市场监督管理局'",
        "source_code": f"'{authority}'",
    }
    columns = ", ".join(f'{cells.get(f.key, chr(39) * 2)} AS "{f.title.zh}"' for f in resource.fields)
    con.execute(
        f"COPY (SELECT {columns} FROM range({rows}) t(i) JOIN members m ON m.n = (i * 7919) % {(members or (1,))[0]} "
        f"ORDER BY i) TO '{path}' (HEADER)"
    )
