"""Organisation names taken apart: own fixtures always, the real register's rows where they are."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanxin.engine import normalise_name
from quanxin.subjects.naming import parse

DATA = Path(__file__).resolve().parents[2].parent / "shared/data/enterprises.csv.gz"

PARTS = [
    ("济南甲样例机械有限公司", ("济南",), "甲样例", "机械", "有限责任公司"),
    ("甲样例（济南）机械有限责任公司", ("济南",), "甲样例", "机械", "有限责任公司"),
    ("甲样例机械［济南］有限公司", ("济南",), "甲样例", "机械", "有限责任公司"),
    ("山东省济南市历下区甲样例餐饮服务有限公司", ("山东", "济南", "历下"), "甲样例", "餐饮服务", "有限责任公司"),
    ("济南市市中区甲样例商店", ("济南", "市中"), "甲样例", "", "商店"),
    ("济南市政工程有限公司", ("济南",), "", "市政工程", "有限责任公司"),
    ("样例县乙样例农民专业合作社", ("样例",), "乙样例", "", "农民专业合作社"),
    ("济南丙样例股份有限公司", ("济南",), "丙样例", "", "股份有限公司"),
    ("济南丙样例投资合伙企业（有限合伙）", ("济南",), "丙样例", "投资", "有限合伙企业"),
    ("青岛丁样例塑料制品厂（普通合伙）", ("青岛",), "丁样例", "塑料制品", "合伙企业"),
    ("济南样例市场经营部", ("济南",), "样例市场", "", "门市部"),
    ("戊样例", (), "戊样例", "", ""),
    ("", (), "", "", ""),
]


@pytest.mark.parametrize(("text", "region", "trade", "industry", "form"), PARTS)
def test_parts(text: str, region: tuple[str, ...], trade: str, industry: str, form: str) -> None:
    name = parse(text)
    assert (name.region, name.trade, name.industry, name.form) == (region, trade, industry, form)


@pytest.mark.parametrize(
    ("text", "head", "branch"),
    [
        ("济南甲样例机械有限公司历下分公司", "济南甲样例机械有限公司", "历下分公司"),
        ("样例银行股份有限公司济南支行", "样例银行股份有限公司", "济南支行"),
        ("甲样例(集团)总公司商河分公司", "甲样例集团总公司", "商河分公司"),
        ("样例县供销合作社南仉门市部", "样例县供销合作社", "南仉门市部"),
        ("样例县供销社家用电器公司", "", ""),
        ("济南甲样例机械有限公司", "", ""),
    ],
)
def test_a_branch_is_known_by_its_heads_name(text: str, head: str, branch: str) -> None:
    assert (parse(text).head, parse(text).branch) == (head, branch)


def test_names_beside_the_name() -> None:
    former = parse("青岛甲样例股份有限公司(原青岛甲样例厂)")
    assert former.former == ("青岛甲样例厂",)
    assert parse("甲样例公司（曾用名：乙样例公司）").former == ("乙样例公司",)
    assert parse("甲样例旅游公司(一)甲样例房地产公司(二)").others == ("甲样例房地产公司",)
    assert parse("甲样例公司(第一名称);乙样例厂(第二名称)").others == ("乙样例厂",)
    assert parse("甲样例银行莱州支行(简称:样例莱州支行)").others == ("样例莱州支行",)
    assert parse("甲样例公司(对外不提供查询)").remarks == ("对外不提供查询",)
    assert not parse("张三").is_organisation
    assert parse("济南甲样例有限公司").is_organisation


@given(st.text(st.sampled_from("济南市甲样例（()）有限公司分厂原(一)二;县区 "), max_size=24))
def test_any_text_is_taken_apart_and_stays_what_it_is(text: str) -> None:
    name = parse(text)
    assert name.norm == normalise_name(text)
    assert parse(text) == name
    assert "(" not in name.trade + name.industry + "".join(name.region)


@pytest.mark.skipif(not DATA.exists(), reason="the real register's rows are not on this machine")
def test_real_names_have_their_parts() -> None:
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        names = [parse(row["name"]) for row in csv.DictReader(file)]
    assert len(names) == 25_074
    assert sum(bool(n.form) for n in names) > 0.995 * len(names)
    assert sum(bool(n.trade) for n in names) > 0.94 * len(names)
    assert sum(bool(n.region) for n in names) > 0.80 * len(names)
    assert sum(bool(n.former) for n in names) >= 5
    assert all(n.branch for n in names if "有限公司" in n.head)
    by_norm = {n.norm: n for n in names}
    assert by_norm["鲁英(济宁)塑料制品有限公司"].region == ("济宁",)
    assert by_norm["中国银行股份有限公司东营测井支行"].branch == "东营测井支行"
    assert by_norm["青岛电缆股份有限公司(原青岛电缆厂)"].former == ("青岛电缆厂",)
