"""Persons' numbers in texts: found in Python and in SQL alike, and nothing else taken for one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from quanxin.demo.city import code_of
from quanxin.identifiers import identity, organisation, registration, uscc
from quanxin.identifiers.folding import BLANKS, DIGITS, INVISIBLE
from quanxin.identifiers.personal_numbers import DATED, RUNS, mask, mask_whatever_resembles, may_be_in
from tests.identifiers.masking import masking

thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
digits = st.text("0123456789", min_size=1, max_size=22)


def wide(text: str) -> str:
    return text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789Xx"})


def carded(stem: str) -> str:
    """A bank card number: the stem and its check digit."""
    total = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(stem)))
    return stem + str(-total % 10)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    day = draw(st.dates(dt.date(1930, 1, 1), dt.date(2025, 12, 31)))
    stem = f"{draw(st.sampled_from(['370102', '110119', '650101']))}{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return stem + identity.check_character(stem)


mobiles = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
cards = st.from_regex(r"\A(62[0-9]{13,16}|9558[0-9]{14}|4[0-9]{14})\Z").map(carded)
cards = cards.filter(lambda n: re.search(DATED, n) is None)  # which may as well be a district's document of a day
personal = st.one_of(identity_numbers(), mobiles, cards)
# Ten digits in each form that has a nought: full width, mathematical, Arabic and the like.
FORMS = [
    {str(n): chr(ord(c) + n) for n in range(10)} for c, d in DIGITS.items() if d == "0" and chr(ord(c) + 9) in DIGITS
]
GAPS = st.sampled_from([*BLANKS, "-", "－", "–", ".", "/", "·", "\r\n", " - ", "\n\u3000\u3000"])


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """A person's number in digits of another form, with what is not seen in it, in groups, with 86 before it."""
    number = draw(personal)
    if len(number) == 11 and draw(st.booleans()):
        number = draw(st.sampled_from(["86", "+86", "0086", "(86)", "+86 "])) + number
    match draw(st.integers(0, 4)):
        case 0:
            form = draw(st.sampled_from(FORMS))
            return "".join(form.get(c, c) for c in number)
        case 1:
            return "".join(c + draw(st.sampled_from(["", *INVISIBLE])) for c in number)
        case 2:
            size = {11: (3, 4, 4), 18: draw(st.sampled_from([(6, 8, 4), (6, 4, 4, 4), (9, 9)]))}.get(
                len(number), (4, 4, 4, 4, 3)
            )
            groups, rest = [], number
            for n in size:
                groups, rest = [*groups, rest[:n]], rest[n:]
            return "".join(g + draw(GAPS) for g in [*groups, rest] if g).rstrip(BLANKS + "-－–./· \n")
        case 3:
            gap = draw(GAPS)
            return gap.join(number)
        case _:
            place = draw(st.integers(3, len(number) - 3))
            return number[:place] + "\n" + number[place:]


written = st.one_of(
    personal,
    disguised(),
    personal.map(wide),
    personal.map(str.lower),
    mobiles.map(lambda m: f"{m[:3]} {m[3:7]} {m[7:]}"),
    mobiles.map(lambda m: f"vx{m}"),
    identity_numbers().map(lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}"),
    st.just("身份证号：370102800615001"),
)
around = st.sampled_from(["", "联系", "，", "。", "（", "）", "\n", " ", "号码", "\u3000", "、", "/"])


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        yield made


def by_sql(con: duckdb.DuckDBPyConnection, texts: Sequence[str | None]) -> list[str | None]:
    rows = "(SELECT unnest($1::VARCHAR[]) AS x, generate_subscripts($1::VARCHAR[], 1) AS n)"
    return [row[0] for row in con.execute(masking(rows), [list(texts)]).fetchall()]


@given(
    texts=st.lists(
        st.one_of(
            st.lists(st.one_of(written, around, digits, st.text("0189ABXx -－济南第号元〔〕１３", max_size=20))).map(
                "".join
            ),
            st.text(max_size=40),
            st.none(),
        ),
        max_size=60,
    )
)
@thorough
def test_python_and_sql_mask_the_same(con: duckdb.DuckDBPyConnection, texts: list[str | None]) -> None:
    texts = [t.replace("\0", "") if t is not None else None for t in texts]
    assert by_sql(con, texts) == [None if t is None else mask(t) for t in texts]


@given(number=written, before=around, after=around)
@thorough
def test_a_persons_number_is_masked_wherever_it_stands(number: str, before: str, after: str) -> None:
    text = f"经查{before}{number}{after}属实"
    assert mask(text) != text
    assert may_be_in(text)
    assert (
        len([c for c in mask(text) if c.isdigit()]) <= 7
    )  # six of an identity number; 0086 and three of a mobile number


@given(parts=st.lists(st.one_of(written, around, digits), max_size=6))
@thorough
def test_a_masked_text_has_none_left_and_masking_again_changes_nothing(parts: list[str]) -> None:
    once = mask("".join(parts))
    assert mask(once) == once
    assert len(once) <= len("".join(parts))
    assert not may_be_in(mask_whatever_resembles("".join(parts)))


@given(text=st.text(max_size=60))
def test_the_runs_of_a_text_are_the_text(text: str) -> None:
    import re

    assert "".join(re.findall(RUNS, text)) == text


@pytest.mark.parametrize(
    "said", ["身份证号：370102800615001", "身份证37010219800615001X", "护照E12345678", "台胞证12345678"]
)
def test_numbers_that_words_speak_of_are_masked_however_many_follow_each_other(
    con: duckdb.DuckDBPyConnection, said: str
) -> None:
    for many in (2, 3, 4, 5):
        assert mask(said * many) == mask(said) * many
        assert by_sql(con, [said * many]) == [mask(said) * many]


def test_two_numbers_side_by_side_are_both_masked() -> None:
    assert mask("13800000000,13900000000、15012345678") == "138********,139********、150********"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证37010219800615001X在案", "身份证370102************在案"),
        ("联系电话13800000000", "联系电话138********"),
        ("卡号6222021234567890128", "卡号622202*************"),
        ("电话：１３８００００００００。", "电话：138********。"),
        ("微信：wx13800000000", "微信：wx138********"),
        ("6222 0212 3456 7890 128", "622202*************"),
        ("6222 0212 3456 7894 12元", "622202********** 12元"),
        ("身份证号3701021985\n01011234", "身份证号370102************"),
        ("手机+86 138-0013-8000；8613800138001", "手机+86138********；86138********"),
        ("护照E12345678，港澳通行证H1234567890", "护照E********，港澳通行证H********"),
        ("①③⑧ ⓪⓪①③ ⑧⓪⓪⓪", "138********"),
    ],
)
def test_the_first_digits_stay_and_the_rest_are_stars(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "不动产权证号：370102800615001，土地证号370102800615001",
        "鲁（2021）济南市不动产权第0138001号，宗地代码370102001001GB00001",
        "注册号370102200012345，旧号3701022801234",
        "电话0531-88888888，传真62345678/62345679，热线400-618-6188",
        "罚款150 000 000.00元，违法所得180.00 200.00 5元",
        "编号150 2024-11-20",
        "地址139.129.100.15",
        "执138（2026）1234号",
        "2026-11-20 10:00至2029-11-20",
        "邮编250001 0531-66668888",
        "①不合格②未改正③逾期",
        "食品经营许可证JY13701020000001",
    ],
)
def test_what_only_resembles_a_persons_number_stays(text: str) -> None:
    assert mask(text) == text


# What is no person's number.

division = st.sampled_from(["370102", "370112", "110101", "440106", "620102", "510104", "410102"])
document_numbers = st.one_of(
    st.builds(
        "{}市监{}罚{}{}{}{}号".format,
        st.sampled_from(["济历", "鲁济", "天桥"]),
        st.sampled_from(["处", "行"]),
        st.sampled_from("〔[（"),
        st.integers(2015, 2026),
        st.sampled_from("〕]）"),
        st.integers(1, 999999),
    ),
    st.builds(
        "（{}）鲁{}执{}号".format, st.integers(2015, 2026), st.sampled_from(["01", "0102"]), st.integers(1, 99999)
    ),
    st.from_regex(r"\AJY[1-3][0-9]{13}\Z"),
    st.from_regex(r"\ASC[0-9]{14}\Z"),
    st.from_regex(r"\A[0-9]{10}\Z"),
)
dated = st.builds(
    lambda where, day, serial: f"{where}{day:%Y%m%d}{serial:04d}",
    division,
    st.dates(dt.date(2010, 1, 1), dt.date(2026, 12, 31)),
    st.integers(0, 9999),
)
amounts = st.one_of(
    st.decimals(0, 10**12, places=2).map(lambda d: f"{d}元"),
    st.integers(0, 10**9).map(lambda n: f"{n:,}元"),
    st.integers(0, 10**8).map(lambda n: f"{n}.{n % 10}万元"),
)
days = st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)).map(lambda d: f"{d:%Y-%m-%d}至{d:%Y年%m月%d日}，{d:%Y%m%d}")


@given(text=st.one_of(document_numbers, amounts, days))
@thorough
def test_document_numbers_amounts_and_days_stay(text: str) -> None:
    assert mask(f"依据{text}作出") == f"依据{text}作出"


@given(number=dated)
@thorough
def test_a_number_of_district_day_and_serial_stays_unless_it_is_in_every_digit_a_persons(number: str) -> None:
    assume(identity.check_character(number[:17]) != number[17])
    assert mask(f"编号{number}号") == f"编号{number}号"


@st.composite
def codes(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["11", "12", "51", "52", "53", "91", "92", "93"]))
    stem = draw(st.text("0123456789", min_size=8, max_size=8))
    check = organisation.check_character(stem)
    made = kind + draw(st.sampled_from(["370102", "110119", "310120", "120119"])) + stem + check
    return made + uscc.check_character(made)


@given(code=codes())
@thorough
def test_codes_of_organisations_stay_even_of_digits_alone(code: str) -> None:
    assert mask(f"当事人（{code}）") == f"当事人（{code}）"


@given(number=st.integers(0, 10**14 - 1))
@thorough
def test_registration_numbers_and_old_tax_numbers_stay(number: int) -> None:
    stem = f"{number:014d}"
    made = stem + registration.check_digit(stem)
    assert mask(f"注册号{made}，税号{made}") == f"注册号{made}，税号{made}"


def test_a_code_of_the_sample_city_stays() -> None:
    for n in range(2000):
        code = code_of("91", "370102", n)
        assert mask(code) == code


def test_mistyped_numbers_are_told_where_it_is_better_to_be_wrong() -> None:
    assert may_be_in("370102201501010010")
    assert mask_whatever_resembles("370102201501010010") == "370102************"
    assert mask_whatever_resembles("370102800615001") == "370102*********"
    assert not may_be_in("济历罚〔2025〕1号，91370102MA3C0001X1")
