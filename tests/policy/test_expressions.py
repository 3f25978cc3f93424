"""Expressions of packs: what passes, what does not, and that what passes runs."""

from __future__ import annotations

import duckdb
import pytest

from quanxin.policy import expressions, load
from quanxin.policy.model import FieldType

FIELDS = {
    "name": FieldType.TEXT, "fine": FieldType.MONEY_WAN, "decided": FieldType.DATE, "ended": FieldType.DATE,
    "kinds": FieldType.CODES, "year": FieldType.YEAR, "valid": FieldType.BOOLEAN,
}  # fmt: skip
ROW = (
    "SELECT 'a' AS name, CAST(1 AS DECIMAL(18,6)) AS fine, DATE '2020-01-31' AS decided, DATE '2020-02-29' AS ended, "
    "['a'] AS kinds, CAST(2020 AS BIGINT) AS year, true AS valid"
)
GOOD = (
    "decided <= today()",
    "decided <= ended AND ended < today() + INTERVAL 3 MONTH",
    "ended = decided + INTERVAL '1' MONTH",
    "NOT list_has_all(['警告', '通报批评'], kinds)",
    "list_contains(kinds, '罚款') OR list_has_any(kinds, ['a', 'b'])",
    "len(kinds) > 0 AND length(name) BETWEEN 1 AND 200",
    "substr(name, 1, 1) IN ('1', 'A') AND name NOT IN ('无')",
    "strpos(name, 'x') > 0 AND contains(name, 'x') AND starts_with(name, 'x') AND ends_with(name, 'x')",
    "regexp_matches(name, '食品|药品')",
    "name LIKE '10!%%' ESCAPE '!' AND name NOT LIKE '_'",
    "CASE WHEN fine > 0.05 THEN upper(name) ELSE lower(name) END = trim(replace(name, '-', ''))",
    "coalesce(nullif(fine, 0), 1) * 2 - -1 + 7 % 2 > abs(fine) / 2",
    "least(fine, 1) <= greatest(fine, 1) AND round(fine, 2) <> 0",
    "decided > make_date(year, 12, 31) AND year(decided) = year AND month(decided) != 2",
    "CAST(decided AS VARCHAR) || 'x' = name OR fine::DECIMAL(18, 2) = 1 OR TRY_CAST(name AS DATE) IS NULL",
    "DATE '1990-01-01' <= decided AND valid IS NOT FALSE AND name IS DISTINCT FROM 'today'",
    "name = 'a -- b; /* c */ $1 ~'",
    "\"name\" = 'a'",
)
BAD = {
    "": "cannot be read", "name =": "cannot be read", "name fine": "cannot be read", "(name": "cannot be read",
    "name AS x": "cannot be read", "DROP TABLE record": "cannot be read", "SELECT 1": "SELECT",
    "true) OR (true": "cannot be read", "valid; valid": "symbol ;", "valid;": "symbol ;",
    "valid -- really": "comments", "valid /* really */": "comments",
    "(SELECT true)": "SELECT", "name IN (SELECT 'a')": "SELECT", "EXISTS(SELECT 1)": "SELECT",
    "name = ANY(kinds)": "ANY", "name IN kinds": "not allowed", "count(*) > 1": "count", "*": "not allowed",
    "columns('x')": "columns", "sum(fine) > 1": "sum", "row_number() OVER () = 1": "row_number",
    "list_filter(kinds, k -> k = 'a') = kinds": "list_filter", "[k for k in kinds] = kinds": "not allowed",
    "name = $1": "symbol $", "name = ?": "symbol ?", "name = :p": "symbol :", "name = @x": "symbol @",
    "nothing > 1": "nothing is no field", "record.name = 'a'": "names a table", "Name = 'a'": "Name is no field",
    "read_csv('x') = 1": "read_csv", "getenv('HOME') = ''": "getenv", "random() > 0": "random", "now() > ended": "now",
    "current_timestamp > ended": "not allowed", "current_setting('x') = ''": "current_setting",
    "substring(name, 1, 2) = 'a'": "substring", "ifnull(fine, 0) = 0": "ifnull", "if(valid, true, false)": "if",
    "array_contains(kinds, 'a')": "array_contains", "kinds && ['a']": "symbol &&", "name ~ 'a'": "symbol ~",
    "name ILIKE 'a'": "not allowed", "name SIMILAR TO 'a'": "not allowed", "name GLOB 'a'": "not allowed",
    "fine ** 2 > 1": "symbol **", "fine & 1 = 1": "symbol &", "fine == 1": "symbol ==", "kinds[1] = 'a'": "not allowed",
    "{'a': 1} = name": "symbol {", "name COLLATE nocase = 'a'": "not allowed", "name -> '$.x' = 'a'": "symbol ->",
    "CAST(fine AS DOUBLE) > 1": "DOUBLE", "fine::FLOAT > 1": "not allowed", "fine > 1e3": "no exact number",
    "decided > INTERVAL (year) MONTH": "not allowed", "decided > today ()": "today()", "decided > TODAY()": "today()",
    "decided > current_date": "today()", "name = 'today()'": "today()", "name.lower() = 'a'": "not allowed",
    "(name, fine) = ('a', 1)": "not allowed",
}  # fmt: skip


@pytest.mark.parametrize("sql", GOOD)
def test_an_expression_from_the_lists_passes_and_runs(sql: str) -> None:
    assert expressions.check(sql, FIELDS) == []
    row = duckdb.execute(f"SELECT ({sql}) FROM ({ROW})").fetchone()
    assert row is not None
    assert row[0] in (True, False)


@pytest.mark.parametrize("sql", BAD)
def test_anything_else_is_refused_in_a_sentence(sql: str) -> None:
    assert BAD[sql] in " ".join(expressions.check(sql, FIELDS))


def test_every_listed_function_passes_in_some_expression() -> None:
    called = " ".join(GOOD)
    assert [name for name in expressions.FUNCTIONS if f"{name}(" not in called] == []


def test_a_problem_is_told_once() -> None:
    assert expressions.check("nothing > 1 AND nothing < 2", FIELDS) == ["nothing is no field of the resource"]


def test_fields_may_be_given_by_key_alone() -> None:
    assert expressions.check("name = 'a'", ["name"]) == []
    assert expressions.check("name = 'a'", []) == ["name is no field of the resource"]


def test_the_columns_of_an_expression_are_told() -> None:
    assert expressions.columns("coalesce(fine, 0) > 0 AND decided < today()") == {"fine", "decided"}
    assert expressions.columns("true") == set()
    with pytest.raises(ValueError, match="one expression"):
        expressions.columns("fine >")


def test_an_expression_tells_whether_it_reads_the_day() -> None:
    assert expressions.reads_the_day("decided < today()")
    assert not expressions.reads_the_day("decided < ended")


def test_every_expression_of_the_packs_passes() -> None:
    seen = 0
    for resource in load("jinan").resources:
        fields = {f.key: f.type for f in resource.fields}
        said = [f.required for f in resource.fields if isinstance(f.required, str)]
        for sql in said + [c.assert_ for c in resource.checks] + [c.when for c in resource.checks if c.when]:
            assert expressions.check(sql, fields) == []
            seen += 1
    assert seen > 100
