"""Headers name fields, whatever their dress; position never does."""

from __future__ import annotations

import pytest

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading.headers import Matcher, normalise
from quanxin.policy.model import Text
from tests.intake.example import Bench, resource


@pytest.mark.parametrize(
    "header",
    [
        "行政相对人名称",
        " 行政相对人 名称 ",
        "*行政相对人名称",
        "行政相对人名称（必填）",
        "\ufeff行政相对人名称",
        "CF_XDR_MC",
        "cf-xdr-mc",
        "subject_name",
        "ＳＵＢＪＥＣＴ＿ＮＡＭＥ",
        "企业名称",
        "行政相对人\n名称",
        "行政相对人名称【必填项】",
    ],
)
def test_a_header_is_known_in_any_dress(header: str) -> None:
    assert Matcher(resource()).find(header) == "subject_name"


def test_brackets_are_dropped_and_the_unit_in_them_is_the_columns() -> None:
    assert normalise("罚款金额（万元）") == normalise("罚款金额(万元)") == "罚款金额万元"
    layout = Matcher(resource()).layout(["行政相对人名称", "罚款金额(元)"])
    assert (layout.keys, layout.units) == (("subject_name", "fine"), (None, "元"))
    assert Matcher(resource()).layout(["行政相对人名称", "罚款金额（万元）"]).units == (None, None)
    assert Matcher(resource()).find("罚款金额(天)") is None


def test_the_mapping_comes_before_the_catalogue() -> None:
    matcher = Matcher(resource(), {"备注": None, "企业名称": "remark", "单位": "subject_name"})
    layout = matcher.layout(["单位", "企业名称", "备注"])
    assert layout.keys == ("subject_name", "remark", None)
    assert layout.ignored == ("备注",)


def test_columns_in_another_order_are_the_same_columns(bench: Bench) -> None:
    bench.read(bench.write("备注,决定日期,统一社会信用代码,企业名称\n注,2024-01-02,913,甲\n"))
    assert bench.rows("subject_name", "uscc", "decision_date", "remark") == [("甲", "913", "2024-01-02", "注")]


def test_an_unknown_column_is_named_with_what_it_may_mean() -> None:
    with pytest.raises(IntakeError) as refused:
        Matcher(resource()).layout(["行政相对人名称", "统一信用代码", "天气"])
    assert refused.value.code == "file-column-unknown"
    assert "“统一信用代码”（是否为 统一社会信用代码" in refused.value.zh
    assert "天气" in refused.value.zh


def test_two_columns_for_one_field_are_refused() -> None:
    with pytest.raises(IntakeError) as refused:
        Matcher(resource()).layout(["行政相对人名称", "企业名称"])
    assert refused.value.code == "file-column-twice"
    assert "行政相对人名称、企业名称" in refused.value.zh


def test_running_numbers_and_what_the_platform_wrote_are_left_aside() -> None:
    layout = Matcher(resource()).layout(["序号", "处理结果", "问题说明", "行政相对人名称", " "])
    assert layout.columns == ("subject_name",)
    assert layout.blank == (4,)


def test_a_name_that_two_fields_share_names_neither() -> None:
    fields = tuple(f.model_copy(update={"aliases": ("编号",)}) for f in resource().fields)
    assert Matcher(resource().model_copy(update={"fields": fields})).find("编号") is None


def test_a_mapping_to_an_unknown_field_is_refused() -> None:
    with pytest.raises(IntakeError, match="no_such") as refused:
        Matcher(resource(), {"甲": "no_such"})
    assert refused.value.code == "mapping-field-unknown"
    assert "uscc" in refused.value.hint


def test_a_field_that_is_called_as_the_platform_calls_its_own_is_a_field() -> None:
    fields = tuple(
        f.model_copy(update={"title": Text(zh="处理结果", en="result")}) if f.key == "remark" else f
        for f in resource().fields
    )
    matcher = Matcher(resource().model_copy(update={"fields": fields}))
    assert matcher.layout(["行政相对人名称", "处理结果"]).columns == ("subject_name", "remark")
    handed_back = matcher.layout(["处理结果", "问题说明", "文件位置", "行政相对人名称", "处理结果"])
    assert handed_back.keys == (None, None, None, "subject_name", "remark")
