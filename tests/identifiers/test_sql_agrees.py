"""Each check exists twice; here the two are held equal on everything that anybody may write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanxin.engine import normalise_name
from quanxin.engine.normalise import comparable
from quanxin.identifiers import (
    classify,
    has_lower_case,
    identity,
    mask,
    normalise_code,
    organisation,
    registration,
    sql,
    subject_type,
    uscc,
)
from tests.identifiers.written import DAY, DIGITS, LETTERS, mutations, right, wide

Texts = Sequence[str | None]
Check = Callable[[str], object]

BATCH = 200
LEAP_DAY = dt.date(2024, 2, 29)
TYPES = {"91": "enterprise", "92": "sole-trader", "N2": "collective", "'": "it's"}
PREPARED = f"""
    SELECT *, {sql.uscc_status("c", "r")} AS s
    FROM (SELECT *, {sql.uscc_remainder("c")} AS r, {sql.uscc_organisation_remainder("c")} AS o
          FROM (SELECT raw, n, {sql.normalise_code("raw")} AS c
                FROM (SELECT unnest($1::VARCHAR[]) AS raw, generate_subscripts($1::VARCHAR[], 1) AS n)))
"""


def _organisation_inside(text: str) -> bool | None:
    """Whether the organisation code inside 18 characters of ASCII is right; None for texts that have none."""
    code = normalise_code(text)
    return organisation.check(code[8:17]).accepted if len(code) == 18 and code.isascii() else None


CODES: Mapping[str, tuple[str, Check]] = {
    "normalise_code": ("c", normalise_code),
    "has_lower_case": (sql.has_lower_case("raw"), has_lower_case),
    "uscc_status": ("s", lambda text: uscc.check(text).text),
    "uscc_organisation_remainder": (
        r"CASE WHEN length(c) = 18 AND regexp_matches(c, '^[\x00-\x7F]*\z') THEN o IS NOT DISTINCT FROM 0 END",
        _organisation_inside,
    ),
    "organisation_ok": (sql.organisation_ok("c"), lambda text: organisation.check(text).accepted),
    "subject_type": (sql.subject_type("c", TYPES), lambda text: subject_type(text, TYPES)),
    "subject_type of an empty table": (sql.subject_type("c", {}), lambda text: subject_type(text, {})),
}
NUMBERS: Mapping[str, tuple[str, Check]] = {
    "registration_ok": (sql.registration_ok("c"), lambda text: registration.check(text).text == "valid"),
    "registration_status": (sql.registration_status("c"), lambda text: registration.check(text).text),
    "foreign_number": (sql.foreign_number("c"), registration.foreign_number),
    "identity_status": (sql.identity_status("c", f"DATE '{DAY}'"), lambda text: identity.check(text, DAY).text),
    "identity_status on a leap day": (
        sql.identity_status("c", f"DATE '{LEAP_DAY}'"),
        lambda text: identity.check(text, LEAP_DAY).text,
    ),
    "classify": (sql.classify("c", "s"), lambda text: classify(text, DAY).kind.value),
    "mask": (sql.mask("raw"), mask),
}
NAMES: Mapping[str, tuple[str, Check]] = {"normalise_name": (comparable("raw"), normalise_name)}

ALPHABET = DIGITS + LETTERS + "éß泉Ａ９ \n\0'"
ways = st.sampled_from(["{}", " {}", "{}\n", "{}\0", "{}é", "\ufeff{}\u3000", "'{}'"])
written = st.one_of(right, right.map(wide), right.map(str.lower), right.map(lambda text: wide(text.lower())))
anything = st.one_of(
    written,
    st.builds(str.format, ways, written),
    st.builds(lambda text, size: text[:size], right, st.integers(0, 17)),
    st.text(DIGITS, max_size=20),
    st.text(DIGITS + LETTERS, min_size=18, max_size=18),
    st.text("0189ABIMOSVXZé泉字第号企", max_size=19),
    st.text(max_size=24),
    st.none(),
)
batches = st.lists(anything, max_size=BATCH)
mutated = st.builds(
    lambda text, first: mutations(text, ALPHABET)[first :: max(1, len(text) * len(ALPHABET) // BATCH)][:BATCH],
    st.one_of(right, st.just(uscc.PLACEHOLDER)),
    st.integers(0, 3),
)
thorough = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        yield made


def hold_equal(con: duckdb.DuckDBPyConnection, texts: Texts, checks: Mapping[str, tuple[str, Check]]) -> None:
    """Ask DuckDB about all texts by one query, and Python about each; NULL gives NULL."""
    columns = ", ".join(expression for expression, _ in checks.values())
    rows = con.execute(f"SELECT {columns} FROM ({PREPARED}) ORDER BY n", [list(texts)]).fetchall()
    assert len(rows) == len(texts)
    for text, row in zip(texts, rows, strict=True):
        expected = {name: None if text is None else check(text) for name, (_, check) in checks.items()}
        assert dict(zip(checks, row, strict=True)) == expected, ascii(text)


@pytest.mark.parametrize("checks", [CODES, NUMBERS], ids=["codes", "numbers"])
@given(texts=batches)
@thorough
def test_whatever_is_written_is_judged_alike(
    con: duckdb.DuckDBPyConnection, checks: Mapping[str, tuple[str, Check]], texts: Texts
) -> None:
    hold_equal(con, texts, checks)


@pytest.mark.parametrize("checks", [CODES, NUMBERS], ids=["codes", "numbers"])
@given(texts=mutated)
@thorough
def test_slips_in_a_right_identifier_are_judged_alike(
    con: duckdb.DuckDBPyConnection, checks: Mapping[str, tuple[str, Check]], texts: Texts
) -> None:
    hold_equal(con, texts, checks)


@pytest.mark.parametrize("checks", [CODES, NUMBERS], ids=["codes", "numbers"])
def test_every_single_character_of_the_basic_plane_is_judged_alike(
    con: duckdb.DuckDBPyConnection, checks: Mapping[str, tuple[str, Check]]
) -> None:
    surrogates = range(0xD800, 0xE000)
    hold_equal(con, [chr(c) for c in range(0x10000) if c not in surrogates], checks)


@given(
    texts=st.lists(
        st.one_of(st.text(max_size=30), st.text("济南泉〔〕（）[]·• -AaＡ１", max_size=20), st.none()), max_size=BATCH
    )
)
@thorough
def test_names_are_compared_alike(con: duckdb.DuckDBPyConnection, texts: Texts) -> None:
    hold_equal(con, texts, NAMES)


def test_the_one_construct_that_spark_lacks_is_rewritten_for_it() -> None:
    for remainder in (sql.uscc_remainder("c"), sql.uscc_organisation_remainder("c")):
        tree = sqlglot.parse_one(remainder, dialect="duckdb")
        found = sql.for_spark(tree).sql("spark")
        assert "BIT)" in tree.sql("duckdb")
        assert "CONV(HEX(ENCODE(SUBSTRING(c, 1, 8)" in found or "CONV(HEX(ENCODE(SUBSTRING(c, 9, 8)" in found
        assert "BIT)" not in found


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("济测罚370102198501011233号", True),
        ("370102198501011233", True),
        ("济测罚370102198501011234号", False),
        ("济测罚1370102198501011233号", False),
        ("济测罚〔2026〕1307号", False),
        ("370102202508310016", False),
    ],
)
def test_an_identity_number_within_a_document_number_is_seen_and_a_dated_number_is_none(text: str, holds: bool) -> None:
    held = sql.holds_identity("x", "DATE '2026-11-29'")
    query = f"SELECT {held} FROM (SELECT ? AS x)"
    assert duckdb.execute(query, [text]).fetchone() == (holds,)
