"""A resource as one query: what it finds depends on nothing but the rows."""

from __future__ import annotations

import datetime as dt
import random

import duckdb
import pytest

from quanxin import engine
from quanxin.engine.cases import run_cases
from quanxin.engine.taxonomy import ERRORS, describe
from quanxin.policy import load
from tests.city import penalty, person

PACK = load("jinan")
DAY = dt.date(2026, 11, 23)
RULES = PACK.on(DAY)
PENALTY = RULES.resources["administrative-penalty"]
Row = dict[str, str | None]


def run(rows: list[Row], resource: str = "administrative-penalty") -> duckdb.DuckDBPyConnection:
    found = RULES.resources[resource]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    con = duckdb.connect()
    spec = ", ".join(f'"{c}" VARCHAR' for c in columns)
    con.execute(f"CREATE TABLE source (row_no BIGINT, {spec})")
    con.executemany(
        f"INSERT INTO source VALUES ({', '.join('?' * (len(columns) + 1))})",
        [[n, *(row.get(c) for c in columns)] for n, row in enumerate(rows, start=1)],
    )
    engine.check(con, engine.compile(found, RULES, columns=columns, tiers=PACK.tiers_of(resource)), "source")
    return con


def codes(rows: list[Row]) -> list[tuple[int, str]]:
    return run(rows).execute("SELECT row_no, code FROM issues ORDER BY ALL").fetchall()


def test_a_clean_row_has_nothing_said_of_it() -> None:
    assert codes([penalty(0)]) == []


def test_a_row_is_told_everything_at_once() -> None:
    found = codes([penalty(0, fine="约三万", decision_date="2025-13-01", penalty_kinds="不知道", facts=None)])
    assert [code for _, code in found] == ["code-unknown", "date-unreadable", "missing-required", "money-unreadable"]


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [penalty(n % 3, f"第{n % 20}号", fine=f"0.{n % 7 + 1}") for n in range(60)]
    straight = run(rows)
    shuffled = list(enumerate(rows))
    random.Random(3).shuffle(shuffled)
    other = run([row for _, row in shuffled])
    question = "SELECT count(*), list(code ORDER BY code) FROM issues"
    assert straight.execute(question).fetchall() == other.execute(question).fetchall()
    question = "SELECT _failed, _content, _key, _tier, _public_until FROM checked ORDER BY ALL"
    assert straight.execute(question).fetchall() == other.execute(question).fetchall()


def test_blanks_and_signs_of_nothing_are_cleaned_away() -> None:
    row = penalty(0, facts="  经检查　", remark="N/A", representative="\u3000样例人 ")
    found = run([row]).execute("SELECT facts, remark, representative FROM checked").fetchall()
    assert found == [("经检查", None, "样例人")]


def test_line_breaks_become_blanks_and_are_counted() -> None:
    con = run([penalty(0, facts="第一行\n第二行")])
    assert con.execute("SELECT facts FROM checked").fetchall() == [("第一行 第二行",)]
    assert con.execute("SELECT code, value FROM issues").fetchall() == [("text-control-characters", "第一行\n第二行")]


@pytest.mark.parametrize("text", ["身份证37010219800615001X在案", "联系电话13800000000", "卡号6222021234567890128"])
def test_personal_numbers_in_a_text_are_pointed_out(text: str) -> None:
    assert codes([penalty(0, facts=text)]) == [(1, "personal-data-in-text")]


def test_a_natural_person_is_never_published() -> None:
    con = run([penalty(0, **person())])
    assert con.execute("SELECT _published, _subject_type, _code FROM checked").fetchall() == [(False, "person", None)]


def test_a_payload_has_exactly_the_fields_of_the_catalogue_with_numbers_masked() -> None:
    row = penalty(0, **person())
    con = run([row])
    program = engine.compile(PENALTY, RULES, columns=list(row), tiers=PACK.tiers_of("administrative-penalty"))
    payload = con.execute(f"SELECT {program.payload} FROM checked c").fetchall()[0][0]
    keys = con.execute("SELECT json_keys(?)", [payload]).fetchall()[0][0]
    assert keys == [f.key for f in PENALTY.fields]
    assert row["identity_number"] not in payload
    assert '"fine":"0.500000"' in payload


def test_a_person_with_a_code_and_a_persons_number_as_code_are_refused() -> None:
    assert (1, "person-with-code") in codes([penalty(0, subject_category="自然人")])
    number = person()["identity_number"]
    assert (1, "person-with-code") in codes([penalty(0, uscc=number)])


def test_an_item_added_later_changes_no_fingerprint() -> None:
    slim = PENALTY.model_copy(update={"fields": tuple(f for f in PENALTY.fields if f.key != "remark")})
    row = penalty(0)
    prints = []
    for resource in (PENALTY, slim):
        con = duckdb.connect()
        con.execute(f"CREATE TABLE source (row_no BIGINT, {', '.join(f'{c} VARCHAR' for c in row if c)})")
        con.execute(f"INSERT INTO source VALUES (1, {', '.join('?' * len(row))})", list(row.values()))
        engine.check(con, engine.compile(resource, RULES, columns=list(row)), "source")
        prints.append(con.execute("SELECT _content FROM checked").fetchall())
    assert prints[0] == prints[1]


@pytest.mark.parametrize("key", sorted(RULES.resources))
def test_every_resource_compiles_and_asks_for_what_it_requires(key: str) -> None:
    resource = RULES.resources[key]
    found = run([{f.key: None for f in resource.fields}], key).execute("SELECT code, field FROM issues").fetchall()
    required = {f.key for f in resource.fields if f.required is True}
    assert {field for code, field in found if code == "missing-required"} == required


def test_every_code_has_words_in_both_languages() -> None:
    for code in ERRORS:
        said = describe({"code": code, "field": "fine", "value": "x"}, PENALTY)
        assert said.zh
        assert said.en
        assert "{" not in said.zh + said.en


@pytest.mark.parametrize("pack", ["national", "shandong", "jinan"])
def test_the_cases_of_the_packs_hold(pack: str) -> None:
    outcomes = run_cases(load(pack))
    assert outcomes
    assert [(o.case.title, o.message) for o in outcomes if not o.ok] == []
