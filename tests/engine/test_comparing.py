"""Names and documents' numbers are compared in one form, in Python and in SQL alike."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanxin.engine.normalise import comparable, comparable_number, normalise_name, normalise_number

CHARACTERS = "济测罚〔2026〕第1700号﹝﹞（）()[]［］【】⸨⸩〈〉⼤⽂⾦⼯⻢ＡａbZ　 \u200b\u00a0⑩㈠№-－—·•。，１𝟏②"


@given(texts=st.lists(st.one_of(st.text(CHARACTERS, max_size=20), st.text(max_size=20)), min_size=1, max_size=80))
@settings(max_examples=20, deadline=None)
def test_python_and_sql_compare_the_same(texts: list[str]) -> None:
    texts = [t.replace("\0", "") for t in texts]
    rows = "(SELECT unnest($1::VARCHAR[]) AS x, generate_subscripts($1::VARCHAR[], 1) AS n)"
    with duckdb.connect(config={"threads": 1}) as con:
        query = f"SELECT {comparable('x')}, {comparable_number('x')} FROM {rows} ORDER BY n"
        found = con.execute(query, [texts]).fetchall()
    assert found == [(normalise_name(t), normalise_number(t)) for t in texts]


@pytest.mark.parametrize(
    "text",
    ["济南⼤明测试⽂化有限公司", "济南　大明测试文化有限公司", "济南大明\u200b测试文化有限公司 "],
)
def test_old_shapes_blanks_and_what_is_not_seen_are_no_other_name(text: str) -> None:
    assert normalise_name(text) == "济南大明测试文化有限公司"


@pytest.mark.parametrize("brackets", ["（）", "()", "［］", "[]", "〈〉", "⸨⸩", "﹙﹚", "〔〕", "【】", "(）"])
def test_brackets_of_every_shape_are_one(brackets: str) -> None:
    assert normalise_name(f"测试科技{brackets[0]}集团{brackets[1]}有限公司") == "测试科技(集团)有限公司"


@pytest.mark.parametrize(
    "text", ["济测罚﹝2026﹞1700号", "济测罚[2026]1700号", "济测罚（２０２６）第 1700 号", "济测罚〔2026〕第1700号"]
)
def test_a_documents_number_in_several_shapes_is_one(text: str) -> None:
    assert normalise_number(text) == normalise_number("济测罚〔2026〕1700号")
    assert normalise_number(text) != normalise_number("济测罚〔2026〕1701号")
